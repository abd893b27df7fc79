import type { CommandName } from "../../shared/commands.ts";
import type { Draw } from "./draw.ts";

/** What a request may speak of: channels the sender knows, his own token and somebody else's. */
export type Ground = { channels: readonly [string, ...string[]]; tokens: readonly [string, ...string[]] };
type Maker = (draw: Draw, ground: Ground) => Record<string, unknown>;

const nonce = (draw: Draw): string => `nonce-fuzz-${draw.below(20_000)}`;
const seq = (draw: Draw): number => 1 + draw.below(draw.pick([5, 60, 5_000]));
const cursor = (draw: Draw) => ({ epoch: draw.below(3), seq: draw.below(draw.pick([2, 100, 10_000])) });
const words = (draw: Draw): string =>
  draw.pick(["hola", "gg", "¿quién juega?", "vamos 🎉", "bora", "dale dale", "nos vemos a las 8", "kkkkk"]);
const maybe = (draw: Draw, fields: Record<string, unknown>): Record<string, unknown> =>
  draw.chance(0.3) ? fields : {};
const mentions = (draw: Draw) => ({
  mentions: { players: [1 + draw.below(9)], groups: [draw.pick(["officers", "all"])] },
});

/** A good request for each command of the protocol; whether it is granted is another matter. */
export const goodRequests: Readonly<Record<CommandName, Maker>> = {
  resume: (draw) => ({ cursor: cursor(draw) }),
  history: (draw) => ({ limit: 1 + draw.below(draw.pick([3, 200])), ...maybe(draw, { before: seq(draw) }) }),
  send: (draw) => ({
    nonce: nonce(draw),
    text: words(draw),
    ...maybe(draw, { reply: seq(draw) }),
    ...maybe(draw, mentions(draw)),
  }),
  announce: (draw) => ({ nonce: nonce(draw), text: words(draw), ...maybe(draw, mentions(draw)) }),
  sticker: (draw) => ({ nonce: nonce(draw), pack: draw.pick(["wolves", "winter"]), sticker: "howl" }),
  phrase: (draw) => ({
    nonce: nonce(draw),
    phrase: draw.pick(["hello", "p1", "need-help", "none"]),
    ...maybe(draw, { params: { who: words(draw) } }),
  }),
  edit: (draw) => ({ nonce: nonce(draw), seq: seq(draw), text: words(draw) }),
  delete: (draw) => ({ nonce: nonce(draw), seq: seq(draw) }),
  pin: (draw) => ({ nonce: nonce(draw), seq: seq(draw), on: draw.chance(0.6) }),
  pins: () => ({}),
  react: (draw) => ({ seq: seq(draw), emoji: draw.pick(["👍", "❤️", "🎉", "👩‍🚀"]), on: draw.chance(0.7) }),
  card: (draw) => ({
    nonce: nonce(draw),
    ...draw.pick<Record<string, unknown>>([
      { card: "help", item: "madera", wanted: 3, forMinutes: 5 },
      { card: "challenge", forMinutes: 5 },
      { card: "team-call", title: "raid", size: 3, forMinutes: 5 },
      { card: "poll", question: "¿hoy?", options: ["sí", "no"], forMinutes: 5 },
      { card: "roll-call", title: "guerra", forMinutes: 5 },
    ]),
  }),
  act: (draw) => ({
    seq: seq(draw),
    action: draw.pick(["give", "accept", "join", "option-1", "here"]),
    on: draw.chance(0.8),
  }),
  close: (draw) => ({ seq: seq(draw), ...maybe(draw, { replay: "replay-1" }) }),
  seenBy: (draw) => ({ seq: seq(draw) }),
  slowMode: (draw) => ({ slowModeMs: draw.pick([0, 0, 5]) }),
  read: (draw) => ({ cursor: cursor(draw) }),
  presence: (draw) => ({ reading: draw.chance(0.5), ...maybe(draw, { matchMs: draw.pick([0, 50, 60_000]) }) }),
  channels: () => ({}),
  follow: (draw, { channels }) => ({
    channels: Array.from({ length: 1 + draw.below(3) }, () => ({ channel: draw.pick(channels), cursor: cursor(draw) })),
  }),
  unfollow: (draw, { channels }) => ({ channels: [draw.pick(channels)] }),
  people: (draw) => ({ numbers: Array.from({ length: 1 + draw.below(4) }, () => 1 + draw.below(60)) }),
  signal: (draw) => ({
    signal: draw.pick<Record<string, unknown>>([
      { signal: "typing" },
      { signal: "emote", pack: "wolves", emote: "howl" },
      { signal: "ping", x: draw.below(100), y: -1, mark: "here" },
    ]),
  }),
  renew: (draw, { tokens }) => ({ token: draw.pick(tokens) }),
};
