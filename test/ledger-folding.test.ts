import { randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Book, makeLedger } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import { aLedger, aLedgerProcess, allEntries } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const aWorld = async (keep?: number) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  return { keys, ...(await aLedger(redis, keys, keep)) };
};
type World = Awaited<ReturnType<typeof aWorld>>;

const guild: Book = { guild: "g1" };
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const filesOf = async (world: World): Promise<string[]> => {
  const files: string[] = [];
  for await (const file of world.archive.list("")) files.push(file);
  return files.toSorted();
};
const entriesInRedis = async ({ keys }: World): Promise<number> => {
  const key = keys.of("guild:g1", "entries");
  return asNumber(await redis.run(key, ["LLEN", key]));
};

/** Movements of 1, 2, 3 … points, of ana and beto in turns. */
const earn = async (world: World, count: number, from = 1): Promise<void> => {
  for (let amount = from; amount < from + count; amount++)
    await world.ledger.move({
      book: guild,
      key: `k${amount}`,
      amount,
      member: amount % 2 ? "ana" : "beto",
      reason: "quest",
    });
};
const amounts = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("[PO11] pages lead from the newest entry to the first, through Redis and segments, without hole or repetition", async () => {
  const world = await aWorld();
  await earn(world, 5);
  const early = await world.ledger.page(guild, 2);
  await earn(world, 12, 6);
  const inRedis = await world.ledger.page(guild, 4);
  expect(await world.folding.book("guild:g1")).toBe(4);
  for (const limit of [1, 2, 3, 5, 17, 100]) {
    const all = await allEntries(world.ledger, guild, limit);
    expect(all.map(({ amount }) => amount)).toEqual(amounts(17));
  }
  expect((await world.ledger.page(guild, 100)).next).toBeUndefined();
  const after = await world.ledger.page(guild, 100, inRedis.next);
  expect(after.entries.map(({ amount }) => amount)).toEqual(amounts(13).toReversed());
  const old = await world.ledger.page(guild, 100, early.next);
  expect(old.entries.map(({ amount }) => amount)).toEqual([3, 2, 1]);
  const [newest] = (await world.ledger.page(guild, 1)).entries;
  expect(newest).toMatchObject({ key: "k17", amount: 17, balance: 153, reason: "quest", member: "ana" });
  expect(newest?.at).toBeGreaterThan(Date.now() - 60_000);
  await expect(world.ledger.page({ guild: "g0" }, 5)).rejects.toEqual(byCode("guild-not-found"));
  await expect(world.ledger.page(guild, 5, "5-0@5-0-0123456789abcdef")).rejects.toEqual(byCode("bad-request"));
});

test("[PO12] entries beyond what is kept go to segment files, the oldest first; balance, keys and contributions stay", async () => {
  const world = await aWorld(3);
  await earn(world, 5);
  expect(await world.folding.book("guild:g1")).toBe(0);
  await earn(world, 6, 6);
  expect(await world.folding.book("guild:g1")).toBe(2);
  expect(await entriesInRedis(world)).toBe(5);
  expect(await filesOf(world)).toHaveLength(2);
  expect(await world.ledger.balance(guild)).toBe(66);
  const again = { book: guild, key: "k1", amount: 1, member: "ana", reason: "quest" };
  expect(await world.ledger.move(again)).toMatchObject({ balance: 1, contribution: 1, repeated: true });
  await expect(world.ledger.move({ ...again, amount: 2 })).rejects.toEqual(byCode("key-reused"));
  expect(await world.audit()).toMatchObject({ entries: 11, segments: 2, differences: [] });
});

test("[PO12] only what is older than a minute is folded, and only once there are enough of a bucket's long books", async () => {
  const world = await aWorld(30);
  await earn(world, 70);
  const careful = aLedgerProcess(redis, world.keys, world.archive, 30, 60_000);
  expect(await careful.folding.book("guild:g1")).toBe(0);
  const bucket = Number(/\{b(\d+)\}/.exec(world.keys.of("guild:g1", "book"))?.[1]);
  expect(await world.folding.bucket(bucket)).toBe(true);
  expect(await entriesInRedis(world)).toBe(40);
  expect(await world.folding.bucket(bucket)).toBe(false);
});

test("[PO13] whatever step a process dies at while it folds, nothing is lost or doubled, and the next one goes on", async () => {
  for (let steps = 1; steps <= 8; steps++) {
    const world = await aWorld();
    await earn(world, 12);
    await world
      .dying(steps)
      .folding.book("guild:g1")
      .catch(() => {});
    expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual(amounts(12));
    expect((await world.audit()).differences).toEqual([]);
    await world.folding.book("guild:g1");
    expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual(amounts(12));
    expect(await filesOf(world)).toHaveLength(3);
    expect(await world.audit()).toMatchObject({ entries: 12, segments: 3, differences: [] });
  }
});

test("[PO13] several processes that fold one book while points move come to one history", async () => {
  const world = await aWorld();
  const others = Array.from({ length: 3 }, () => aLedgerProcess(redis, world.keys, world.archive, 3));
  await Promise.all([
    earn(world, 60),
    ...others.flatMap(({ folding }) => amounts(15).map(() => folding.book("guild:g1"))),
  ]);
  await world.folding.book("guild:g1");
  expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual(amounts(60));
  const { segments, differences } = await world.audit();
  expect(differences).toEqual([]);
  expect(await filesOf(world)).toHaveLength(segments);
});

test("[PO14] a file that a process was writing when it died is no segment", async () => {
  const world = await aWorld();
  await earn(world, 12);
  await world.folding.book("guild:g1");
  const [file = ""] = await filesOf(world);
  const folder = dirname(join(world.folder, world.keys.namespace, file));
  await writeFile(join(folder, ".unfinished-1"), "{");
  expect(await filesOf(world)).not.toContain(expect.stringContaining("unfinished"));
  expect((await world.audit()).differences).toEqual([]);
  expect(await readdir(folder)).toContain(".unfinished-1");
});

test("[PO15] a Redis that lost that entries were folded has them again, and they are folded into the same segments", async () => {
  const world = await aWorld();
  await earn(world, 12);
  const before = await aRedisToLose(redis, world.keys);
  await world.folding.book("guild:g1");
  const files = await filesOf(world);
  await before.lose();
  expect((await world.audit()).differences).toEqual([]);
  expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual(amounts(12));
  await world.folding.book("guild:g1");
  expect(await filesOf(world)).toEqual(files);
  expect(await world.audit()).toMatchObject({ entries: 12, segments: 3, differences: [] });
});

test("[PO15] what Redis lost and the archive holds is kept there and told; the book goes on from what Redis has", async () => {
  const world = await aWorld();
  await earn(world, 4);
  const before = await aRedisToLose(redis, world.keys);
  await earn(world, 8, 5);
  const lost = (await allEntries(world.ledger, guild))[4];
  await world.folding.book("guild:g1");
  const files = await filesOf(world);
  await before.lose();
  const difference = { book: "guild:g1", entry: lost?.entry, what: "entry of the archive that Redis has lost" };
  expect((await world.audit()).differences).toMatchObject([{ ...difference, found: "nothing" }]);

  await earn(world, 10, 101);
  await world.folding.book("guild:g1");
  expect(await filesOf(world)).toEqual(expect.arrayContaining(files));
  expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual([
    ...amounts(4),
    ...amounts(10).map((n) => n + 100),
  ]);
  expect((await world.audit()).differences).toMatchObject([difference]);
  // Its line in the file holds key, amount, member and reason: moved again under its key, it is paid once.
  await world.ledger.move({ book: guild, key: "k5", amount: 5, member: "ana", reason: "quest" });
  expect(await world.ledger.balance(guild)).toBe(10 + 1055 + 5);
});

test("[PO15] entries that took the place of lost ones while these were written to the archive are not folded away with them", async () => {
  const world = await aWorld();
  await earn(world, 4);
  const before = await aRedisToLose(redis, world.keys);
  await earn(world, 3, 5);
  const losing = {
    ...world.archive,
    put: async (name: string, text: string): Promise<void> => {
      await world.archive.put(name, text);
      await before.lose();
      await earn(world, 3, 101);
    },
  };
  // Ten entries, of which five are written: the fifth is another one by the time they are to go.
  await earn(world, 3, 8);
  expect(await aLedgerProcess(redis, world.keys, losing, 5).folding.book("guild:g1")).toBe(0);
  expect((await allEntries(world.ledger, guild)).map(({ amount }) => amount)).toEqual([1, 2, 3, 4, 101, 102, 103]);
});

test("[PO11] a book whose archive is not there can be moved, and its older pages are unavailable", async () => {
  const world = await aWorld();
  await earn(world, 12);
  await world.folding.book("guild:g1");
  const without = makeLedger(redis, world.keys);
  await expect(without.page(guild, 100)).rejects.toEqual(byCode("unavailable"));
  expect((await without.page(guild, 3)).entries).toHaveLength(3);
  expect(await without.move({ book: guild, key: "k13", amount: 1, reason: "quest" })).toMatchObject({ balance: 79 });
});
