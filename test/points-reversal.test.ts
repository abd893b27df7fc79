import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Book } from "../server/points/ledger.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber } from "../server/redis/reply.ts";
import { aLedger, allEntries } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const guilds = makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength: 1000 });
  return { keys, guilds, ask: makeAsk(redis, keys), ...(await aLedger(redis, keys)) };
};

const guild: Book = { guild: "g1" };
const reason = "mistake";
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const DAY_MS = 86_400_000;

test("[PO7] a movement is taken back once, by an entry that names it, with the contribution it brought", async () => {
  const { ledger, guilds, audit } = await aWorld();
  const quest = { book: guild, key: "quest", amount: 50, member: "beto", reason: "quest" };
  await ledger.move(quest);
  await ledger.move({ book: guild, key: "other", amount: 5, reason: "quest" });
  await guilds.remove("g1", "beto", "left");
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ledger.reverse({ book: guild, key: "quest", reason: `r${index}` })),
  );
  expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(new Set(results.map(({ entry }) => entry)).size).toBe(1);
  expect(results[0]).toMatchObject({ balance: 5, contribution: 0 });
  expect((await allEntries(ledger, guild)).at(-1)).toMatchObject({ amount: -50, reverses: "quest", member: "beto" });
  // The first movement stays what it was, under its key.
  expect(await ledger.move(quest)).toMatchObject({ balance: 50, repeated: true });
  expect(await ledger.balance(guild)).toBe(5);
  expect((await audit()).differences).toEqual([]);
});

test("[PO7] spent points come back; an entry that was folded can be taken back too", async () => {
  const { ledger, folding, audit } = await aWorld();
  await ledger.move({ book: guild, key: "in", amount: 100, member: "ana", reason: "quest" });
  await ledger.move({ book: guild, key: "out", amount: -30, reason: "chest" });
  for (let n = 0; n < 8; n++) await ledger.move({ book: guild, key: `n${n}`, amount: 1, reason: "quest" });
  expect(await folding.book("guild:g1")).toBe(2);
  expect(await ledger.reverse({ book: guild, key: "out", reason })).toMatchObject({ balance: 108, repeated: false });
  expect(await ledger.reverse({ book: guild, key: "in", reason })).toMatchObject({ balance: 8, contribution: 0 });
  expect((await audit()).differences).toEqual([]);
});

test("[PO8] what would leave less than nothing is refused, or takes what is left when that is asked for", async () => {
  const { ledger, audit } = await aWorld();
  await ledger.move({ book: guild, key: "in", amount: 100, member: "ana", reason: "quest" });
  await ledger.move({ book: guild, key: "out", amount: -70, reason: "chest" });
  await expect(ledger.reverse({ book: guild, key: "in", reason })).rejects.toEqual(byCode("points-insufficient"));
  const taken = await ledger.reverse({ book: guild, key: "in", reason, partial: true });
  expect(taken).toMatchObject({ balance: 0, contribution: 70 });
  expect(await ledger.reverse({ book: guild, key: "in", reason, partial: true })).toEqual({ ...taken, repeated: true });
  await ledger.move({ book: { player: "ana" }, key: "in", amount: 5, reason: "quest" });
  await ledger.move({ book: { player: "ana" }, key: "out", amount: -5, reason: "quest" });
  const nothing = { book: { player: "ana" }, key: "in", reason, partial: true };
  await expect(ledger.reverse(nothing)).rejects.toEqual(byCode("points-insufficient"));
  expect((await audit()).differences).toEqual([]);
});

test("[PO7] what is unknown, a reversal, or part of a transfer is not taken back", async () => {
  const { ledger } = await aWorld();
  await ledger.move({ book: guild, key: "in", amount: 10, reason: "quest" });
  await ledger.reverse({ book: guild, key: "in", reason });
  await ledger.move({ book: guild, key: "more", amount: 10, reason: "quest" });
  await ledger.transfer({ from: guild, to: { player: "ana" }, amount: 4, id: "gift", reason: "gift" });
  for (const key of ["never", "~reverse:in", "~out:gift"])
    await expect(ledger.reverse({ book: guild, key, reason })).rejects.toEqual(byCode("movement-not-found"));
  const elsewhere = ledger.reverse({ book: { guild: "g2" }, key: "more", reason });
  await expect(elsewhere).rejects.toEqual(byCode("movement-not-found"));
  expect(await ledger.balance(guild)).toBe(6);
});

test("[PO9] what says when it arose is refused once its key may have been forgotten, and never paid again", async () => {
  const { ledger } = await aWorld();
  const chest = (key: string, at: number) => ledger.move({ book: guild, key, amount: 7, reason: "chest", at });
  const now = Date.now();
  await chest("young", now - 89 * DAY_MS);
  await expect(chest("old", now - 90 * DAY_MS)).rejects.toEqual(byCode("key-too-old"));
  await expect(chest("ahead", now + 2 * 3_600_000)).rejects.toEqual(byCode("bad-request"));
  // A key that is known has its result, whatever time is told.
  expect(await chest("young", now - 200 * DAY_MS)).toMatchObject({ balance: 7, repeated: true });
  expect(await ledger.balance(guild)).toBe(7);
});

test("[PO10] a guild whose points moved is told to rankings once, until somebody reads its totals", async () => {
  const { ledger, ask, keys, audit } = await aWorld();
  const told = async (): Promise<number> => {
    const outbox = `${keys.prefixes("guild:g1")[1]}outbox`;
    const documents = asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
    return documents.filter((row) => JSON.stringify(row).includes("points-changed")).length;
  };
  const totals = async () => (await ask("points_total", "guild:g1", [])).slice(0, 3).map(asNumber);
  await ledger.move({ book: guild, key: "a", amount: 50, reason: "quest" });
  await ledger.move({ book: guild, key: "b", amount: 20, reason: "quest" });
  await ledger.move({ book: guild, key: "c", amount: -30, reason: "chest" });
  expect(await told()).toBe(1);
  expect(await totals()).toEqual([40, 70, 3]);
  await ledger.move({ book: { player: "ana" }, key: "a", amount: 9, reason: "quest" });
  expect(await told()).toBe(1);
  // What was reversed was not earned, what was given back was not either, nor what was transferred.
  await ledger.reverse({ book: guild, key: "b", reason });
  await ledger.reverse({ book: guild, key: "c", reason });
  await ledger.transfer({ from: { player: "ana" }, to: guild, amount: 9, id: "gift", reason: "gift" });
  expect(await told()).toBe(2);
  expect(await totals()).toEqual([59, 50, 6]);
  // A Redis that lost its end may have lost that they were read.
  await redis.run(keys.of("guild:g1", "book"), ["HSET", keys.of("guild:g1", "book"), "changed", "an-earlier-boot"]);
  await ledger.move({ book: guild, key: "d", amount: 1, reason: "quest" });
  expect(await told()).toBe(3);
  expect((await audit()).differences).toEqual([]);
});
