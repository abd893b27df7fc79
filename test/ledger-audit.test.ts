import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Book } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aLedger, allEntries } from "./a-ledger.ts";
import { aRedis, isSuiteCluster } from "./a-redis.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { run } from "./run.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const guild: Book = { guild: "g1" };

/** 14 entries of 10 points in g1, 9 of them folded into three segments; some in other books. */
const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const world = await aLedger(redis, keys);
  for (let n = 0; n < 14; n++)
    await world.ledger.move({ book: guild, key: `k${n}`, amount: 10, member: n % 2 ? "ana" : "beto", reason: "quest" });
  await world.ledger.move({ book: { guild: "g2" }, key: "k", amount: 1, reason: "quest" });
  await world.ledger.move({ book: { player: "ana" }, key: "k", amount: 1, reason: "quest" });
  await world.folding.book("guild:g1");
  const entries = await allEntries(world.ledger, guild);
  const files: string[] = [];
  for await (const file of world.archive.list("")) files.push(join(world.folder, keys.namespace, file));
  return { keys, entries, files: files.toSorted(), ...world };
};

test("[PO19] a ledger in order has no difference", async () => {
  const { audit, files } = await aWorld();
  expect(files).toHaveLength(3);
  expect(await audit()).toEqual({ books: 3, entries: 16, segments: 3, underWay: 0, differences: [] });
});

type World = Awaited<ReturnType<typeof aWorld>>;
const rewrite = async (path: string | undefined, from: RegExp, to: string): Promise<void> => {
  const text = await readFile(path ?? "", "utf8");
  expect(text).toMatch(from);
  await writeFile(path ?? "", text.replace(from, to));
};
const inBook = (world: World, field: string, value: string) => {
  const key = world.keys.of("guild:g1", "book");
  return redis.run(key, ["HSET", key, field, value]);
};

/** What was done to the ledger, and what the audit says of g1; `at` is the number of the entry it names. */
const harms: { what: string; harm(world: World): Promise<unknown>; at: number; says: Record<string, string> }[] = [
  {
    what: "a balance raised by hand",
    harm: (world) => inBook(world, "balance", "141"),
    at: 13,
    says: { what: "balance", expected: "140", found: "141" },
  },
  {
    what: "a contribution raised by hand",
    harm: ({ keys }) =>
      redis.run(keys.of("guild:g1", "contribution"), ["HINCRBY", keys.of("guild:g1", "contribution"), "ana", "5"]),
    at: 13,
    says: { what: "contribution of ana", expected: "70", found: "75" },
  },
  {
    what: "what was earned raised by hand",
    harm: (world) => inBook(world, "earned", "200"),
    at: 13,
    says: { what: "points earned", expected: "140", found: "200" },
  },
  {
    what: "an entry in Redis overwritten",
    harm: ({ keys, entries }) =>
      redis.run(keys.of("guild:g1", "entries"), [
        "LSET",
        keys.of("guild:g1", "entries"),
        "1",
        `${entries[11]?.entry} {}`,
      ]),
    at: 11,
    says: { what: "number of the entry", expected: "11", found: "12" },
  },
  {
    what: "an amount in a segment changed",
    harm: ({ files }) => rewrite(files[1], /"amount":"10"/, '"amount":"11"'),
    at: 3,
    says: { what: "balance after the entry", expected: "41", found: "40" },
  },
  {
    what: "a reason in a segment changed",
    harm: ({ files }) => rewrite(files[1], /"reason":"quest"/, '"reason":"other"'),
    at: 3,
    says: { what: "hash of the segment" },
  },
  {
    what: "a segment cut off",
    harm: ({ files }) => rewrite(files[2], /[^\n]*\n$/, ""),
    at: 6,
    says: { what: "segment", found: "a damaged file" },
  },
  {
    what: "a segment lost",
    harm: ({ files }) => rm(files[0] ?? ""),
    at: 0,
    says: { what: "segment", found: "nothing" },
  },
  {
    what: "the book lost",
    harm: async ({ keys }) => {
      for (const part of ["book", "entries", "contribution"])
        await redis.run(keys.of("guild:g1", part), ["DEL", keys.of("guild:g1", part)]);
    },
    at: 0,
    says: { what: "entry of the archive that Redis has lost", found: "nothing" },
  },
];

test.each(harms)("[PO19] $what is named with its book and entry", async ({ harm, at, says }) => {
  const world = await aWorld();
  await harm(world);
  const { differences } = await world.audit();
  expect(differences).toEqual([expect.objectContaining({ book: "guild:g1", ...says })]);
  expect(differences[0]?.entry).toBe(world.entries[at]?.entry);
});

test("[PO19] a segment that a process wrote and left is no difference", async () => {
  const { keys, audit, archive, files, folder, ledger } = await aWorld();
  const [, file = ""] = files;
  const copy = file.slice(join(folder, keys.namespace).length + 1).replace(/[0-9a-f]{4}$/, "0000");
  await archive.put(copy, await readFile(file, "utf8"));
  expect((await audit()).differences).toEqual([]);
  await ledger.move({ book: guild, key: "more", amount: 1, reason: "quest" });
  expect((await audit()).differences).toEqual([]);
});

const audited = (world: World, env: Readonly<Record<string, string>> = {}) =>
  run(process.execPath, [join(import.meta.dirname, "../server/audit-ledger.ts")], {
    env: {
      ...bareEnvironment(),
      REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
      GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
      GREMIO_NAMESPACE: world.keys.namespace,
      GREMIO_LEDGER_FOLDER: world.folder,
      ...env,
    },
  });

test("[PO19] the command ends with 0 when all is in order, with 1 and the first difference when it is not, with 2 when it cannot tell", async () => {
  const world = await aWorld();
  for (const stray of ["stray.txt", "b1/guild-%zz/stray.txt"]) await world.archive.put(stray, "");
  const good = await audited(world);
  expect(good).toMatchObject({ code: 0 });
  expect(good.out).toContain("3 books, 16 entries, 3 segments: everything adds up");
  await inBook(world, "balance", "141");
  const bad = await audited(world);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain(`guild:g1, entry ${world.entries[13]?.entry}: balance: expected 140, found 141`);
  expect((await audited(world, { GREMIO_LEDGER_KEEP: "1" })).code).toBe(2);
  expect((await audited(world, { GREMIO_LEDGER_FOLDER: "" })).out).toContain("no archive");
});
