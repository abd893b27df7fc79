import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { makeLog } from "../server/channel/log.ts";
import type { Pace } from "../server/channel/pace.ts";
import type { Redis } from "../server/redis/redis.ts";
import { firstState, newCardSchema } from "../shared/card.ts";
import { fromMember, type MemberCard, memberCardSchema } from "../shared/cards/member-card.ts";
import { aBody, aCardChannel } from "./a-card-channel.ts";
import { byCode, channel, historyLength, nonce } from "./a-guild-channel.ts";
import { aPace } from "./a-pace.ts";
import { aRedis } from "./a-redis.ts";

const MINUTE_MS = 60_000;
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());
const scene = () => aCardChannel(redis);

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
