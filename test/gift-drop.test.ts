import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDisbanding } from "../server/guild/disbanding.ts";
import { makeLifeUpkeep } from "../server/guild/life-upkeep.ts";
import { helpPays } from "../server/points/earning/help-pays.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { fromMember } from "../shared/cards/member-card.ts";
import type { EarningEvent } from "../shared/earning.ts";
import { byCode, nonce } from "./a-guild-channel.ts";
import { aRedis } from "./a-redis.ts";
import { anItem, aRewardWorld } from "./a-reward-world.ts";
import { audited } from "./audited.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const guild = { guild: "g1" };
const people = ["ana", "beto", "caro"];
type World = Awaited<ReturnType<typeof aRewardWorld>>;
/** Of the guild, ana, beto and caro. */
const balances = (world: World) =>
  Promise.all([guild, ...people.map((player) => ({ player }))].map((book) => world.ledger.balance(book)));
/** At once. */
const endGuild = async ({ keys }: World): Promise<void> => {
  await makeDisbanding(redis, keys, { graceMs: 0, historyLength: 100 }).announce("g1");
  await makeLifeUpkeep(redis, keys, { historyLength: 100, totals: [] }).bucket(bucketOf("guild:g1"));
};
const isDone = (one: PromiseSettledResult<unknown>) => one.status === "fulfilled";

test("[RW11] a gift takes its points from the guild's book with its card; each share goes into the book of who takes it, once", async () => {
  const world = await aRewardWorld(redis);
  const gift = await world.drop({ points: 103, shares: 4 });
  expect(gift).toMatchObject({ gift: "guild:gift-1", each: 25, shares: 4, taken: 0, player: "ana", repeated: false });
  expect(await balances(world)).toEqual([900, 1_000, 1_000, 1_000]);
  const { entry, state } = await world.cards.read("guild:g1", gift.seq);
  expect(entry).toMatchObject({ from: 1, body: { card: "gift-drop", data: { gift: "guild:gift-1", each: 25 } } });
  expect(state).toMatchObject({ counts: {}, closed: false });
  const taps = await Promise.all(Array.from({ length: 10 }, () => world.take("beto", gift.seq)));
  expect(taps.at(-1)).toMatchObject({ own: ["take"], accepted: true });
  await world.take("ana", gift.seq);
  expect(await balances(world)).toEqual([900, 1_025, 1_025, 1_000]);
  const [entryOfBeto] = (await world.ledger.page({ player: "beto" }, 1)).entries;
  expect(entryOfBeto).toMatchObject({ amount: 25, reason: "gift", counterpart: "guild:g1" });
  expect(await world.gifts.read("g1", gift.gift, "caro")).toMatchObject({ taken: 2 });
  expect(await world.told("gift-taken")).toHaveLength(2);
  expect(await world.drop({ points: 103, shares: 4 })).toMatchObject({ seq: gift.seq, repeated: true });
  await expect(world.drop({ points: 104, shares: 2 })).rejects.toEqual(byCode("key-reused"));
});

test("[RW12] of 1,000 taps on 20 shares exactly 20 get one, and the sums hold", async () => {
  const crowd = Array.from({ length: 100 }, (_, index) => `m${index}`);
  const world = await aRewardWorld(redis, crowd);
  const { seq, gift } = await world.drop({ points: 200, shares: 20, player: "m0", caller: "m0" });
  const taps = Array.from({ length: 1_000 }, (_, index) => world.take(crowd[index % 100] ?? "", seq));
  const tried = await Promise.allSettled(taps);
  for (const one of tried)
    if (one.status === "rejected") expect(["card-full", "card-closed"]).toContain(one.reason.code);
  const held = await Promise.all(crowd.map((player) => world.ledger.balance({ player })));
  // Three of them had 1,000 before.
  expect(held.reduce((sum, balance) => sum + (balance % 1_000), 0)).toBe(200);
  expect(held.filter((balance) => balance % 1_000 === 10)).toHaveLength(20);
  expect(await world.gifts.read("g1", gift, undefined)).toMatchObject({ taken: 20, back: 0 });
  expect((await world.cards.read("guild:g1", seq)).state).toMatchObject({ closed: true, counts: { take: 20 } });
  expect(await world.ledger.balance(guild)).toBe(800);
});

test("[RW13] from the guild's book drops who may spend, from his own whoever is a member; only members take", async () => {
  const world = await aRewardWorld(redis);
  const as = (player: string, more: object = {}) =>
    world.drop({ player, caller: player, key: `of-${player}`, ...more });
  await expect(as("beto")).rejects.toEqual(byCode("not-permitted"));
  await expect(as("dino")).rejects.toEqual(byCode("not-member"));
  await expect(world.drop({ guild: "g0", caller: undefined, player: undefined })).rejects.toEqual(
    byCode("guild-not-found"),
  );
  await expect(as("ana", { points: 2_000 })).rejects.toEqual(byCode("points-insufficient"));
  await expect(as("ana", { points: 3, shares: 4 })).rejects.toEqual(byCode("bad-request"));
  expect(await balances(world)).toEqual([1_000, 1_000, 1_000, 1_000]);
  await world.drop({ key: "by-backend", player: undefined, caller: undefined });
  const own = await as("beto", { book: "own" });
  expect(own).toMatchObject({ gift: "player:beto:of-beto", player: "beto", book: "own" });
  expect(await balances(world)).toEqual([900, 1_000, 900, 1_000]);
  await expect(world.take("dino", own.seq)).rejects.toEqual(byCode("not-member"));
  await world.guilds.remove("g1", "caro", "left");
  await expect(world.take("caro", own.seq)).rejects.toEqual(byCode("not-member"));
  await world.take("beto", own.seq);
  expect(await world.ledger.balance({ player: "beto" })).toBe(925);
});

test("[RW14] what nobody took goes back to the giver's book once, when its time is over or it is taken back", async () => {
  const world = await aRewardWorld(redis);
  const ofGuild = await world.drop({ key: "g" });
  const own = await world.drop({ key: "o", book: "own", player: "beto", caller: "beto" });
  for (const { seq } of [ofGuild, own]) await world.take("caro", seq);
  await expect(world.gifts.end("g1", ofGuild.gift, { caller: "beto" })).rejects.toEqual(byCode("not-permitted"));
  await expect(world.gifts.end("g1", own.gift, { caller: "ana" })).rejects.toEqual(byCode("not-permitted"));
  await expect(world.gifts.end("g1", "guild:none", { caller: "ana" })).rejects.toEqual(byCode("gift-not-found"));
  const [first] = await Promise.all(
    Array.from({ length: 5 }, () => world.gifts.end("g1", own.gift, { caller: "beto" })),
  );
  expect(first).toMatchObject({ taken: 1, back: 75 });
  await expect(world.take("ana", own.seq)).rejects.toEqual(byCode("card-closed"));
  expect(await balances(world)).toEqual([900, 1_000, 975, 1_050]);

  await world.sweep();
  expect(await world.gifts.read("g1", ofGuild.gift, undefined)).not.toHaveProperty("endedAt");
  const ends = world.keys.inBucket(Number(/\{b(\d+)\}/.exec(world.keys.of("guild:g1", "x"))?.[1]), "giftends");
  const row = world.keys.of("guild:g1", `gift:${ofGuild.gift}`);
  const past = String(Date.now() - 1);
  const text = String(await redis.run(row, ["GET", row])).replace(/"until":"\d+"/, `"until":"${past}"`);
  await redis.run(row, ["SET", row, text]);
  await redis.run(ends, ["ZADD", ends, past, `guild:g1 ${ofGuild.gift}`]);
  await Promise.all([world.sweep(), world.sweep()]);
  expect(await balances(world)).toEqual([975, 1_000, 975, 1_050]);
  expect(await world.gifts.read("g1", ofGuild.gift, undefined)).toMatchObject({ taken: 1, back: 75 });
  expect(await world.told("gift-ended")).toMatchObject([{ points: 75 }, { points: 75 }]);
});

test("[RW22] with a guild its gifts end: what nobody took goes back to its book, or to the player who gave, once, and no point is lost", async () => {
  const world = await aRewardWorld(redis);
  const ofGuild = await world.drop({ key: "g" });
  const own = await world.drop({ key: "o", book: "own", player: "beto", caller: "beto" });
  await world.take("caro", ofGuild.seq);
  await endGuild(world);
  await Promise.all([world.sweep(), world.sweep()]);
  for (const { gift } of [ofGuild, own]) await world.gifts.end("g1", gift, { caller: undefined });
  expect(await balances(world)).toEqual([975, 1_000, 1_000, 1_025]);
  expect(await world.gifts.read("g1", ofGuild.gift, undefined)).toMatchObject({ taken: 1, back: 75 });
  expect(await world.told("gift-ended")).toHaveLength(2);
  expect(await world.told("guild-disbanded")).toMatchObject([{ points: "975" }]);
  expect((await audited(redis, world.keys)).differences).toEqual([]);
});

test("[RW22] an order of a guild that has ended is delivered or refunded as any other, once, and its unit is sold again", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 1, book: "guild" }));
  await world.buy({ book: guild });
  const order = "guild:g1:buy-1";
  await endGuild(world);
  expect((await world.orders.page({ guild: "g1" }, 10, undefined)).orders).toMatchObject([{ order }]);
  await world.orders.delivered(order);
  const refunds = await Promise.all([1, 2].map(() => world.orders.refund(order, "sorry", true)));
  expect(refunds.map(({ repeated }) => repeated).toSorted()).toEqual([false, true]);
  expect(await world.left()).toBe(1);
  expect(await world.ledger.balance(guild)).toBe(1_000);
  const ended = world.keys.of("guild:g1", "ended");
  expect(await redis.run(ended, ["HGET", ended, "points"])).toBe("1000");
  await expect(world.ledger.move({ book: guild, key: "late", amount: 5, reason: "x" })).rejects.toEqual(
    byCode("guild-not-found"),
  );
});

test("[RW15] whatever step a process dies at, a gift is there with its debit or not at all, and a share that was taken is paid", async () => {
  for (const book of ["guild", "own"] as const)
    for (const [goOn, fault] of [
      ["ask", "before"],
      ["sweep", "before"],
      ["ask", "unheard"],
      ["sweep", "unheard"],
    ] as const)
      for (let steps = 1; steps <= 4; steps++) {
        const world = await aRewardWorld(redis);
        await world
          .dying(steps, fault)
          .drop({ book })
          .catch(() => {});
        if (goOn === "ask") await world.drop({ book });
        else await world.sweep();
        const [gift] = await world.told("gift-dropped");
        const sum = (await balances(world)).reduce((all, one) => all + one, 0);
        expect(sum, `${book} ${goOn} ${steps}`).toBe(gift === undefined ? 4_000 : 3_900);
        if (gift === undefined) continue;
        const { seq } = await world.gifts.read("g1", String(gift.gift), undefined);
        await world
          .dying((steps % 4) + 1, fault)
          .take("caro", seq)
          .catch(() => {});
        await world.take("caro", seq);
        await world.sweep();
        expect(await world.ledger.balance({ player: "caro" })).toBe(1_025);
        await world
          .dying(steps, fault)
          .gifts.end("g1", String(gift.gift), { caller: undefined })
          .catch(() => {});
        await world.gifts.end("g1", String(gift.gift), { caller: undefined });
        await world.sweep();
        expect((await balances(world)).reduce((all, one) => all + one, 0)).toBe(4_000);
      }
});

test("[RW15] a gift of one's own that the guild refuses goes back, and the refusal stands for its key", async () => {
  const world = await aRewardWorld(redis);
  await world.guilds.remove("g1", "beto", "left");
  const drop = () => world.drop({ book: "own", player: "beto", caller: "beto" });
  const tried = await Promise.allSettled([drop(), drop(), drop()]);
  expect(tried.some(isDone)).toBe(false);
  expect(await world.ledger.balance({ player: "beto" })).toBe(1_000);
  await world.guilds.admit("g1", "beto", "member");
  await expect(drop()).rejects.toEqual(byCode("not-member"));
  expect(await world.ledger.balance({ player: "beto" })).toBe(1_000);
});

test("[RW16] who does what another's card asks for has given help, once a card, and the studio's rules pay it", async () => {
  const world = await aRewardWorld(redis);
  const body = fromMember({ card: "help", item: "madera", wanted: 5 }, Date.now());
  const { seq } = await world.cards.post({ channel: "guild:g1", author: "ana", nonce: nonce(), body });
  const give = (player: string) => world.cards.act({ channel: "guild:g1", player, seq, action: "give", on: true });
  await Promise.all([give("beto"), give("beto"), give("caro")]);
  await expect(give("ana")).rejects.toEqual(byCode("not-permitted"));
  const told = await world.told("help-given");
  expect(told.map(({ player, asker }) => [player, asker])).toEqual([
    ["beto", "ana"],
    ["caro", "ana"],
  ]);
  const taken: EarningEvent[] = [];
  const paying = helpPays({
    take: async (event) => {
      taken.push(event);
      return { player: 1, guild: 0, repeated: false, rules: [] };
    },
  });
  await paying.take(await world.events());
  await paying.take(told);
  expect(taken).toHaveLength(4);
  expect(taken[0]).toMatchObject({ event: "help-given", player: "beto", partner: "ana" });
  expect(taken[2]).toEqual(taken[0]);
});
