import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { makeChanges } from "../server/channel/changes.ts";
import { makeLog } from "../server/channel/log.ts";
import type { Pace } from "../server/channel/pace.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type CardBody, firstState, newCardSchema } from "../shared/card.ts";
import { fromMember, type MemberCard, memberCardSchema } from "../shared/cards/member-card.ts";
import { aGuild } from "./a-guild.ts";
import { aPace } from "./a-pace.ts";
import { aRedis } from "./a-redis.ts";

const channel = "guild:g1";
const historyLength = 1_000;
const MINUTE_MS = 60_000;
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

let scenes = 0;
let nonces = 0;
const nonce = (): string => {
  nonces += 1;
  return `nonce-${nonces}-of-cards`;
};
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });

/** Guild `g1`: ana leads (1), beto (2), caro (3) and dino (4) are members. */
const scene = async (people: string[] = ["ana", "beto", "caro", "dino"]) => {
  scenes += 1;
  const keys = makeKeys(`t-cards-${process.pid}-${scenes}`);
  await aGuild(redis, keys, "g1", people);
  const log = makeLog(redis, keys, { historyLength });
  const cards = makeCards({ redis, keys, log }, { historyLength });
  const newest = async (reader = "caro") => log.before(channel, reader, undefined, 200);
  return {
    ...{ keys, log, cards, newest },
    changes: makeChanges(redis, keys, { historyLength }),
    reads: makeReads(redis, keys),
    guilds: makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength }),
    /** As a member; the seq. */
    post: async (author: string, asked: MemberCard) => {
      const body = fromMember(memberCardSchema.parse(asked), Date.now());
      return (await cards.post({ channel, author, nonce: nonce(), body })).seq;
    },
    postBySystem: async (body: Partial<CardBody>) =>
      (await cards.post({ channel, nonce: nonce(), body: aBody(body) })).seq,
    act: (player: string, seq: number, action: string, on = true) => cards.act({ channel, player, seq, action, on }),
    markOf: async (seq: number, reader: string) => (await newest(reader)).marks.find((mark) => mark.seq === seq)?.card,
  };
};

const text = (words: string) => ({ "es-419": words, "pt-BR": words, en: words });
const aBody = (more: Partial<CardBody>): CardBody => ({
  ...{ card: "gift", data: { item: 7 }, fallback: text("Un regalo"), actions: [{ ...anAction, id: "take" }] },
  ...more,
});
const anAction = { undo: false, by: "all" as const, webhook: false, closes: false };

describe("what is done with a card", () => {
  test("[CA1] is counted once for each player, however often he does it, and the state tells who", async () => {
    const { postBySystem, act, markOf } = await scene();
    const seq = await postBySystem({});
    const taps = await Promise.all(["ana", "beto", "ana", "ana", "beto"].map((player) => act(player, seq, "take")));
    expect(taps.every(({ accepted, own }) => accepted && own.join() === "take")).toBe(true);
    expect(await markOf(seq, "beto")).toEqual({
      ...{ version: 3, counts: { take: 2 }, who: { take: [1, 2] }, closed: false, own: ["take"] },
    });
    expect(await markOf(seq, "caro")).toMatchObject({ own: [] });
  });

  test("[CA1] counts actions whatever they are called, with a result and without", async () => {
    const { postBySystem, act, cards, markOf } = await scene();
    const ids = ["aa", "closed", "result", "zz"];
    const seq = await postBySystem({ actions: ids.map((id) => ({ ...anAction, id })) });
    for (const player of ["ana", "beto"]) for (const id of ids) await act(player, seq, id);
    const counts = Object.fromEntries(ids.map((id) => [id, 2]));
    expect(await markOf(seq, "caro")).toMatchObject({ counts, closed: false });
    const result = { a: 1, result: { closed: true, result: 2 } };
    expect(await cards.settle(channel, undefined, seq, { close: false, result })).toMatchObject({ counts, result });
    expect((await act("caro", seq, "aa")).state).toMatchObject({ counts: { ...counts, aa: 3 }, result });
  });

  test("[CA2] never exceeds its cap; when an action that closes is full, the card is closed and an entry tells so", async () => {
    const { post, act, newest, markOf } = await scene(Array.from({ length: 30 }, (_, index) => `p${index}`));
    const seq = await post("p0", { card: "help", item: "madera", wanted: 5 });
    await expect(act("p0", seq, "give")).rejects.toEqual(byCode("not-permitted"));
    const taps = await Promise.allSettled(Array.from({ length: 29 }, (_, index) => act(`p${index + 1}`, seq, "give")));
    expect(taps.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    for (const tap of taps) if (tap.status === "rejected") expect(tap.reason).toEqual(byCode("card-closed"));
    const { entries } = await newest("p1");
    const outcome = entries.filter(({ kind }) => kind === "outcome");
    expect(outcome).toHaveLength(1);
    expect(outcome[0]).toMatchObject({ body: { seq, state: { counts: { give: 5 }, closed: true } } });
    expect(await markOf(seq, "p1")).toMatchObject({ counts: { give: 5 }, closed: true });
  });

  test("[CA2] a full action that does not close is card-full, and a place that was left is free again", async () => {
    const { post, act } = await scene();
    const seq = await post("ana", { card: "team-call", title: "Torre", size: 3 });
    await act("beto", seq, "join");
    await act("caro", seq, "join");
    await expect(act("dino", seq, "join")).rejects.toEqual(byCode("card-full"));
    await act("beto", seq, "join", false);
    expect((await act("dino", seq, "join")).state).toMatchObject({ counts: { join: 3 }, who: { join: [1, 3, 4] } });
  });

  test("[CA3] of a group a player has one action, and changing it moves him; what can be undone he takes back", async () => {
    const { post, act, postBySystem } = await scene();
    const seq = await post("ana", { card: "poll", question: "¿Cuándo?", options: ["Hoy", "Mañana"] });
    await act("beto", seq, "option-1");
    await act("caro", seq, "option-1");
    expect((await act("beto", seq, "option-2")).state).toMatchObject({ counts: { "option-1": 1, "option-2": 1 } });
    expect(await act("beto", seq, "option-2", false)).toMatchObject({ own: [], state: { counts: { "option-1": 1 } } });
    expect((await act("beto", seq, "option-2", false)).state.version).toBe(5);
    const fixed = await postBySystem({});
    await act("beto", fixed, "take");
    await expect(act("beto", fixed, "take", false)).rejects.toEqual(byCode("already-acted"));
  });

  test("[CA4] only a member who may write does it, with a card that is there and an action it has", async () => {
    const { postBySystem, act, log, changes, guilds, markOf } = await scene();
    const actions = [
      { ...anAction, id: "take" },
      { ...anAction, id: "own", by: "author" as const },
    ];
    const seq = await postBySystem({ actions });
    await expect(act("zoe", seq, "take")).rejects.toEqual(byCode("not-member"));
    await expect(act("beto", seq, "eat")).rejects.toEqual(byCode("action-unknown"));
    await expect(act("beto", seq, "own")).rejects.toEqual(byCode("not-permitted"));
    const said = await log.append({ channel, author: "beto", nonce: nonce(), kind: "text", body: "hola" });
    await expect(act("beto", said.seq, "take")).rejects.toEqual(byCode("card-not-found"));
    await expect(act("beto", 9_999, "take")).rejects.toEqual(byCode("card-not-found"));
    await act("beto", seq, "take");
    await guilds.remove("g1", "beto", "left");
    await expect(act("beto", seq, "take")).rejects.toEqual(byCode("not-member"));
    await changes.delete({ channel, nonce: nonce(), seq, player: "ana" });
    await expect(act("caro", seq, "take")).rejects.toEqual(byCode("card-not-found"));
    expect(await markOf(seq, "caro")).toBeUndefined();
  });

  test("[CA5] nothing is done with a card whose time is over, and no card ends in the past or after 30 days", async () => {
    const { keys, log, cards, act } = await scene();
    const past = { redis, keys, log };
    const yesterday = makeCards(past, { historyLength, nowMs: () => Date.now() - 2 * MINUTE_MS });
    const body = aBody({ expiresAt: Date.now() - MINUTE_MS });
    const seq = (await yesterday.post({ channel, nonce: "nonce-of-the-past", body })).seq;
    await expect(act("beto", seq, "take")).rejects.toEqual(byCode("card-closed"));
    await expect(cards.post({ channel, nonce: nonce(), body })).rejects.toEqual(byCode("bad-request"));
    const late = aBody({ expiresAt: Date.now() + 31 * 24 * 60 * MINUTE_MS });
    await expect(cards.post({ channel, nonce: nonce(), body: late })).rejects.toEqual(byCode("bad-request"));
    await expect(cards.post({ channel, author: "beto", nonce: nonce(), body: late })).rejects.toEqual(
      byCode("bad-request"),
    );
    // What was posted in time is that card, whenever its nonce comes again.
    expect(await cards.post({ channel, nonce: "nonce-of-the-past", body })).toMatchObject({ seq, repeated: true });
  });
});

describe("a card's end", () => {
  test("[CA6] its author and officers close it, once; an entry tells so, and nothing is done with it any more", async () => {
    const { post, act, cards, newest } = await scene();
    const seq = await post("beto", { card: "roll-call", title: "Guerra" });
    await act("caro", seq, "yes");
    const close = (player: string) => cards.settle(channel, player, seq, { close: true });
    await expect(close("caro")).rejects.toEqual(byCode("not-permitted"));
    await expect(close("zoe")).rejects.toEqual(byCode("not-member"));
    expect(await close("beto")).toMatchObject({ closed: true, counts: { yes: 1 } });
    await close("ana");
    await expect(act("dino", seq, "yes")).rejects.toEqual(byCode("card-closed"));
    expect((await act("caro", seq, "yes")).own).toEqual(["yes"]);
    const outcomes = (await newest()).entries.filter(({ kind }) => kind === "outcome");
    expect(outcomes).toMatchObject([{ from: 2, body: { seq, state: { closed: true, who: { yes: [3] } } } }]);
  });

  test("[CA6] an outcome is not unread, and a card is", async () => {
    const { post, cards, reads } = await scene();
    const seq = await post("beto", { card: "roll-call", title: "Guerra" });
    const { unread } = (await reads.status(channel, "caro")).read;
    await cards.settle(channel, undefined, seq, { close: true });
    expect((await reads.status(channel, "caro")).read.unread).toBe(unread);
    expect(await reads.seenBy(channel, undefined, seq)).toEqual({ seen: 0, of: 3 });
  });

  test("[CA7] the author of a challenge gives its replay once, nobody else does; the studio may replace it", async () => {
    const { post, act, cards, markOf } = await scene();
    const seq = await post("beto", { card: "challenge", mode: "1 contra 1" });
    await act("caro", seq, "accept");
    const settle = (player: string | undefined, result: Record<string, unknown>) =>
      cards.settle(channel, player, seq, { close: false, result });
    const result = { replay: "https://game.example/r/1" };
    await expect(settle("ana", result)).rejects.toEqual(byCode("not-permitted"));
    await settle("beto", result);
    const { version } = await settle("beto", result);
    await expect(settle("beto", { replay: "other" })).rejects.toEqual(byCode("already-acted"));
    const odd = { nested: { empty: [], none: {}, big: 123_456_789_012_345, text: ',"result":"x/y"' } };
    expect(await settle(undefined, odd)).toMatchObject({ version: version + 1, result: odd, counts: { accept: 1 } });
    await act("caro", seq, "accept");
    expect(await markOf(seq, "dino")).toMatchObject({ result: odd, closed: false });
    const other = await post("beto", { card: "roll-call", title: "Guerra" });
    await expect(cards.settle(channel, "beto", other, { close: false, result })).rejects.toEqual(
      byCode("not-permitted"),
    );
  });
});

describe("cards members post", () => {
  const all: MemberCard[] = [
    { card: "help", item: "madera", wanted: 3 },
    { card: "challenge" },
    { card: "challenge", mode: "Arena {x}" },
    { card: "team-call", title: "Torre", size: 4 },
    { card: "poll", question: "¿Cuándo?", options: ["o".repeat(40), ..."1234567"] },
    { card: "roll-call", title: "ñ".repeat(120), forMinutes: 5 },
  ];

  test("[CA8] each says what it is in every language, ends by itself, and reads back from the log as it was posted", async () => {
    const { post, newest, markOf } = await scene();
    for (const asked of all) {
      const seq = await post("ana", asked);
      const entry = (await newest()).entries.find((one) => one.seq === seq);
      if (entry?.kind !== "card") throw new Error("no card");
      const life = (entry.body.expiresAt ?? 0) - Date.now();
      expect(life).toBeGreaterThan(((asked.forMinutes ?? 7 * 24 * 60) - 1) * MINUTE_MS);
      expect(newCardSchema.safeParse(entry.body).success).toBe(true);
      for (const words of Object.values(entry.body.fallback)) expect(words).not.toMatch(/\{(?!x\})/);
      expect(entry.body.card).toBe(asked.card);
      // What a client shows that has the entry and nothing else.
      expect(await markOf(seq, "beto")).toEqual({ ...firstState(1, entry.body), own: [] });
    }
  });

  test("[CA8] the caller of a team is the first of it", async () => {
    const { post, markOf } = await scene();
    const seq = await post("beto", { card: "team-call", title: "Torre", size: 2 });
    expect(await markOf(seq, "beto")).toMatchObject({ counts: { join: 1 }, who: { join: [2] }, own: ["join"] });
  });

  test("[CA9] their words are cleaned as a message's are, and bounded", () => {
    const make = (asked: unknown) => fromMember(memberCardSchema.parse(asked), 0);
    expect(make({ card: "help", item: " ma\n dera ", wanted: 1 }).data).toEqual({ item: "ma dera", wanted: 1 });
    expect(() => make({ card: "help", item: "\u202ex", wanted: 1 })).toThrow(byCode("text-not-allowed"));
    expect(() => make({ card: "help", item: " \u200b ", wanted: 1 })).toThrow(byCode("text-empty"));
    expect(() => make({ card: "help", item: "\ufb2c".repeat(60), wanted: 1 })).toThrow(byCode("bad-request"));
    for (const asked of [
      { card: "help", item: "x", wanted: 0 },
      { card: "poll", question: "?", options: ["one"] },
      { card: "poll", question: "?", options: [..."123456789"] },
      { card: "team-call", title: "x", size: 1 },
      { card: "roll-call", title: "x", forMinutes: 30 * 24 * 60 + 1 },
      { card: "gift" },
    ])
      expect(memberCardSchema.safeParse(asked).success, JSON.stringify(asked)).toBe(false);
  });

  test("[CA10] they cost what messages do, and the same card again and again is too similar", async () => {
    const { keys } = await scene();
    const postWith = (limits: Partial<Pace>) => {
      const log = makeLog(redis, keys, { historyLength, pace: { guild: aPace(limits) } });
      const cards = makeCards({ redis, keys, log }, { historyLength });
      return (author: string, title: string) => {
        const body = fromMember({ card: "roll-call", title }, Date.now());
        return cards.post({ channel, author, nonce: nonce(), body });
      };
    };
    const slowly = postWith({ sender: { burst: 1, perSecond: 0.001 } });
    await slowly("beto", "Guerra");
    await expect(slowly("beto", "Torre")).rejects.toEqual(byCode("rate-limited"));
    const post = postWith({ similar: { most: 2, windowMs: MINUTE_MS }, short: { most: 2, windowMs: MINUTE_MS } });
    for (const title of ["Compren gemas en mi tienda", "¡compren GEMAS en mi tienda 2!"]) await post("caro", title);
    await expect(post("caro", "compren gemas, en mi tienda")).rejects.toEqual(byCode("too-similar"));
    await post("caro", "Guerra a las nueve");
  });

  test("[CA10] they are repeated as messages are: the same nonce is the same card", async () => {
    const { cards, guilds, newest } = await scene();
    const body = fromMember({ card: "roll-call", title: "Guerra" }, Date.now());
    const posted = { channel, author: "beto", nonce: nonce(), body };
    const answers = await Promise.all(Array.from({ length: 10 }, () => cards.post(posted)));
    expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1);
    const { seq } = answers[0] ?? { seq: 0 };
    await cards.act({ channel, player: "caro", seq, action: "yes", on: true });
    await cards.post(posted);
    expect((await newest()).marks).toMatchObject([{ seq, card: { counts: { yes: 1 } } }]);
    await guilds.remove("g1", "beto", "left");
    await expect(cards.post({ ...posted, nonce: nonce() })).rejects.toEqual(byCode("not-member"));
  });
});

test("[CA11] a studio's card has actions that make sense", () => {
  const parse = (actions: unknown[], more: object = {}) =>
    newCardSchema.safeParse({ ...aBody({}), actions, ...more }).success;
  expect(parse([])).toBe(true);
  expect(parse([{ id: "a", cap: 5, closes: true, webhook: true }])).toBe(true);
  expect(parse([{ id: "a" }, { id: "a" }])).toBe(false);
  expect(parse([{ id: "a", closes: true }])).toBe(false);
  expect(parse([{ id: "a", webhook: true, undo: true }])).toBe(false);
  expect(parse([{ id: "A" }])).toBe(false);
  expect(parse(Array.from({ length: 13 }, (_, index) => ({ id: `a${index}` })))).toBe(false);
  expect(parse([], { data: { text: "ñ".repeat(510) } })).toBe(false);
});

test("[CA12] who has done what is read in whole, also beyond what the state names", async () => {
  const people = Array.from({ length: 45 }, (_, index) => `p${index}`);
  const { postBySystem, act, cards } = await scene(people);
  const seq = await postBySystem({});
  for (const player of people) await act(player, seq, "take");
  const { state, done, entry } = await cards.read(channel, seq);
  expect([state.counts.take, state.who.take?.length]).toEqual([45, 40]);
  expect(done).toEqual(people.map((player, index) => ({ number: index + 1, player, actions: ["take"] })));
  expect(entry.body.data).toEqual({ item: 7 });
  await expect(cards.read(channel, 1)).rejects.toEqual(byCode("card-not-found"));
});
