import { expect } from "vitest";
import type { BookEntry } from "../server/points/row.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber, asTexts } from "../server/redis/reply.ts";
import type { Order } from "../shared/api/reward.ts";
import { allEntries } from "./a-ledger.ts";
import { GUILD_DAY, MONEY_BOOKS, type MoneyWorld, PER_BUYER, PRICES, RAID, WON } from "./a-money-world.ts";

type Books = ReadonlyMap<string, readonly BookEntry[]>;
type Told = Awaited<ReturnType<MoneyWorld["told"]>>;

const GIFT = "~in:guild:g1 gift";

/** Of every book, however it came to be: what it says of itself. */
const expectSound = (owner: string, entries: readonly BookEntry[], balance: number): void => {
  let sum = 0;
  entries.forEach((entry, index) => {
    sum += entry.amount;
    expect(Number(entry.entry.split("-")[1]), `${owner} is without holes`).toBe(index + 1);
    expect(entry.balance, owner).toBe(sum);
    expect(sum, owner).toBeGreaterThanOrEqual(0);
  });
  expect(balance, owner).toBe(sum);
  const used = entries.map((entry) => entry.key);
  expect(
    used.filter((key, index) => used.indexOf(key) !== index),
    `keys of ${owner} that were paid twice`,
  ).toEqual([]);
};

/** Movements are as somebody asked, and what takes one back takes no more than it brought. Everything else is of a kind that is judged below. */
const expectAsked = (owner: string, entries: readonly BookEntry[], moved: ReadonlySet<string>): void => {
  for (const { key, amount, balance, member, reverses } of entries) {
    const what = `${owner} ${key} ${amount}`;
    if (/^k\d$/.test(key)) expect(moved.has(what), `${what} was asked for`).toBe(true);
    else if (/^~reverse:(k\d|start)$/.test(key)) {
      const first = entries.find((entry) => entry.key === reverses);
      expect([key, first?.member], what).toEqual([`~reverse:${first?.key}`, member]);
      if (amount !== -(first?.amount ?? 0)) {
        expect(amount, what).toBeGreaterThan(-(first?.amount ?? 0));
        expect([amount < 0, balance], `${what} took what was left`).toEqual([true, 0]);
      }
    } else expect(key).toMatch(/^(start$|~(out|in|back|order|gift|gift-back|gift-end):|~reverse:~order:|event:)/);
  }
};

/** Whatever was debited was credited or given back, and nothing else was. */
const expectTransfers = (books: Books): void => {
  const all = [...books].flatMap(([owner, entries]) => entries.map((entry) => ({ owner, ...entry })));
  const outs = all.filter(({ key }) => key.startsWith("~out:"));
  const ends = all.filter(({ key }) => key.startsWith("~back:") || (key.startsWith("~in:") && !key.startsWith(GIFT)));
  expect(ends.length).toBe(outs.length);
  for (const { owner, key, amount, counterpart } of outs) {
    const id = key.slice("~out:".length);
    const mine = ends.filter((end) =>
      end.key === `~back:${id}` ? end.owner === owner : end.key === `~in:${owner} ${id}` && end.owner === counterpart,
    );
    expect(
      mine.map((end) => end.amount),
      `${owner} ${id}`,
    ).toEqual([-amount]);
  }
};

/** No goods without their entry, no entry without goods, each refund once; stock is what was sold and not given back. */
const expectOrders = async (redis: Redis, world: MoneyWorld, books: Books): Promise<void> => {
  const orders: Order[] = [];
  for (const [owner, entries] of books) {
    const mine = (await world.orders.page(MONEY_BOOKS[owner] ?? { player: "" }, 100, undefined)).orders;
    const paid = entries.filter(({ key }) => key.startsWith("~order:"));
    expect(paid.map(({ key, amount, entry }) => [`${owner}:${key.slice("~order:".length)}`, -amount, entry])).toEqual(
      mine.toReversed().map(({ order, price, entry }) => [order, price, entry]),
    );
    const back = entries.filter(({ key }) => key.startsWith("~reverse:~order:"));
    const refunded = mine.filter(({ refundedAt }) => refundedAt !== undefined);
    expect(back.map(({ key, amount }) => `${owner}:${key.slice("~reverse:~order:".length)} ${amount}`).sort()).toEqual(
      refunded.map(({ order, price }) => `${order} ${price}`).sort(),
    );
    const bought = world.keys.of(owner, "bought");
    for (const [reward, price] of Object.entries(PRICES)) {
      const of = mine.filter((order) => order.reward === reward);
      for (const order of of) expect(order.price).toBe(price);
      const counted = Number((await redis.run(bought, ["HGET", bought, reward])) ?? 0);
      expect(counted, `${reward} that count as bought by ${owner}`).toBe(
        of.filter(({ refundedAt }) => refundedAt === undefined).length,
      );
      if (reward !== "scroll")
        expect(of.filter(({ refundedAt }) => refundedAt === undefined).length).toBeLessThanOrEqual(PER_BUYER);
    }
    orders.push(...mine);
  }
  expect((await world.told("purchase")).map(({ order }) => order).sort()).toEqual(
    orders.map(({ order }) => order).sort(),
  );

  const [held = "", taken = "", returned = ""] = ["held", "taken", "returned"].map((part) =>
    world.keys.of("catalogue", part),
  );
  expect(await redis.run(held, ["HLEN", held]), "units nobody has bought or given back").toBe(0);
  const back = asTexts(await redis.run(returned, ["ZRANGE", returned, "0", "-1"]));
  for (const order of back) expect(orders.find((one) => one.order === order)?.refundedAt, order).toBeGreaterThan(0);
  for (const reward of ["chest", "banner"]) {
    const sold = orders.filter((order) => order.reward === reward && !back.includes(order.order)).length;
    const number = Number((await redis.run(taken, ["HGET", taken, reward])) ?? 0);
    expect(number, `taken of ${reward}`).toBe(sold);
    // The studio never puts more.
    expect(number).toBeLessThanOrEqual(6);
  }
};

/** What left the giver's book is in the books of those who took a share, and what nobody took is back. */
const expectGifts = async (world: MoneyWorld, books: Books): Promise<void> => {
  const dropped = await world.told("gift-dropped");
  const entriesOf = (owner: string, test: (key: string) => boolean) =>
    (books.get(owner) ?? []).filter(({ key }) => test(key)).map(({ key, amount }) => [key, amount]);
  const everywhere = (test: (key: string) => boolean) => [...books.keys()].flatMap((owner) => entriesOf(owner, test));
  const taken: Told = await world.told("gift-taken");
  let known = 0;
  for (const { gift } of dropped) {
    const id = String(gift);
    const { book, each, shares, taken: count, back, endedAt } = await world.gifts.read("g1", id, undefined);
    expect(endedAt, id).toBeGreaterThan(0);
    const [, payer = "", key = ""] = /^(guild|player:[^:]+):(.+)$/.exec(id) ?? [];
    const owner = book === "guild" ? "guild:g1" : payer;
    const paid = book === "guild" ? `~gift:${id}` : `~gift:${key}`;
    expect(
      entriesOf(owner, (one) => one === paid),
      id,
    ).toEqual([[paid, -each * shares]]);
    const share = `${GIFT}:${id}:`;
    const takers = taken.filter((event) => event.gift === id).map(({ player }) => String(player));
    expect(new Set(takers).size, `${id} by ${takers}`).toBe(count);
    for (const taker of takers)
      expect(entriesOf(`player:${taker}`, (one) => one.startsWith(share))).toEqual([[`${share}${taker}`, each]]);
    expect(everywhere((one) => one.startsWith(share)).length, id).toBe(count);
    const end = book === "guild" ? `~gift-end:${id}` : `${GIFT}-end:${id}`;
    expect(
      entriesOf(owner, (one) => one === end),
      id,
    ).toEqual(back === 0 ? [] : [[end, back]]);
    expect(count * each + (back ?? 0), `contents of ${id}`).toBe(shares * each);
    known += 1 + count + (back === 0 ? 0 : 1);
  }
  // A gift that was refused is back, all of it; and no other entry speaks of gifts.
  for (const [owner, entries] of books)
    for (const { key, amount } of entries.filter((entry) => entry.key.startsWith("~gift-back:"))) {
      const paid = `~gift:${key.slice("~gift-back:".length)}`;
      expect(entriesOf(owner, (one) => one === paid)).toEqual([[paid, -amount]]);
      known += 2;
    }
  expect(everywhere((key) => key.startsWith("~gift") || key.startsWith(GIFT)).length).toBe(known);
};

/** Each event is paid once to its player by its rule, and to his guild as far as the day's cap allows. */
const expectEarned = (books: Books): void => {
  const wanted = new Map<string, number>();
  const isEvent = ({ key }: BookEntry): boolean => key.startsWith("event:");
  const payOf = (key: string) => (Number(/^event:e(\d+):/.exec(key)?.[1]) % 2 ? WON : RAID);
  for (const [owner, entries] of books) {
    if (!owner.startsWith("player:")) continue;
    const player = owner.slice("player:".length);
    const guild = ["ana", "beto", "caro"].includes(player) ? "guild:g1" : "guild:g2";
    for (const { key, amount } of entries.filter(isEvent)) {
      expect([key.split(":")[2], amount]).toEqual([player, payOf(key).player]);
      wanted.set(guild, (wanted.get(guild) ?? 0) + payOf(key).guild);
      const brought = books.get(guild)?.find((entry) => entry.key === key);
      expect(brought?.amount ?? 0).toBeLessThanOrEqual(payOf(key).guild);
      if (brought !== undefined) expect(brought.member).toBe(player);
    }
  }
  for (const guild of ["guild:g1", "guild:g2"]) {
    const events = (books.get(guild) ?? []).filter(isEvent);
    const got = events.reduce((sum, { amount }) => sum + amount, 0);
    expect(got, `earned by ${guild}`).toBe(Math.min(GUILD_DAY, wanted.get(guild) ?? 0));
    for (const { key } of events)
      expect(
        books.get(`player:${key.split(":")[2]}`)?.some((entry) => entry.key === key),
        key,
      ).toBe(true);
  }
};

const expectContributions = async (world: MoneyWorld, books: Books): Promise<void> => {
  for (const guild of ["g1", "g2"]) {
    const { members } = await world.guilds.snapshot(guild);
    for (const { player, points } of members) {
      const brought = (books.get(`guild:${guild}`) ?? []).filter(({ member }) => member === player);
      expect(points, `contribution of ${player}`).toBe(brought.reduce((sum, { amount }) => sum + amount, 0));
    }
  }
};

/**
 * Judges what a history of money came to once nothing is on its way, from its books alone and without the code that audits them. `moved`: `<owner> <key> <amount>` of the
 * movements that were asked for. Returns all entries of each book.
 */
export const expectMoney = async (redis: Redis, world: MoneyWorld, moved: ReadonlySet<string>): Promise<Books> => {
  const books = new Map<string, BookEntry[]>();
  for (const [owner, book] of Object.entries(MONEY_BOOKS)) {
    const entries = await allEntries(world.ledger, book, 50);
    books.set(owner, entries);
    expectSound(owner, entries, await world.ledger.balance(book));
    expectAsked(owner, entries, moved);
  }
  expectTransfers(books);
  await expectOrders(redis, world, books);
  await expectGifts(world, books);
  expectEarned(books);
  await expectContributions(world, books);
  // Nothing is left half done.
  for (const part of ["transfers", "giving", "restock", "bringing"]) {
    const left = await Promise.all(
      [...books.keys(), "catalogue"].map(async (owner) => {
        const key = `${world.keys.prefixes(owner)[1]}${part}`;
        return asNumber(await redis.run(key, ["HLEN", key]));
      }),
    );
    expect(
      left.filter((count) => count > 0),
      part,
    ).toEqual([]);
  }
  return books;
};
