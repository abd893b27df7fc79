import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { Append } from "../server/channel/log.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeCalled } from "../server/notifier/deciding/called.ts";
import { importanceOf } from "../server/notifier/deciding/verdict.ts";
import {
  type ArrivingNotice,
  expiryOf,
  noticeId,
  noticeSchema,
  outboxDocumentSchema,
} from "../server/notifier/notice.ts";
import { makeFighters } from "../server/pvp/fighters.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import { makeCalling } from "../server/rooms/calling.ts";
import type { Mentions } from "../shared/entry.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aJoiningWorld, joiningOf } from "./a-joining-world.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aRedis } from "./a-redis.ts";
import { aWar } from "./a-war.ts";
import { waitFor } from "./wait-for.ts";

const channel = "guild:g1";
const POLICY = pushPolicySchema.parse({});
const DAY_MS = 86_400_000;

/** A guild g1 of players with the numbers 1, 2 … in this order, the first its leader. */
const aGuild = async (players: readonly string[]) => {
  const { redis } = await aRedis();
  onTestFinished(() => redis.close());
  const world = await aJoiningWorld(redis, players);
  await world.guild("g1", "request", players);
  const log = makeLog(redis, world.keys, { historyLength: 10_000 });
  const outbox = `${world.keys.prefixes(channel)[1]}outbox`;
  const notices = async (): Promise<ArrivingNotice[]> =>
    asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"])).flatMap((row) => {
      const found = outboxDocumentSchema.parse(JSON.parse(asTexts(asList(row)[1])[1] ?? ""));
      return found.type === "notice" ? [found] : [];
    });
  const newest = async (): Promise<ArrivingNotice> => {
    const last = (await notices()).at(-1);
    if (last === undefined) throw new Error("there is no notice");
    return last;
  };
  const say = async (author: string, body: unknown, more: Partial<Append> = {}) =>
    log.append({ channel, author, nonce: randomUUID(), kind: "text", body, ...more });
  const called = makeCalled(redis, world.keys);
  const call = (author: string, mentions: Mentions, more: object = {}) =>
    say(author, { text: "¡Oigan!", mentions, ...more }, { mentions });
  return { ...world, redis, log, notices, newest, say, call, called, tellsWhom: async () => called(await newest()) };
};

const sorted = (told: Awaited<ReturnType<ReturnType<typeof makeCalled>>>) =>
  "all" in told ? "all" : Object.fromEntries(told.players.map(({ player, about }) => [player, about]));

test("[NS2] who is called by name, as officer or with all is told, and who is answered; each once, neither the author nor who left", async () => {
  const world = await aGuild(["ana", "beto", "caro", "dino", "eva"]);
  const { say, call, notices, newest, tellsWhom, guilds } = world;
  await guilds.setRank("g1", "beto", "officer");
  await guilds.remove("g1", "eva", "left");
  const first = await say("caro", "hola");
  await call("ana", { groups: ["online"] });
  expect(await notices()).toEqual([]);

  await call("ana", { players: [1, 3, 5, 77] });
  expect(await newest()).toMatchObject({ about: "mention", author: "ana" });
  expect(sorted(await tellsWhom())).toEqual({ caro: "mention" });
  await call("dino", { players: [2], groups: ["officers", "online"] });
  expect(sorted(await tellsWhom())).toEqual({ ana: "mention", beto: "mention" });
  await call("ana", { groups: ["all", "officers"], players: [3] });
  expect(sorted(await tellsWhom())).toBe("all");

  const reply = { reply: first.seq };
  for (const [kind, body] of [
    ["text", { text: "¡Buenas!", ...reply }],
    ["sticker", { pack: "p", sticker: "s", ...reply }],
    ["phrase", { phrase: "hello", ...reply }],
  ] as const) {
    await say("dino", body, { kind });
    expect(await newest()).toMatchObject({ about: "reply", author: "dino" });
    expect(sorted(await tellsWhom())).toEqual({ caro: "reply" });
  }
  await call("dino", { players: [1] }, reply);
  expect(await newest()).toMatchObject({ about: "mention" });
  expect(sorted(await tellsWhom())).toEqual({ ana: "mention", caro: "reply" });
  await call("dino", { players: [3] }, reply);
  expect(sorted(await tellsWhom())).toEqual({ caro: "mention" });
  // To himself, to the system, to nothing that is kept.
  const { seq: news } = await world.log.append({ channel, nonce: randomUUID(), kind: "news", body: "Ha llegado" });
  for (const [author, to] of [
    ["caro", first.seq],
    ["ana", news],
    ["ana", 9_999],
  ] as const) {
    await say(author, { text: "?", reply: to });
    expect(sorted(await tellsWhom())).toEqual({});
  }
  await guilds.remove("g1", "caro", "left");
  await say("ana", { text: "¿Caro?", ...reply });
  expect(sorted(await tellsWhom())).toEqual({});
  const count = (await notices()).length;
  await say("ana", "nadie");
  expect(await notices()).toHaveLength(count);
});

test("[NS4] of a message that calls fighters those it names are told as such, and what must hold is of the fighters", async () => {
  const world = await aGuild(["leader", "ana", "beto", "caro"]);
  const war = await aWar(world, { fighters: { ana: 2, beto: 3 } });
  await war.reserve();
  const call = makeCalling(makeFighters(world.redis, world.keys));
  const { seq } = await world.say("caro", "hola");
  const say = async (groups: ("roster" | "all")[]) => {
    const { mentions, notice } = await call(channel, { groups, players: [2, 4] });
    const more = { ...(mentions && { mentions }), ...(notice && { notice }) };
    await world.say("leader", { text: "¡A pelear!", mentions, reply: seq }, more);
  };
  await say(["roster"]);
  expect(await world.newest()).toMatchObject({ about: "call", condition: { type: "war-fighter", war: war.war } });
  expect(sorted(await world.tellsWhom())).toEqual({ ana: "call", beto: "call", caro: "mention" });
  await say(["roster", "all"]);
  expect(await world.newest()).toMatchObject({ about: "call" });
  expect(sorted(await world.tellsWhom())).toEqual({ ana: "call", beto: "call", caro: "mention" });
});

test("[NS1] what older versions wrote is understood by its entry, and is as important as it was", () => {
  const older = {
    type: "notice",
    importance: "high",
    channel,
    epoch: 1,
    seq: 3,
    at: 5,
    from: 1,
    author: "ana",
    body: "x",
  };
  const read = (more: object) => {
    const notice = noticeSchema.parse({ ...older, ...more });
    return [notice.about, importanceOf(notice, POLICY), expiryOf(notice) - notice.at];
  };
  expect(read({ kind: 2 })).toEqual(["announcement", "important", DAY_MS]);
  expect(read({ kind: 18 })).toEqual(["announcement", "important", DAY_MS]);
  expect(read({ kind: 1 })).toEqual(["call", "important", DAY_MS / 4]);
  expect(read({ kind: 3 })).toEqual(["event", "important", DAY_MS]);
  expect(read({ kind: 10, importance: "normal" })).toEqual(["event", "normal", DAY_MS]);
  const now = { ...older, importance: undefined, kind: 3, about: "attack" };
  expect(read({ ...now, lifeMs: 50 })).toEqual(["attack", "urgent", 50]);
  expect(read({ ...now, lifeMs: 50, expiresAt: 25 })).toEqual(["attack", "urgent", 20]);
  const arrived = outboxDocumentSchema.parse({ ...older, kind: 1, only: ["ana"] });
  expect(arrived).toMatchObject({ about: "call", only: ["ana"] });
  expect(noticeId(noticeSchema.parse({ ...now, seq: 0, key: "asks 5 eva" }))).toBe("guild:g1:1:asks 5 eva");
});

test("[NS1] [NS3] a request is told to those who may answer, an invitation to who is invited, each once", async () => {
  const { guild, guilds, join, joining, ...world } = await aGuild(["ana", "beto", "caro"]);
  for (const player of ["eva", "flor"]) await world.players.putProfile(player, { name: player });
  await guilds.setRank("g1", "beto", "officer");
  await join("eva", "g1", "déjenme");
  await join("eva", "g1", "¡por favor!");
  const condition = { type: "request-open", guild: channel, player: "eva" };
  expect(await world.notices()).toMatchObject([
    {
      about: "request",
      seq: 0,
      author: "eva",
      body: { template: "guild-request", params: { player: "eva" } },
      condition,
    },
  ]);
  expect(sorted(await world.tellsWhom())).toEqual({ ana: "request", beto: "request" });
  await joining.invitations.invite("g1", "flor", "ana");
  await joining.invitations.invite("g1", "flor", "beto");
  expect((await world.notices()).slice(1)).toMatchObject([
    {
      ...{ about: "invitation", seq: 0, author: "ana", body: { template: "guild-invited", params: { player: "ana" } } },
      condition: { type: "guild-invited", guild: channel },
    },
  ]);
  expect(sorted(await world.tellsWhom())).toEqual({ flor: "invitation" });
});

test("[NS2] [NS3] they are pushed to who is away: mentions and replies in the reader's words, requests and invitations while they stand", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const { redis, keys, log } = world;
  const { joining } = joiningOf(redis, keys);
  await world.guilds.change("g1", { joinMode: "request" });
  const body = (player: string) => world.phone(player)?.screen.map(({ title, body: text }) => `${title}: ${text}`);
  const { seq } = await log.append({
    channel,
    author: "ana",
    nonce: randomUUID(),
    kind: "text",
    body: "¿Quién juega?",
  });
  const say = (text: string, more: object, mentions?: Mentions) =>
    log.append({
      ...{ channel, author: "leader", nonce: randomUUID(), kind: "text", body: { text, ...more } },
      ...(mentions && { mentions }),
    });
  await say("Yo", { reply: seq });
  await say("Beto", { mentions: { players: [3] } }, { players: [3] });
  // Those who have read all are told all the same.
  await world.reads.seen(channel, "leader", 100);
  await world.players.putProfile("eva", { name: "eva", locale: "en" });
  await world.players.putProfile("flor", { name: "flor", locale: "en" });
  for (const player of ["eva", "flor"]) await joining.requests.join({ guild: "g1", player, bound: true });
  await joining.requests.withdraw("g1", "flor");
  await world.notifier();
  await waitFor(() => world.phone("leader")?.receivedCount, "the request");
  await waitFor(() => [world.phone("ana"), world.phone("beto")].every((phone) => phone?.receivedCount), "the others");
  expect(body("ana")).toEqual(["A reply to you in Lobos: leader: Yo"]);
  expect(body("beto")).toEqual(["You were mentioned in Lobos: leader: Beto"]);
  await waitFor(async () => (await world.decisions.list("leader")).length > 0, "the decision about flor");
  expect(body("leader")).toEqual(["Lobos: eva asks to be let into the guild."]);
  expect((await world.decisions.list("leader")).map(({ reason }) => reason)).toContain("condition-gone");
});
