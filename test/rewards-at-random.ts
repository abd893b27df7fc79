import fc from "fast-check";
import { expect } from "vitest";
import type { Book } from "../server/points/book.ts";
import type { BookEntry } from "../server/points/row.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTexts } from "../server/redis/reply.ts";
import type { Order } from "../shared/api/reward.ts";
import { allEntries } from "./a-ledger.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { anItem, aRewardWorld } from "./a-reward-world.ts";
import { FAULTS, type Fault } from "./dying-before.ts";

const PEOPLE = ["ana", "beto", "caro"];
const BOOKS: Readonly<Record<string, Book>> = {
  "guild:g1": { guild: "g1" },
  ...Object.fromEntries(PEOPLE.map((player) => [`player:${player}`, { player }])),
};
/** What an item may have at most, whatever the studio puts. */
const MOST_STOCK = 5;
const PER_BUYER = 2;

const player = fc.constantFrom(...PEOPLE);
/** Few keys, so that many are used twice. */
const key = fc.nat(5).map((number) => `k${number}`);
const reward = fc.constantFrom("chest", "scroll", "banner");
const shares = fc.integer({ min: 1, max: 3 });
const restock = fc.boolean();
const of = <T extends string>(name: T) => fc.constant(name);

const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: of("buy"), player, key, reward }) },
  { weight: 4, arbitrary: fc.record({ do: of("refund"), player, key, reward, restock }) },
  { weight: 2, arbitrary: fc.record({ do: of("put"), stock: fc.integer({ min: 2, max: MOST_STOCK }) }) },
  { weight: 3, arbitrary: fc.record({ do: of("move"), player, key, amount: fc.integer({ min: -30, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ do: of("drop"), player, key, shares, own: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: of("take"), player, newest: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: of("end"), newest: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: of("sweep") }) },
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

const fault = fc.constantFrom(...FAULTS);
/** Acts at the same moment, each by a process whose `dies`th step goes wrong (0: none does); then perhaps Redis loses all since the last `remember`. */
const round = fc.record({
  acts: fc.array(fc.record({ act, dies: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 7 })), fault }), {
    minLength: 1,
    maxLength: 8,
  }),
  after: fc.constantFrom("go on", "go on", "go on", "remember", "lose"),
});

/** Of every book, however it came to be: what it says of itself. */
const expectSound = (owner: string, entries: readonly BookEntry[], balance: number): void => {
  let sum = 0;
  for (const entry of entries) {
    sum += entry.amount;
    expect(entry.balance, owner).toBe(sum);
    expect(sum, owner).toBeGreaterThanOrEqual(0);
  }
  expect(balance, owner).toBe(sum);
  const used = entries.map((entry) => entry.key);
  expect(new Set(used).size, `keys of ${owner}`).toBe(used.length);
};

/** No goods without their entry, no entry without goods, and each refund once. */
const expectOrdersPaid = (owner: string, orders: readonly Order[], entries: readonly BookEntry[]): void => {
  const by = (prefix: string) => entries.filter((entry) => entry.key.startsWith(prefix));
  expect(
    by("~order:").map((entry) => [`${owner}:${entry.key.slice("~order:".length)}`, -entry.amount, entry.entry]),
  ).toEqual(orders.toReversed().map(({ order, price, entry }) => [order, price, entry]));
  const refunded = orders.filter(({ refundedAt }) => refundedAt !== undefined);
  expect(
    new Set(by("~reverse:~order:").map((entry) => `${owner}:${entry.key.slice("~reverse:~order:".length)}`)),
  ).toEqual(new Set(refunded.map(({ order }) => order)));
  for (const reward of ["chest", "scroll", "banner"])
    expect(
      orders.filter((order) => order.reward === reward && order.refundedAt === undefined).length,
      `${reward} of ${owner}`,
    ).toBeLessThanOrEqual(PER_BUYER);
};

/** What leaves one book for another by gifts and shares; all of it has arrived once nothing is on its way. */
const isGiven = ({ key }: BookEntry): boolean => /^~(gift|in:|back:)/.test(key);

export type RewardsAtRandom = {
  runs: number;
  rounds: number;
  /** Redis loses its tail at times; only where one server holds everything. */
  losing: boolean;
};

/** Purchases, refunds, gifts and taps under random acts, kills and losses of Redis' tail: see rule RW17. */
export const rewardsAtRandom = async (redis: Redis, { runs, rounds, losing }: RewardsAtRandom): Promise<void> => {
  const property = fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: rounds }), async (all) => {
    const world = await aRewardWorld(redis, PEOPLE);
    await world.guilds.permit("g1", { spend: ["officer", "member"] });
    // So that points are short.
    for (const [owner, book] of Object.entries(BOOKS))
      await world.ledger.move({ book, key: "spent", amount: owner === "guild:g1" ? -940 : -970, reason: "test" });
    const put = async (stock: number, by: Pick<typeof world, "catalogue"> = world): Promise<void> => {
      await by.catalogue.put("chest", anItem({ stock, perPlayer: PER_BUYER }));
      await by.catalogue.put("scroll", anItem({ price: 3, perPlayer: PER_BUYER }));
      await by.catalogue.put("banner", anItem({ book: "guild", stock, perGuild: PER_BUYER }));
    };
    await put(4);
    let tail = losing ? await aRedisToLose(redis, world.keys) : undefined;

    /** One of the newest gifts' ids and cards, by what was told. */
    const gift = async (newest: number) => {
      const dropped = (await world.told("gift-dropped")).toReversed();
      const id = dropped[Math.min(newest, dropped.length - 1)]?.gift;
      return typeof id === "string" ? id : undefined;
    };
    const place = (reward: string, player: string): { owner: string; book: Book } =>
      reward === "banner"
        ? { owner: "guild:g1", book: { guild: "g1" } }
        : { owner: `player:${player}`, book: { player } };

    const perform = async ({ act, dies, fault }: { act: Act; dies: number; fault: Fault }): Promise<void> => {
      const process = world.dying(dies, fault);
      if (act.do === "sweep") await process.sweep();
      else if (act.do === "put") await put(act.stock, process);
      else if (act.do === "buy") {
        const { book } = place(act.reward, act.player);
        await process.buy({ reward: act.reward, key: act.key, player: act.player, book });
      } else if (act.do === "refund") {
        const { owner } = place(act.reward, act.player);
        await process.orders.refund(`${owner}:${act.key}`, "at random", act.restock);
      } else if (act.do === "move") {
        const move = { key: act.key, amount: act.amount || 1, reason: "at random" };
        await process.ledger.move({ book: { player: act.player }, ...move });
      } else if (act.do === "drop") {
        const book = act.own ? ("own" as const) : ("guild" as const);
        const giver = { player: act.player, caller: act.player };
        await process.drop({ key: act.key, book, points: 4 * act.shares, shares: act.shares, ...giver });
      } else {
        const id = await gift(act.newest);
        if (id === undefined) return;
        if (act.do === "end") await process.gifts.end("g1", id, { caller: undefined });
        else await process.take(act.player, (await world.gifts.read("g1", id, undefined)).seq);
      }
    };

    for (const { acts, after } of all) {
      const ended = await Promise.allSettled(acts.map(perform));
      for (const one of ended)
        if (one.status === "rejected" && !["GremioError", "RedisUnavailable"].includes(one.reason.name))
          throw one.reason;
      if (tail === undefined) continue;
      if (after === "remember") tail = await aRedisToLose(redis, world.keys);
      if (after === "lose") await tail.lose();
    }
    await world.sweep();
    for (const { gift: id } of await world.told("gift-dropped"))
      await world.gifts.end("g1", String(id), { caller: undefined });
    await world.sweep();

    let given = 0;
    const orders: Order[] = [];
    for (const [owner, book] of Object.entries(BOOKS)) {
      const entries = await allEntries(world.ledger, book);
      expectSound(owner, entries, await world.ledger.balance(book));
      const mine = (await world.orders.page(book, 100, undefined)).orders;
      expectOrdersPaid(owner, mine, entries);
      orders.push(...mine);
      for (const entry of entries) if (isGiven(entry)) given += entry.amount;
    }
    expect(given, "given and not arrived").toBe(0);
    expect(new Set((await world.told("purchase")).map(({ order }) => order))).toEqual(
      new Set(orders.map(({ order }) => order)),
    );
    expect(await world.told("purchase")).toHaveLength(orders.length);

    const [held = "", taken = "", returned = ""] = ["held", "taken", "returned"].map((part) =>
      world.keys.of("catalogue", part),
    );
    expect(await redis.run(held, ["HLEN", held])).toBe(0);
    const back = new Set(asTexts(await redis.run(returned, ["ZRANGE", returned, "0", "-1"])));
    for (const reward of ["chest", "banner"]) {
      const sold = orders.filter((order) => order.reward === reward && !back.has(order.order)).length;
      const number = Number((await redis.run(taken, ["HGET", taken, reward])) ?? 0);
      expect(number, `taken of ${reward}`).toBe(sold);
      expect(number).toBeLessThanOrEqual(MOST_STOCK);
    }
    for (const order of back) expect(orders.find((one) => one.order === order)?.refundedAt, order).toBeGreaterThan(0);
  });
  await fc.assert(property, { numRuns: runs });
};
