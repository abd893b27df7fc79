import type { Message } from "firebase-admin/messaging";
import { z } from "zod";
import type { PushSender, SendOutcome } from "../server/notifier/sending/push-sender.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../server/redis/reply.ts";
import type { World } from "./a-world-of-notices.ts";
import { type Known, PLAYERS, POLICY } from "./cast-of-notices.ts";
import type { Step } from "./dying-before.ts";
import { isSilence } from "./fate-of-a-process.ts";
import type { FCM_ANSWERS } from "./script-of-notices.ts";

type Shown = { channel: string; seq: number; tokens: readonly string[]; kind: string };
type Begun = { player: string; tag: string; at: number; counted: boolean; undone: boolean };
/** What a process knew when it asked last: what it goes by when it sends. */
type Asked = { preferences: Known["preferences"]; at: number };

const HOUR_MS = 3_600_000;

/** Marks that were begun for the first time, of what it is undone with. */
const beganIn = (before: string): string[] =>
  z.object({ fresh: z.array(z.string()).catch([]) }).parse(parsedJson(before)).fresh;

export type Phones = ReturnType<typeof phonesInMind>;

/** FCM and the players' phones, as a model. Whatever must not be is put into `wrong`. */
export const phonesInMind = (world: World, wrong: (what: string) => void) => {
  /** By target, then by tag. */
  const screens = new Map<string, Map<string, Shown>>();
  const seenTokens = new Map<string, Set<string>>(PLAYERS.map((player) => [player, new Set()]));
  const begun: Begun[] = [];
  const sent: string[] = [];
  /** Sent by who stood still before, while it was on the screen already. */
  const sentLate: { target: string; token: string }[] = [];

  const isQuiet = ({ preferences: { quietHours }, at }: Asked): boolean => {
    if (quietHours === undefined || quietHours === null) return false;
    const { from, to } = quietHours;
    const shows = new Date(at).toISOString().slice(11, 16);
    return from < to ? from <= shows && shows < to : from <= shows || shows < to;
  };

  const checkDisturbing = (asked: Asked, channel: string, kind: string, what: string): void => {
    const { preferences, at } = asked;
    const through = preferences.through.some((one) => one === kind);
    if (isQuiet(asked) && !through) wrong(`quiet hours: ${what}`);
    if (preferences.doNotDisturbUntil > at) wrong(`do not disturb: ${what}`);
    const own = preferences.channels[channel];
    if (kind !== "digest" && (own?.snoozedUntil ?? 0) > at) wrong(`snoozed: ${what}`);
    if (preferences.push === "none" || (preferences.push === "important" && kind === "digest"))
      wrong(`push off: ${what}`);
    if (kind !== "digest" && own?.push === "none") wrong(`channel off: ${what}`);
    if (kind !== "digest" && own?.push === "mentions" && kind === "announcement") wrong(`mentions only: ${what}`);
    const wish = Object.entries(preferences.kinds).find(([one]) => one === kind)?.[1];
    if (wish === "off" || wish === "digest") wrong(`kind off: ${what}`);
  };

  const deliver = async (target: string, message: Message, isLate: boolean): Promise<void> => {
    const screen = screens.get(target) ?? new Map<string, Shown>();
    screens.set(target, screen);
    const { kind = "", tags = "[]", tag = "", channel = "", seq = "0" } = message.data ?? {};
    if (kind === "clear") {
      const off: unknown = JSON.parse(tags);
      for (const one of Array.isArray(off) ? off : []) screen.delete(String(one));
      return;
    }
    const tokens = message.notification?.body?.match(/<\d+>/g) ?? [];
    // What takes the place of something newer stands for that, too.
    const stood = kind === "digest" ? 0 : (screen.get(tag)?.seq ?? 0);
    screen.set(tag, { channel, seq: Math.max(stood, Number(seq)), tokens, kind });
    const [player = ""] = target.split("/");
    const twice: { token: string; under: string[] }[] = [];
    for (const token of tokens) {
      seenTokens.get(player)?.add(token);
      const under = [...screen].filter(([, shown]) => shown.tokens.includes(token)).map(([each]) => each);
      if (under.length > 1) twice.push({ token, under });
    }
    if (twice.length === 0) return;
    // Nothing keeps back who stood still with it in his hand: what he notes then has it taken off.
    if (isLate) {
      sentLate.push(...twice.map(({ token }) => ({ target, token })));
      return;
    }
    // What is about to be taken off is gathered for two seconds.
    const key = world.keys.of(`player:${player}`, "clearing");
    const leaving = asTexts(await world.redis.run(key, ["HKEYS", key]));
    for (const { token, under } of twice) {
      const left = under.filter((each) => !leaving.includes(each));
      if (left.length > 1) wrong(`twice on screen: ${token} under ${left.join(" and ")} of ${target}`);
    }
  };

  /** What a process asks, as Redis has it. */
  const watch = (redis: Redis, asked: Map<string, Asked>): Redis => ({
    ...redis,
    fcall: async (name, keys, args) => {
      const player = PLAYERS.find((one) => keys[0]?.endsWith(`player:${one}:`));
      if (player === undefined) return redis.fcall(name, keys, args);
      if (name === "player_push_inputs" || name === "digest_player")
        asked.set(player, { preferences: world.of(player).preferences, at: world.now() });
      if (name !== "player_push_begin" && name !== "player_push_undo") return redis.fcall(name, keys, args);
      const reply = await redis.fcall(name, keys, args);
      const [, burst = "", tag = ""] = args;
      if (name === "player_push_begin" && asNumber(asList(reply)[1]) === 1 && burst !== "") {
        const at = world.now();
        const marks = args.slice(6);
        // What is sent again was counted when it was begun.
        const counted = !burst.endsWith("|u") && beganIn(asText(asList(reply)[2])).length > 0;
        const row: Begun = { player, tag, at, counted, undone: false };
        if (counted && !marks.some((mark) => mark.endsWith(">"))) {
          const since = (ms: number) =>
            begun.filter((one) => one.player === player && one.counted && !one.undone && one.at > at - ms).length;
          if (since(HOUR_MS) >= POLICY.perHour || since(24 * HOUR_MS) >= POLICY.perDay) wrong(`over budget: ${tag}`);
        }
        begun.push(row);
      }
      if (name === "player_push_undo" && args[0] !== "") {
        const last = begun.findLast((one) => one.player === player && one.tag === args[2] && !one.undone);
        if (last !== undefined) last.undone = true;
      }
      return reply;
    },
  });

  const sender = (
    step: Step,
    asked: Map<string, Asked>,
    answers: (typeof FCM_ANSWERS)[number][],
    isLate: () => boolean,
  ): PushSender => ({
    send: async (message): Promise<SendOutcome> => {
      const target = "token" in message && typeof message.token === "string" ? message.token : "";
      const [player = ""] = target.split("/");
      const { kind = "", channel = "", seq = "0", tag = "" } = message.data ?? {};
      const what = `${kind} ${tag} to ${target} at ${world.now()}`;
      sent.push(what);
      if (kind !== "clear") {
        const known = world.of(player);
        if (Number(seq) > 0 && (known.read.get(channel) ?? 0) >= Number(seq)) wrong(`sent after it was read: ${what}`);
        const last = asked.get(player);
        if (last === undefined) wrong(`nobody asked: ${what}`);
        else checkDisturbing(last, channel, kind, what);
      }
      const answer = answers.shift() ?? "yes";
      const unknown: SendOutcome = { type: "unavailable", why: "no answer" };
      try {
        return await step(async (): Promise<SendOutcome> => {
          if (answer === "refused") return { type: "credentials", why: "refused" };
          if (answer !== "unknown-lost") await deliver(target, message, isLate());
          return answer === "yes" ? { type: "sent", answer: "m1" } : unknown;
        });
      } catch (error) {
        if (isSilence(error)) return unknown;
        throw error;
      }
    },
    renew: () => {},
    close: async () => {},
  });

  return { sentLate, screens, seenTokens, begun, sent, watch, sender };
};
