import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { type Book, type Movement, makeLedger } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const LARGEST = Number.MAX_SAFE_INTEGER;

/** A guild `g1` of ana and beto, and its ledger. */
const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const players = makePlayers(redis, keys);
  return { keys, ledger: makeLedger(redis, keys), guilds: makeGuilds(redis, keys, players, { historyLength: 1000 }) };
};

const guild: Book = { guild: "g1" };
const ana: Book = { player: "ana" };
const movement = (part: Partial<Movement> & { amount: number }): Movement => ({
  book: guild,
  key: randomUUID(),
  reason: "quest",
  ...part,
});

test("[PO1] a movement changes the book, and the contribution of the member who brought it", async () => {
  const { ledger, guilds } = await aWorld();
  expect(await ledger.move(movement({ amount: 50, member: "beto" }))).toMatchObject({
    balance: 50,
    contribution: 50,
    repeated: false,
  });
  expect(await ledger.move(movement({ amount: -20 }))).toMatchObject({ balance: 30, contribution: 0 });
  expect(await ledger.balance(guild)).toBe(30);
  const { points, members } = await guilds.snapshot("g1");
  expect(points).toBe(30);
  expect(members.map(({ player, points }) => [player, points])).toEqual([
    ["ana", 0],
    ["beto", 50],
  ]);
  expect(await ledger.move(movement({ book: ana, amount: 7 }))).toMatchObject({ balance: 7 });
  expect(await ledger.balance(ana)).toBe(7);
  expect(await ledger.balance(guild)).toBe(30);
});

test("[PO2] a key moves points once, however often and at how many places at once it is used", async () => {
  const { ledger } = await aWorld();
  const once = movement({ amount: 10, member: "ana", key: "quest-1:ana" });
  const results = await Promise.all(Array.from({ length: 30 }, () => ledger.move(once)));
  expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(new Set(results.map(({ entry }) => entry)).size).toBe(1);
  await ledger.move(movement({ amount: 5 }));
  expect(await ledger.move(once)).toEqual({ ...results[0], repeated: true });
  expect(await ledger.balance(guild)).toBe(15);
});

test("[PO3] a key used for something else is refused and moves nothing; another book has keys of its own", async () => {
  const { ledger } = await aWorld();
  const first = movement({ amount: 10, member: "ana", key: "same-key" });
  await ledger.move(first);
  for (const other of [{ amount: 11 }, { member: "beto" }, { member: undefined }, { reason: "other" }])
    await expect(ledger.move({ ...first, ...other })).rejects.toEqual(byCode("key-reused"));
  expect(await ledger.balance(guild)).toBe(10);
  expect(await ledger.move({ ...first, book: ana, member: undefined })).toMatchObject({ balance: 10, repeated: false });
});

test("[PO2] a key is known for 90 days at least", async () => {
  const { ledger, keys } = await aWorld();
  const chest = movement({ amount: 7 });
  const first = await ledger.move(chest);
  const period = Math.floor(Date.now() / (30 * 86_400_000));
  const key = (of: number) => keys.of("guild:g1", `key:${of}`);
  expect(Number(await redis.run(key(period), ["PTTL", key(period)]))).toBeGreaterThanOrEqual(90 * 86_400_000 - 60_000);
  await redis.run(key(period), ["RENAME", key(period), key(period - 3)]);
  const book = keys.of("guild:g1", "book");
  await redis.run(book, ["HSET", book, "periods", String(period - 3)]);
  expect(await ledger.move(chest)).toEqual({ ...first, repeated: true });
  await ledger.move(movement({ amount: 1 }));
  expect(await ledger.move(chest)).toEqual({ ...first, repeated: true });
});

test("[PO1] whatever is written in a reason is found again as it was", async () => {
  const { ledger } = await aWorld();
  for (const [n, reason] of ['"', "\\", "\u0000\u001f\u007f", "a/b", "ñandú 🏆 \u2028", "%d %s %%"].entries()) {
    await ledger.move({ book: guild, key: `k${n}`, amount: 1, reason });
    expect((await ledger.page(guild, 1)).entries[0]).toMatchObject({ key: `k${n}`, reason });
  }
});

test("[PO4] no balance goes below zero or past 2^53 - 1; a refused movement leaves no trace, and its key stays free", async () => {
  const { ledger, guilds } = await aWorld();
  await ledger.move(movement({ amount: 10 }));
  const tooMuch = movement({ amount: -11, key: "spend-1" });
  await expect(ledger.move(tooMuch)).rejects.toEqual(byCode("points-insufficient"));
  await expect(ledger.move(movement({ amount: LARGEST }))).rejects.toEqual(byCode("bad-request"));
  expect(await ledger.balance(guild)).toBe(10);
  await ledger.move(movement({ amount: LARGEST - 10, member: "ana" }));
  expect(await ledger.balance(guild)).toBe(LARGEST);
  expect(await ledger.move(tooMuch)).toMatchObject({ balance: LARGEST - 11, repeated: false });
  await ledger.move(movement({ amount: 11 - LARGEST }));
  await expect(ledger.move(movement({ amount: LARGEST, member: "ana" }))).rejects.toEqual(byCode("bad-request"));
  expect(await ledger.balance(guild)).toBe(0);
  expect((await guilds.snapshot("g1")).members).toMatchObject([{ points: LARGEST - 10 }, { points: 0 }]);
});

test("[PO5] there is no book without its guild or player, and no contribution of someone who is no member", async () => {
  const { ledger } = await aWorld();
  const nobody: Book = { player: "nadie" };
  const nowhere: Book = { guild: "g0" };
  await expect(ledger.move(movement({ book: nowhere, amount: 1 }))).rejects.toEqual(byCode("guild-not-found"));
  await expect(ledger.move(movement({ book: nobody, amount: 1 }))).rejects.toEqual(byCode("player-not-found"));
  await expect(ledger.move(movement({ amount: 1, member: "nadie" }))).rejects.toEqual(byCode("member-not-found"));
  await expect(ledger.balance(nowhere)).rejects.toEqual(byCode("guild-not-found"));
  await expect(ledger.balance(nobody)).rejects.toEqual(byCode("player-not-found"));
});

test("[PO6] whatever movements arrive in whatever order, the balance is the sum of those that were not refused", async () => {
  const { ledger, guilds } = await aWorld();
  const moves = fc.array(
    fc.record({
      amount: fc.integer({ min: -1000, max: 1000 }).filter((amount) => amount !== 0),
      key: fc.nat(40),
      whose: fc.constantFrom("", "ana", "beto"),
    }),
    { minLength: 1, maxLength: 60 },
  );
  let run = 0;
  let expected = 0;
  const brought = new Map([
    ["ana", 0],
    ["beto", 0],
  ]);
  await fc.assert(
    fc.asyncProperty(moves, async (list) => {
      run += 1;
      const results = await Promise.allSettled(
        list.map(({ amount, key, whose }) =>
          ledger.move(movement({ amount, key: `run${run}-${key}`, member: whose === "" ? undefined : whose })),
        ),
      );
      for (const [index, result] of results.entries()) {
        const { amount, whose } = list[index] ?? { amount: 0, whose: "" };
        if (result.status === "fulfilled" && !result.value.repeated) {
          expected += amount;
          if (whose !== "") brought.set(whose, (brought.get(whose) ?? 0) + amount);
          expect(result.value.balance).toBe(expected);
        } else if (result.status === "rejected")
          expect(["points-insufficient", "key-reused"]).toContain(result.reason.code);
      }
      expect(await ledger.balance(guild)).toBe(expected);
      expect(expected).toBeGreaterThanOrEqual(0);
      const { members } = await guilds.snapshot("g1");
      expect(new Map(members.map(({ player, points }) => [player, points]))).toEqual(brought);
    }),
    { numRuns: 40 },
  );
});
