import { afterAll, beforeAll, expect, test } from "vitest";
import { makePlayers } from "../server/player/players.ts";
import type { Redis } from "../server/redis/redis.ts";
import { marksDelivered } from "../server/reward/delivered.ts";
import { byCode } from "./a-guild-channel.ts";
import { allEntries } from "./a-ledger.ts";
import { aRedis } from "./a-redis.ts";
import { anItem, aRewardWorld } from "./a-reward-world.ts";
import { audited } from "./audited.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const ana = { player: "ana" };
const guild = { guild: "g1" };
const codes = (tried: readonly PromiseSettledResult<unknown>[]) =>
  tried.flatMap((one) => (one.status === "rejected" ? [one.reason.code ?? String(one.reason)] : []));

test("[RW1] a purchase debits the book and writes the order with what it holds, and tells of it, once per key", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 5 }));
  const results = await Promise.all(Array.from({ length: 10 }, () => world.buy({})));
  expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(new Set(results.map(({ row }) => row.entry)).size).toBe(1);
  expect(await world.ledger.balance(ana)).toBe(990);
  expect(await world.left()).toBe(4);
  const order = await world.orders.read("player:ana:buy-1");
  expect(order).toMatchObject({ reward: "chest", player: "ana", price: 10, contents: [{ item: "gold", amount: 100 }] });
  const [entry] = (await world.ledger.page(ana, 1)).entries;
  expect(entry).toMatchObject({ entry: order.entry, amount: -10, reason: "reward:chest", key: "~order:buy-1" });
  expect(await world.told("purchase")).toMatchObject([
    { order: order.order, player: "ana", by: "ana", reward: "chest", price: 10, contents: order.contents },
  ]);
  await world.catalogue.put("other", anItem());
  await expect(world.buy({ reward: "other" })).rejects.toEqual(byCode("key-reused"));
  await world.buy({ player: "beto" });
  expect(await world.left()).toBe(3);
});

test("[RW2] 200 who want the last 10 at the same moment get exactly 10, and those without points take none", async () => {
  const people = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const world = await aRewardWorld(redis, ["ana", "beto", "caro"]);
  const players = makePlayers(redis, world.keys);
  await Promise.all(people.map((player) => players.putProfile(player, { name: player })));
  const rich = people.filter((_, index) => index % 2 === 0);
  await Promise.all(
    rich.map((player) => world.ledger.move({ book: { player }, key: "start", amount: 25, reason: "quest" })),
  );
  await world.catalogue.put("chest", anItem({ stock: 10 }));
  const tried = await Promise.allSettled(people.map((player) => world.buy({ player })));
  expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  expect(new Set(codes(tried))).toEqual(new Set(["reward-sold-out", "points-insufficient"]));
  expect(await world.left()).toBe(0);
  const balances = await Promise.all(rich.map((player) => world.ledger.balance({ player })));
  expect(balances.filter((balance) => balance === 15)).toHaveLength(10);
  expect(balances.filter((balance) => balance === 25)).toHaveLength(90);
  expect(await world.told("purchase")).toHaveLength(10);
});

test("[RW3] price, window, rank, level and limits are those of the moment; what is refused takes nothing and its key stays free", async () => {
  const world = await aRewardWorld(redis);
  const now = Date.now();
  const refused = async (item: Parameters<typeof anItem>[0], more: Parameters<typeof world.buy>[0] = {}) => {
    await world.catalogue.put("chest", anItem({ stock: 5, ...item }));
    const [result] = await Promise.allSettled([world.buy({ key: "refused", ...more })]);
    return result?.status === "rejected" ? result.reason.code : "bought";
  };
  await expect(world.buy({ reward: "none" })).rejects.toEqual(byCode("reward-not-found"));
  expect(await refused({ enabled: false })).toBe("reward-closed");
  expect(await refused({ until: now - 1 })).toBe("reward-closed");
  await expect(refused({ from: now + 60_000 })).resolves.toBe("reward-closed");
  await expect(world.buy({})).rejects.toMatchObject({ retryAtMs: now + 60_000 });
  expect(await refused({ price: 1_001 })).toBe("points-insufficient");
  expect(await refused({ price: 11 }, { price: 10 })).toBe("reward-changed");
  expect(await refused({ level: 1 })).toBe("level-too-low");
  expect(await refused({ ranks: ["officer"] })).toBe("not-permitted");
  expect(await refused({ ranks: ["leader"] }, { player: "dino" })).toBe("not-permitted");
  expect(await refused({}, { player: "nadie" })).toBe("player-not-found");
  expect(await refused({ book: "guild" })).toBe("bad-request");
  expect(await refused({ stock: 0 })).toBe("reward-sold-out");
  expect(await refused({ stock: undefined })).toBe("bought");
  expect(await refused({ perPlayer: 1 }, { key: "second" })).toBe("reward-limit");
  expect(await refused({ perPlayer: 2, ranks: ["leader"] }, { key: "second" })).toBe("bought");
  expect(await world.left()).toBe(4);
  expect(await world.ledger.balance(ana)).toBe(980);
});

test("[RW3] limits hold however many orders come at once", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ perPlayer: 3, stock: 50 }));
  const tried = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => world.buy({ key: `k${n}` })));
  expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(new Set(codes(tried))).toEqual(new Set(["reward-limit"]));
  expect(await world.left()).toBe(47);
});

test("[RW4] from a guild's book buys who may spend, with limits for the guild and for each of its members", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("banner", anItem({ book: "guild", perGuild: 3, perPlayer: 2 }));
  const buy = (key: string, more: object = {}) => world.buy({ reward: "banner", key, book: guild, ...more });
  await expect(buy("k1", { player: "beto" })).rejects.toEqual(byCode("not-permitted"));
  await expect(buy("k1", { player: "dino" })).rejects.toEqual(byCode("not-member"));
  await world.guilds.permit("g1", { spend: ["officer", "member"] });
  await buy("k1");
  await buy("k2");
  await expect(buy("k3")).rejects.toEqual(byCode("reward-limit"));
  await buy("k3", { player: "beto" });
  await expect(buy("k4", { player: "beto" })).rejects.toEqual(byCode("reward-limit"));
  await expect(buy("k4", { player: undefined, caller: undefined })).rejects.toEqual(byCode("reward-limit"));
  expect(await world.ledger.balance(guild)).toBe(970);
  expect((await world.told("purchase"))[2]).toMatchObject({ guild: "g1", player: "beto", order: "guild:g1:k3" });
  await expect(buy("k5", { player: "dino", caller: undefined })).rejects.toEqual(byCode("member-not-found"));
});

test("[RW5] a refund gives the points back by an entry of its own, once, frees the limit, and the stock if it is to be sold again", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 5, perPlayer: 2 }));
  await world.buy({ key: "k1" });
  await world.buy({ key: "k2" });
  const refund = (order: string, restock = true) => world.orders.refund(`player:ana:${order}`, "sorry", restock);
  const tried = await Promise.all(Array.from({ length: 10 }, () => refund("k1")));
  expect(tried.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(await world.ledger.balance(ana)).toBe(990);
  expect(await world.left()).toBe(4);
  await refund("k2", false);
  await refund("k2", true);
  expect(await world.left()).toBe(4);
  const [entry] = (await world.ledger.page(ana, 1)).entries;
  expect(entry).toMatchObject({ amount: 10, reverses: "~order:k2", reason: "sorry" });
  expect(await world.told("refund")).toHaveLength(2);
  await world.buy({ key: "k3" });
  expect((await world.buy({ key: "k1" })).row.refunded).toBeGreaterThan(0);
  await expect(refund("none")).rejects.toEqual(byCode("order-not-found"));
});

/** It is killed, or its answer is lost; then it is asked again, or swept. */
const WRONG = ["before", "unheard"] as const;
const WAYS = ["ask", "sweep"].flatMap((goOn) => WRONG.map((fault) => [goOn, fault] as const));

test("[RW6] whatever step a process dies at, the same purchase again or the sweep ends it: one debit, one order, no unit lost", async () => {
  for (const [goOn, fault] of WAYS)
    for (let steps = 1; steps <= 6; steps++) {
      const world = await aRewardWorld(redis);
      await world.catalogue.put("chest", anItem({ stock: 3 }));
      const dead = world.dying(steps, fault);
      await dead.buy({}).catch(() => {});
      if (goOn === "ask") await world.buy({});
      await world.sweep();
      const orders = (await world.orders.page(ana, 10, undefined)).orders.length;
      expect(orders).toBe(goOn === "ask" || steps > (fault === "unheard" ? 3 : 4) ? 1 : 0);
      expect(await world.ledger.balance(ana)).toBe(1_000 - 10 * orders);
      expect(await world.left()).toBe(3 - orders);
      expect(await world.told("purchase")).toHaveLength(orders);
    }
});

test("[RW6] a unit that was given back cannot be bought any more by whoever held it; he gets another if there is one", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 1 }));
  const unit = await world.stock.hold("player:ana:buy-1", "chest", "1");
  await expect(world.buy({ player: "beto" })).rejects.toEqual(byCode("reward-sold-out"));
  await world.sweep();
  expect(await world.left()).toBe(1);
  const late = ["buy-1", "ana", "ana", "", unit, "[]", "chest", "10", "", "", "", ""];
  expect(await redis.fcall("reward_buy", world.keys.prefixes("player:ana"), late)).toEqual(["stale"]);
  await world.buy({ player: "beto" });
  await expect(world.buy({})).rejects.toEqual(byCode("reward-sold-out"));
  expect(await world.left()).toBe(0);
});

test("[RW6] a unit held for an order that has one already is free again", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 3 }));
  await world.buy({});
  // As by a process that had looked before.
  const unit = await world.stock.hold("player:ana:buy-1", "chest", "1");
  expect(await world.left()).toBe(1);
  await world.stock.settle("player:ana:buy-1", unit);
  expect(await world.left()).toBe(2);
});

test("[RW6] a refused purchase gives its unit back, also when its process dies before it could", async () => {
  for (let steps = 4; steps <= 6; steps++) {
    const world = await aRewardWorld(redis);
    await world.catalogue.put("chest", anItem({ stock: 3, perPlayer: 1 }));
    const tried = await Promise.allSettled([
      world.dying(steps).buy({ key: "k1" }),
      world.dying(steps).buy({ key: "k2" }),
      world.dying(steps).buy({ key: "k3" }),
    ]);
    await world.sweep();
    const orders = (await world.orders.page(ana, 10, undefined)).orders.length;
    expect(orders).toBeLessThanOrEqual(1);
    expect(await world.left(), JSON.stringify(codes(tried))).toBe(3 - orders);
  }
});

test("[RW6] whatever step a refund dies at, its points and its unit come back once", async () => {
  for (const [steps, fault] of [1, 2, 3, 4].flatMap((n) => WRONG.map((fault) => [n, fault] as const))) {
    const world = await aRewardWorld(redis);
    await world.catalogue.put("chest", anItem({ stock: 3 }));
    await world.buy({});
    await world
      .dying(steps, fault)
      .orders.refund("player:ana:buy-1", "sorry", true)
      .catch(() => {});
    await world.orders.refund("player:ana:buy-1", "sorry", true);
    await world.sweep();
    expect(await world.ledger.balance(ana)).toBe(1_000);
    expect(await world.left()).toBe(3);
  }
});

test("[RW7] what the catalogue changes to counts at once; sold units count on, and orders stay as they were bought", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 3 }));
  await world.buy({ key: "k1" });
  const { version } = await world.catalogue.list();
  await world.catalogue.put("chest", anItem({ stock: 3 }));
  expect((await world.catalogue.list()).version).toBe(version);
  await world.catalogue.put("chest", anItem({ stock: 2, price: 20, contents: [{ item: "gem", amount: 1 }] }));
  expect((await world.catalogue.list()).version).toBe(version + 1);
  expect(await world.left()).toBe(1);
  await world.buy({ key: "k2" });
  await expect(world.buy({ key: "k3" })).rejects.toEqual(byCode("reward-sold-out"));
  await world.catalogue.remove("chest");
  await expect(world.catalogue.remove("chest")).rejects.toEqual(byCode("reward-not-found"));
  await expect(world.buy({ key: "k3" })).rejects.toEqual(byCode("reward-not-found"));
  expect((await world.buy({ key: "k1" })).repeated).toBe(true);
  const { orders } = await world.orders.page(ana, 10, undefined);
  expect(orders.map(({ price }) => price)).toEqual([20, 10]);
  await world.catalogue.put("chest", anItem({ stock: 1 }));
  expect(await world.left()).toBe(0);
});

test("[RW7] a change while somebody buys is seen by him: he pays what stands, or is told", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem({ stock: 100 }));
  const buys = Array.from({ length: 20 }, (_, n) => world.buy({ key: `k${n}`, price: 10 }));
  await world.catalogue.put("chest", anItem({ stock: 100, price: 500 }));
  const tried = await Promise.allSettled(buys);
  expect(codes(tried).every((code) => code === "reward-changed")).toBe(true);
  const bought = tried.filter(({ status }) => status === "fulfilled").length;
  expect(await world.ledger.balance(ana)).toBe(1_000 - 10 * bought);
  expect(await world.left()).toBe(100 - bought);
});

test("[RW8] pages of orders lead from the newest back without hole or repetition", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem());
  for (let n = 0; n < 7; n++) await world.buy({ key: `k${n}` });
  const read: string[] = [];
  let before: number | undefined;
  do {
    const { orders, next } = await world.orders.page(ana, 3, before);
    read.push(...orders.map(({ order }) => order));
    before = next ?? undefined;
  } while (before !== undefined);
  expect(read).toEqual(Array.from({ length: 7 }, (_, n) => `player:ana:k${6 - n}`));
  await expect(world.orders.page({ player: "nadie" }, 3, undefined)).rejects.toEqual(byCode("player-not-found"));
});

test("[RW9] what the webhook took is delivered, at the time it was first taken; what it did not take is not", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem());
  await world.buy({});
  const events = await world.events();
  let refuses = true;
  const sent: string[] = [];
  const send = marksDelivered(world.orders)(async (id) => {
    if (refuses) throw new Error("503");
    sent.push(id);
  });
  const order = () => world.orders.read("player:ana:buy-1");
  await expect(send("batch-1", events)).rejects.toThrow("503");
  expect((await order()).deliveredAt).toBeUndefined();
  refuses = false;
  await send("batch-1", events);
  const { deliveredAt } = await order();
  expect(deliveredAt).toBeGreaterThan(0);
  await send("batch-1", events);
  expect((await order()).deliveredAt).toBe(deliveredAt);
  await send("batch-2", [{ id: "1-1", event: "purchase", at: 1, order: "player:ana:lost" }]);
  expect(sent).toEqual(["batch-1", "batch-1", "batch-2"]);
});

test("[RW10] books with orders and refunds add up", async () => {
  const world = await aRewardWorld(redis);
  await world.catalogue.put("chest", anItem());
  await world.buy({});
  await world.orders.refund("player:ana:buy-1", "sorry", false);
  const entries = await allEntries(world.ledger, ana);
  expect(entries.map(({ amount }) => amount)).toEqual([1_000, -10, 10]);
  expect((await audited(redis, world.keys)).differences).toEqual([]);
});
