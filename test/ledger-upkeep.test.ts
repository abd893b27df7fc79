import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { expect, test } from "vitest";
import { makePlayers } from "../server/player/players.ts";
import { makeFolding } from "../server/points/folding.ts";
import { startUpkeep } from "../server/points/upkeep.ts";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import { aLedger } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

test("[PO24] processes go round the buckets by themselves, end transfers that were left and fold long books", async () => {
  const { redis } = await aRedis();
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const { ledger, dying, audit, archive } = await aLedger(redis, keys);
  for (let n = 0; n < 60; n++) await ledger.move({ book: { guild: "g1" }, key: `k${n}`, amount: 1, reason: "quest" });
  const gift = { from: { guild: "g1" }, to: { player: "ana" }, amount: 5, id: "gift", reason: "gift" };
  await expect(dying(2).ledger.transfer(gift)).rejects.toThrow();
  expect(await audit()).toMatchObject({ underWay: 1, segments: 0 });

  const options = { paceMs: 1, leftMs: -1_000, folding: { archive, keep: 25, settledMs: -1_000 } };
  const processes = [1, 2].map(() => startUpkeep(redis, keys, pino({ level: "silent" }), options));
  try {
    await waitFor(async () => {
      const { underWay, segments } = await audit();
      return underWay === 0 && segments === 1;
    }, "the transfer to end and the book to be folded");
    expect(await ledger.balance({ player: "ana" })).toBe(5);
    expect((await audit()).differences).toEqual([]);
  } finally {
    for (const { close } of processes) close();
    await redis.close();
  }
});

test("[PO24] a book that cannot be folded does not keep the others of its bucket from it", async () => {
  const { redis } = await aRedis();
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const { ledger, archive, audit } = await aLedger(redis, keys);
  const bucket = bucketOf("guild:g1");
  const other =
    Array.from({ length: 5_000 }, (_, n) => `p${n}`).find((id) => bucketOf(`player:${id}`) === bucket) ?? "";
  await makePlayers(redis, keys).putProfile(other, { name: other });
  const books = [{ guild: "g1" }, { player: other }];
  for (const book of books)
    for (let n = 0; n < 50; n++) await ledger.move({ book, key: `k${n}`, amount: 1, reason: "quest" });
  const entries = keys.of("guild:g1", "entries");
  await redis.run(entries, ["LSET", entries, "24", "1-25 {}"]);
  const { bucket: fold } = makeFolding(redis, keys, archive, { keep: 25, settledMs: -1_000 });
  await expect(fold(bucket)).rejects.toThrow();
  expect(await audit()).toMatchObject({ segments: 1, differences: [{ book: "guild:g1" }] });
  await redis.close();
});
