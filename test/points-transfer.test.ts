import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePlayers } from "../server/player/players.ts";
import type { Book } from "../server/points/ledger.ts";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aLedger, allEntries } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const guild: Book = { guild: "g1" };
const ana: Book = { player: "ana" };
const nobody: Book = { player: "nadie" };
const reason = "gift";
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });

/** ana has 100 points. */
const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const world = { keys, ...(await aLedger(redis, keys)) };
  await world.ledger.move({ book: ana, key: "start", amount: 100, reason: "quest" });
  return { ...world, resume: (leftMs = -1_000) => world.transfers.resume(bucketOf("player:ana"), leftMs) };
};

test("[PO16] a transfer moves points from one book to another once, however often and at how many places at once it is asked for", async () => {
  const { ledger, audit } = await aWorld();
  const gift = { from: ana, to: guild, amount: 30, id: "gift-1", reason };
  const results = await Promise.all(Array.from({ length: 20 }, () => ledger.transfer(gift)));
  expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
  for (const result of results) expect(result).toMatchObject({ from: 70, to: 30 });
  await ledger.move({ book: ana, key: "more", amount: 1, reason });
  expect(await ledger.transfer(gift)).toEqual({ from: 70, to: 30, repeated: true });
  expect([await ledger.balance(ana), await ledger.balance(guild)]).toEqual([71, 30]);
  expect((await allEntries(ledger, ana))[1]).toMatchObject({ amount: -30, counterpart: "guild:g1", reason });
  expect((await allEntries(ledger, guild))[0]).toMatchObject({ amount: 30, counterpart: "player:ana", reason });
  await expect(ledger.transfer({ ...gift, amount: 31 })).rejects.toEqual(byCode("key-reused"));
  expect(await audit()).toMatchObject({ underWay: 0, differences: [] });
});

test("[PO16] what the giving book does not hold, or gives itself, is refused; the same id of another book is another transfer", async () => {
  const { ledger } = await aWorld();
  const tooMuch = { from: ana, to: guild, amount: 101, id: "gift-1", reason };
  await expect(ledger.transfer(tooMuch)).rejects.toEqual(byCode("points-insufficient"));
  await expect(ledger.transfer({ ...tooMuch, from: nobody })).rejects.toEqual(byCode("player-not-found"));
  await expect(ledger.transfer({ ...tooMuch, to: ana })).rejects.toEqual(byCode("bad-request"));
  await ledger.transfer({ ...tooMuch, amount: 40 });
  await ledger.move({ book: { player: "beto" }, key: "start", amount: 10, reason });
  await ledger.transfer({ ...tooMuch, from: { player: "beto" }, amount: 10 });
  expect(await ledger.balance(guild)).toBe(50);
});

test("[PO17] what the other book refuses goes back, and stays refused also when it could be credited later", async () => {
  const { ledger, audit, resume, keys } = await aWorld();
  const lost = { from: ana, to: nobody, amount: 30, id: "gift-1", reason };
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => ledger.transfer(lost)));
  for (const tried of tries) expect(tried).toMatchObject({ status: "rejected", reason: { code: "player-not-found" } });
  expect(await ledger.balance(ana)).toBe(100);
  expect(await resume()).toBe(0);
  await makePlayers(redis, keys).putProfile("nadie", { name: "Now there" });
  await expect(ledger.transfer(lost)).rejects.toEqual(byCode("player-not-found"));
  expect((await allEntries(ledger, ana)).map(({ amount }) => amount)).toEqual([100, -30, 30]);
  expect((await audit()).differences).toEqual([]);
});

test("[PO18] whatever step a process dies at, whoever asks again or comes by ends the transfer, once", async () => {
  for (const to of [guild, nobody])
    for (const [goOn, fault] of [
      ["ask", "before"],
      ["resume", "before"],
      ["ask", "unheard"],
      ["resume", "unheard"],
    ] as const)
      for (let steps = 1; steps <= 5; steps++) {
        const { ledger, dying, resume, audit } = await aWorld();
        const gift = { from: ana, to, amount: 30, id: "gift-1", reason };
        await dying(steps, fault)
          .ledger.transfer(gift)
          .catch(() => {});
        const begun = (await ledger.balance(ana)) < 100 || (await allEntries(ledger, ana)).length > 1;
        if (goOn === "ask") await ledger.transfer(gift).catch(() => {});
        else {
          await resume(60_000);
          await resume();
        }
        const arrives = to === guild && (goOn === "ask" || begun);
        expect(await ledger.balance(ana)).toBe(arrives ? 70 : 100);
        expect(await ledger.balance(guild)).toBe(arrives ? 30 : 0);
        expect(await audit()).toMatchObject({ underWay: 0, differences: [] });
      }
});

test("[PO18] a transfer that was just begun is left to whoever began it", async () => {
  const { ledger, dying, resume, audit } = await aWorld();
  const gift = { from: ana, to: guild, amount: 30, id: "gift-1", reason };
  await expect(dying(2).ledger.transfer(gift)).rejects.toThrow("Redis did not answer");
  await resume(60_000);
  expect(await ledger.balance(guild)).toBe(0);
  expect((await audit()).underWay).toBe(1);
  expect(await resume()).toBe(0);
  expect(await ledger.balance(guild)).toBe(30);
});
