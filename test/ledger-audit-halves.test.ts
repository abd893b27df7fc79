import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Book } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber, asText, asTextOrNull } from "../server/redis/reply.ts";
import { aLedger } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const guild: Book = { guild: "g1" };
const ana: Book = { player: "ana" };
const reason = "quest";

/** 9 entries of 10 points in g1, 6 of them folded into two segments, the last one a transfer to ana. */
const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const world = await aLedger(redis, keys);
  const { ledger, folding } = world;
  for (let n = 0; n < 8; n++) await ledger.move({ book: guild, key: `k${n}`, amount: 10, member: "beto", reason });
  await ledger.transfer({ from: guild, to: ana, amount: 10, id: "t1", reason });
  await folding.book("guild:g1");

  /**
   * An entry as by a bug in Lua: everything else of the book says so too. `print` undefined: its key is not kept.
   */
  const plant = async (owner: string, entry: { key: string; amount: number; with?: string; print?: string }) => {
    const [book, entries] = [keys.of(owner, "book"), keys.of(owner, "entries")];
    const field = async (name: string): Promise<number> =>
      Number(asTextOrNull(await redis.run(book, ["HGET", book, name])) ?? "0");
    const count = (await field("count")) + 1;
    const balance = (await field("balance")) + entry.amount;
    const { print, with: other, ...row } = entry;
    const id = `${Date.now()}-${count}`;
    const json = {
      ...row,
      amount: String(row.amount),
      balance: String(balance),
      reason,
      ...(other && { with: other }),
    };
    const earned = (await field("earned")) + (other === undefined ? Math.max(0, row.amount) : 0);
    await redis.run(entries, ["RPUSH", entries, `${id} ${JSON.stringify(json)}`]);
    const sums = { balance, count, earned };
    await redis.run(book, ["HSET", book, ...Object.entries(sums).flatMap(([name, value]) => [name, String(value)])]);
    if (print !== undefined) {
      const period = asText(await redis.run(book, ["HGET", book, "periods"]));
      const known = keys.of(owner, `key:${period}`);
      const short = createHash("sha1").update(print).digest("hex").slice(0, 16);
      await redis.run(known, ["HSET", known, entry.key, `${short}:${balance}:${id}:0`]);
    }
    return id;
  };
  const { differences, ...rest } = await world.audit();
  expect(differences).toEqual([]);
  expect(rest).toMatchObject({ underWay: 0, segments: 2 });
  return { keys, plant, ...world };
};
type World = Awaited<ReturnType<typeof aWorld>>;
type Plant = Parameters<World["plant"]>;

/** An entry that should not be there, and what the audit says of it. */
const planted: { what: string; plant: Plant; says: Record<string, unknown> }[] = [
  {
    what: "a key that was used before the book was folded, used again",
    plant: ["guild:g1", { key: "k0", amount: 10 }],
    says: { what: "key k0", expected: "used once", found: expect.stringMatching(/^used by \d+-1$/) },
  },
  {
    what: "a key that was used twice since the book was folded",
    plant: ["guild:g1", { key: "k7", amount: 10, print: "" }],
    says: { what: "key k7", expected: "used once", found: expect.stringMatching(/^used by \d+-8$/) },
  },
  {
    what: "a movement whose key is not kept",
    plant: ["guild:g1", { key: "new", amount: 10 }],
    says: { what: "what is kept of key new", found: "nothing" },
  },
  {
    what: "a debit that never arrived",
    plant: ["guild:g1", { key: "~out:x", amount: -5, with: "player:ana", print: "x" }],
    says: { what: "end of transfer x to player:ana", expected: "a credit or a return", found: "nothing" },
  },
  {
    what: "a credit that nobody gave",
    plant: ["player:ana", { key: "~in:guild:g1 x", amount: 5, with: "guild:g1", print: "x" }],
    says: { what: "debit of transfer x from guild:g1", expected: "a debit", found: "nothing" },
  },
  {
    what: "a return of what nobody gave",
    plant: ["guild:g1", { key: "~back:x", amount: 5, with: "player:ana", print: "back" }],
    says: { what: "debit of transfer x from guild:g1", expected: "a debit", found: "nothing" },
  },
  {
    what: "a share of a gift that there is not",
    plant: ["player:ana", { key: "~in:guild:g1 gift:guild:x:ana", amount: 5, with: "guild:g1", print: "x" }],
    says: { what: "debit of transfer gift:guild:x:ana from guild:g1", expected: "a debit", found: "nothing" },
  },
];

test.each(planted)("[PO19] $what is named with its book and entry", async ({ plant: [owner, entry], says }) => {
  const world = await aWorld();
  const id = await world.plant(owner, entry);
  const { differences } = await world.audit();
  expect(differences).toEqual([expect.objectContaining({ book: owner, entry: id, ...says })]);
});

test("[PO19] a key that is kept for another entry than its first is named", async () => {
  const { plant, audit, ledger } = await aWorld();
  const first = (await ledger.move({ book: guild, key: "k0", amount: 10, member: "beto", reason })).entry;
  const again = await plant("guild:g1", { key: "k0", amount: 10, print: "" });
  const found = expect.stringContaining(`${again} `);
  expect((await audit()).differences).toMatchObject([{ entry: first, what: "what is kept of key k0", found }]);
});

test("[PO19] a key that was used twice, both times folded since, is named", async () => {
  const { plant, ledger, folding, audit } = await aWorld();
  const id = await plant("guild:g1", { key: "k1", amount: 10, print: "" });
  for (let n = 8; n < 14; n++) await ledger.move({ book: guild, key: `k${n}`, amount: 10, reason });
  await folding.book("guild:g1");
  expect((await audit()).differences).toMatchObject([{ book: "guild:g1", entry: id, what: "key k1" }]);
});

test("[PO19] a transfer that was credited and came back is named; one of other points in each book, too", async () => {
  const { plant, audit, ledger, keys } = await aWorld();
  await plant("guild:g1", { key: "~back:t1", amount: 10, with: "player:ana", print: "back" });
  const says = { book: "guild:g1", what: "end of transfer t1 to player:ana", expected: "a credit or a return" };
  expect((await audit()).differences).toMatchObject([
    { ...says, found: expect.stringMatching(/^a credit .* and a return/) },
  ]);
  await ledger.transfer({ from: ana, to: { guild: "g2" }, amount: 3, id: "t2", reason });
  const book = keys.of("guild:g2", "book");
  const known = keys.of("guild:g2", `key:${asText(await redis.run(book, ["HGET", book, "periods"]))}`);
  const row = asText(await redis.run(known, ["HGET", known, "~in:player:ana t2"]));
  await redis.run(known, ["HSET", known, "~in:player:ana t2", `0123456789abcdef${row.slice(16)}`]);
  expect((await audit()).differences).toContainEqual(
    expect.objectContaining({ book: "player:ana", what: "what transfer t2 to guild:g2 moved" }),
  );
});

test("[PO19] a transfer under way is no difference, at whatever step its process died; nor is one that came back", async () => {
  const { dying, audit, ledger } = await aWorld();
  for (let steps = 1; steps <= 4; steps++)
    await dying(steps)
      .ledger.transfer({ from: guild, to: ana, amount: 3, id: `u${steps}`, reason })
      .catch(() => {});
  await ledger.transfer({ from: guild, to: { player: "nadie" }, amount: 3, id: "lost", reason }).catch(() => {});
  expect(await audit()).toMatchObject({ underWay: 2, differences: [] });
});

/** A season that goes on, in which ana and beto brought points after some that do not count. */
const aSeason = async () => {
  const world = await aWorld();
  const { keys, ledger } = world;
  const bucket = keys.prefixes("guild:g1")[1];
  const plan = (text: string) => redis.run(bucket, ["SET", `${bucket}plan`, text]);
  await plan(`1;s1,0,${9e15}`);
  for (const [key, amount, member] of [
    ["s1", 7, "ana"],
    ["s2", 5, "beto"],
    ["s3", -4, "ana"],
    ["s4", 6, undefined],
  ] as const)
    await ledger.move({ book: guild, key, amount, member, reason });
  for (const key of ["s2", "k3"]) await ledger.reverse({ book: guild, key, reason });
  await world.folding.book("guild:g1");
  await ledger.transfer({ from: guild, to: ana, amount: 3, id: "t3", reason });
  expect((await world.audit()).differences).toEqual([]);
  return { ...world, plan };
};

test("[PO19] points of a season, and contributions in it, that are not the sums of its entries are named", async () => {
  const { keys, audit, plan, ledger } = await aSeason();
  const [book, brought] = [keys.of("guild:g1", "book"), keys.of("guild:g1", "contribution:s1")];
  const said = async () => (await audit()).differences;
  expect(asNumber(await redis.run(book, ["HINCRBY", book, "seasonEarned", "1"]))).toBe(14);
  expect(await said()).toMatchObject([{ book: "guild:g1", what: "points of season s1", expected: "13", found: "14" }]);
  await redis.run(book, ["HINCRBY", book, "seasonEarned", "-1"]);
  await redis.run(brought, ["HINCRBY", brought, "ana", "1"]);
  const says = { book: "guild:g1", what: "contribution of ana in season s1", expected: "3", found: "4" };
  expect(await said()).toMatchObject([says]);
  // Over, and followed by another.
  await plan(`2;s2,0,${9e15}`);
  await ledger.move({ book: guild, key: "next", amount: 2, member: "ana", reason });
  expect(await said()).toMatchObject([{ book: "guild:g1", what: expect.stringContaining("season s1") }]);
  await redis.run(brought, ["HINCRBY", brought, "ana", "-1"]);
  expect(await said()).toEqual([]);
});
