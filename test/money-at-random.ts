import fc from "fast-check";
import { expect } from "vitest";
import type { Book } from "../server/points/ledger.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aMoneyWorld, MONEY_BOOKS, MONEY_PLAYERS, type MoneyWorld, type PRICES } from "./a-money-world.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { FAULTS, type Fault } from "./dying-before.ts";
import { expectMoney } from "./money-model.ts";

const REASON = "at random";

const of = <T extends string>(name: T) => fc.constant(name);
const owner = fc.constantFrom(...Object.keys(MONEY_BOOKS));
const player = fc.constantFrom(...MONEY_PLAYERS);
const member = fc.constantFrom("ana", "beto", "caro");
/** Few keys, so that many are used twice. */
const key = fc.nat(6).map((number) => `k${number}`);
const reward = fc.constantFrom("chest" as const, "scroll" as const, "banner" as const);
const amount = fc.integer({ min: 1, max: 40 });
const newest = fc.nat(2);

const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: of("move"), owner, key, amount, takes: fc.boolean(), named: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: of("reverse"), owner, key, partial: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: of("transfer"), owner, to: owner, key, amount }) },
  { weight: 7, arbitrary: fc.record({ do: of("buy"), player: member, key, reward }) },
  { weight: 3, arbitrary: fc.record({ do: of("rush"), player: member, reward }) },
  { weight: 6, arbitrary: fc.record({ do: of("refund"), newest, restock: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: of("deliver"), newest }) },
  { weight: 1, arbitrary: fc.record({ do: of("put"), stock: fc.integer({ min: 2, max: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: of("drop"),
      player: member,
      key,
      shares: fc.integer({ min: 1, max: 4 }),
      own: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: of("take"), player: fc.option(member), newest }) },
  { weight: 2, arbitrary: fc.record({ do: of("end"), newest }) },
  { weight: 5, arbitrary: fc.record({ do: of("earn"), player, event: fc.nat(3), twice: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: of("fold") }) },
  { weight: 1, arbitrary: fc.record({ do: of("sweep") }) },
  { weight: 3, arbitrary: fc.record({ do: of("settle") }) },
  { weight: 8, arbitrary: fc.record({ do: of("again"), newest: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: of("arrive") }) },
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Acts at the same moment, each by a process whose `n`th step goes wrong (0: none does); then perhaps Redis loses all since the last `remember`. */
const round = fc.record({
  acts: fc.array(
    fc.record({
      act,
      n: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 })),
      fault: fc.constantFrom(...FAULTS),
    }),
    { minLength: 4, maxLength: 16 },
  ),
  after: fc.constantFrom("go on", "go on", "go on", "remember", "lose"),
});

/** What somebody was told that stands for ever, and what he is told when he asks again. */
type Told = { owner: string; key: string; entry: string | undefined; stands: unknown; again(): Promise<unknown> };

const placeOf = (reward: keyof typeof PRICES, player: string) =>
  reward === "banner" ? "guild:g1" : `player:${player}`;
const bookAt = (owner: string): Book => MONEY_BOOKS[owner] ?? { player: "" };

const newestOf = <T>(told: readonly T[], newest: number): T | undefined =>
  told.at(-1 - Math.min(newest, told.length - 1));
/** Waits for all of them, whatever becomes of one. */
const allOf = async (all: readonly Promise<unknown>[]): Promise<undefined> => {
  for (const one of await Promise.allSettled(all)) if (one.status === "rejected") throw one.reason;
};

/** Does it; what was answered, when that stands for ever. */
const perform = async (world: MoneyWorld, act: Act, by: ReturnType<MoneyWorld["dying"]>): Promise<Told | undefined> => {
  const standing = async <T extends { repeated: boolean }>(
    owner: string,
    key: string,
    does: (by: Pick<MoneyWorld, "ledger" | "buy" | "earning" | "drop">) => Promise<T>,
    stands: (answer: T) => { entry?: string } & Record<string, unknown>,
  ): Promise<Told> => {
    const first = stands(await does(by));
    const again = async (): Promise<unknown> => {
      const answer = await does(world);
      return [stands(answer), answer.repeated];
    };
    return { owner, key, entry: first.entry, stands: first, again };
  };
  switch (act.do) {
    case "move": {
      const { owner, key } = act;
      const movement = { book: bookAt(owner), key, amount: act.takes ? -act.amount : act.amount, reason: REASON };
      const named = owner === "guild:g1" && act.named ? { ...movement, member: "ana" } : movement;
      return standing(
        owner,
        key,
        ({ ledger }) => ledger.move(named),
        ({ entry, balance, contribution }) => ({ entry, balance, contribution }),
      );
    }
    case "reverse": {
      const { owner, key, partial } = act;
      const reversal = { book: bookAt(owner), key, reason: REASON, partial };
      return standing(
        owner,
        `~reverse:${key}`,
        ({ ledger }) => ledger.reverse(reversal),
        ({ entry, balance, contribution }) => ({ entry, balance, contribution }),
      );
    }
    case "transfer": {
      const transfer = { from: bookAt(act.owner), to: bookAt(act.to), amount: act.amount, id: act.key, reason: REASON };
      return standing(
        act.owner,
        `~out:${act.key}`,
        ({ ledger }) => ledger.transfer(transfer),
        ({ from, to }) => ({ from, to }),
      );
    }
    case "buy": {
      const { reward, key, player } = act;
      const owner = placeOf(reward, player);
      const order = { reward, key, player, book: bookAt(owner) };
      return standing(
        owner,
        `~order:${key}`,
        (one) => one.buy(order),
        ({ row }) => ({ entry: row.entry, price: row.price }),
      );
    }
    case "earn": {
      const event = { id: `e${act.event}`, event: act.event % 2 ? "won" : "raid", player: act.player };
      const { player, event: number } = act;
      // At two places at once.
      const twice = act.twice ? world.earning.take(event) : undefined;
      const told = standing(
        `player:${player}`,
        `event:e${number}:${player}`,
        ({ earning }) => earning.take(event),
        ({ player, guild }) => ({ player, guild }),
      );
      await Promise.allSettled([told, twice]);
      return told;
    }
    case "drop": {
      const { player, key, shares } = act;
      const [book, owner] = act.own ? (["own", `player:${player}`] as const) : (["guild", "guild:g1"] as const);
      const gift = { key, book, points: 5 * shares, shares, player, caller: player };
      return standing(
        owner,
        act.own ? `~gift:${key}` : `~gift:guild:${key}`,
        (one) => one.drop(gift),
        ({ gift, each, shares, at }) => ({ gift, each, shares, at }),
      );
    }
    case "rush": {
      // All of them pass the first look, not all the limit or the balance.
      const order = { reward: act.reward, player: act.player, book: bookAt(placeOf(act.reward, act.player)) };
      return allOf([0, 1, 2, 3, 4].map((number) => by.buy({ ...order, key: `r${number}` })));
    }
    case "put":
      return void (await by.put(act.stock));
    case "again":
      return undefined;
    case "settle":
      return void (await by.stock.settleLeft(-1_000));
    case "arrive":
      return void (await world.arrive());
    case "fold":
      return allOf(Object.keys(MONEY_BOOKS).map((owner) => by.folding.book(owner)));
    case "sweep":
      return void (await by.sweep());
    case "refund":
    case "deliver": {
      const order = newestOf(await world.told("purchase"), act.newest)?.order;
      if (typeof order !== "string") return undefined;
      if (act.do === "deliver") await by.orders.delivered(order);
      else await by.orders.refund(order, REASON, act.restock);
      return undefined;
    }
    case "take":
    case "end": {
      const id = newestOf(await world.told("gift-dropped"), act.newest)?.gift;
      if (typeof id !== "string") return undefined;
      if (act.do === "end") return void (await by.gifts.end("g1", id, { caller: undefined }));
      const { seq } = await world.gifts.read("g1", id, undefined);
      const taps = act.player === null ? ["ana", "beto", "caro"] : [act.player];
      return allOf(taps.map((player) => by.take(player, seq)));
    }
  }
};

export type MoneyAtRandom = {
  runs: number;
  rounds: number;
  /** Redis loses its tail at times; only where one server holds everything. */
  losing: boolean;
};

/** All that moves points, by random acts of many processes at once, with steps that go wrong and losses of Redis' tail: see rule PO26. */
export const moneyAtRandom = async (redis: Redis, { runs, rounds, losing }: MoneyAtRandom): Promise<void> => {
  const property = fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: rounds }), async (all) => {
    const world = await aMoneyWorld(redis);
    await world.put(4);
    let tail = losing ? await aRedisToLose(redis, world.keys) : undefined;
    const asked: Act[] = [];
    let told: Told[] = [];

    const doing = async (one: { act: Act; n: number; fault: Fault }): Promise<void> => {
      const { n, fault } = one;
      const act = one.act.do === "again" ? newestOf(asked, one.act.newest) : one.act;
      if (act === undefined) return;
      asked.push(act);
      const answer = await perform(world, act, world.dying(n, fault));
      if (answer !== undefined) told.push(answer);
    };
    for (const { acts, after } of all) {
      for (const one of await Promise.allSettled(acts.map(doing)))
        if (one.status === "rejected" && !["GremioError", "RedisUnavailable"].includes(one.reason.name))
          throw one.reason;
      if (tail === undefined) continue;
      if (after === "remember") tail = await aRedisToLose(redis, world.keys);
      if (after === "lose") {
        await tail.lose();
        told = [];
      }
    }
    await world.arrive();
    await world.sweep();
    for (const { gift } of await world.told("gift-dropped"))
      await world.gifts.end("g1", String(gift), { caller: undefined });
    await world.sweep();

    const moved = asked.flatMap((act) =>
      act.do === "move" ? [`${act.owner} ${act.key} ${act.takes ? -act.amount : act.amount}`] : [],
    );
    const books = await expectMoney(redis, world, new Set(moved));
    for (const { owner, key, entry, stands, again } of told) {
      const found = books.get(owner)?.find((one) => one.key === key)?.entry;
      expect(found, `${owner} ${key} was told`).toBeDefined();
      if (entry !== undefined) expect(found, `${owner} ${key}`).toBe(entry);
      expect(await again(), `${owner} ${key} again`).toEqual([stands, true]);
    }
    // Asking again moved nothing.
    for (const [name, entries] of books)
      expect(await world.ledger.balance(bookAt(name)), name).toBe(entries.at(-1)?.balance ?? 0);

    const { differences, underWay } = await world.audit();
    expect(underWay).toBe(0);
    expect(differences.filter(({ what }) => !(losing && what.startsWith("entry of the archive")))).toEqual([]);
  });
  // What depends on the moment does not shrink.
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
};
