import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import type { Book } from "../server/points/ledger.ts";
import type { BookEntry } from "../server/points/row.ts";
import { BUCKETS, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aLedger, allEntries } from "./a-ledger.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { FAULTS, type Fault } from "./dying-before.ts";

/** The books there are; of `nobody` there is none. */
const BOOKS: Readonly<Record<string, Book>> = {
  "guild:g1": { guild: "g1" },
  "guild:g2": { guild: "g2" },
  "player:ana": { player: "ana" },
  "player:beto": { player: "beto" },
};
const NOBODY: Book = { player: "nadie" };
const REASON = "at random";

const book = fc.constantFrom(...Object.keys(BOOKS));
/** Few keys, so that many are used twice. */
const key = fc.nat(15).map((number) => `k${number}`);
const amount = fc.integer({ min: 1, max: 60 });

const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("move" as const), book, key, amount, takes: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reverse" as const), book, key, partial: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("transfer" as const),
      ...{ from: book, to: fc.option(book), id: fc.nat(8).map((number) => `t${number}`), amount },
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fold" as const), book }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("resume" as const) }) },
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

const fault = fc.constantFrom(...FAULTS);
/** Acts at the same moment, each by a process whose `dies`th step goes wrong (0: none does); then perhaps Redis loses all since the last `remember`. */
const round = fc.record({
  acts: fc.array(fc.record({ act, dies: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 })), fault }), {
    minLength: 1,
    maxLength: 8,
  }),
  after: fc.constantFrom("go on", "go on", "go on", "remember", "lose"),
});

export type AtRandom = {
  runs: number;
  rounds: number;
  /** Redis loses its tail at times; only where one server holds everything. */
  losing: boolean;
};

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

/** Whatever was debited was either credited or given back. */
const expectTransfersEnded = (books: ReadonlyMap<string, readonly BookEntry[]>): void => {
  for (const [owner, entries] of books)
    for (const out of entries.filter((entry) => entry.key.startsWith("~out:"))) {
      const id = out.key.slice("~out:".length);
      const back = entries.filter((entry) => entry.key === `~back:${id}`);
      const into = books.get(out.counterpart ?? "")?.filter((entry) => entry.key === `~in:${owner} ${id}`) ?? [];
      expect(
        [...back, ...into].map((entry) => entry.amount),
        `${owner} ${id}`,
      ).toEqual([-out.amount]);
    }
};

/** Books of points under random acts, kills and losses of Redis' tail: see rule PO20. */
export const ledgerAtRandom = async (redis: Redis, { runs, rounds, losing }: AtRandom): Promise<void> => {
  const property = fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: rounds }), async (all) => {
    const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
    const world = await aLedger(redis, keys);
    const resume = async (by: typeof world.transfers): Promise<void> => {
      const left = await Promise.all(Array.from({ length: BUCKETS }, (_, bucket) => by.resume(bucket, -1_000)));
      expect(left.filter((count) => count > 0)).toEqual([]);
    };
    let tail = losing ? await aRedisToLose(redis, keys) : undefined;
    let told: { owner: string; key: string; entry: string }[] = [];

    const perform = async ({ act, dies, fault }: { act: Act; dies: number; fault: Fault }): Promise<void> => {
      const { ledger, folding, transfers } = world.dying(dies, fault);
      if (act.do === "fold") await folding.book(act.book);
      else if (act.do === "resume") await resume(transfers);
      else if (act.do === "transfer") {
        const [from = NOBODY, to = NOBODY] = [BOOKS[act.from], BOOKS[act.to ?? ""]];
        await ledger.transfer({ from, to, amount: act.amount, id: act.id, reason: REASON });
      } else {
        const where = BOOKS[act.book] ?? NOBODY;
        const moved =
          act.do === "reverse"
            ? await ledger.reverse({ book: where, key: act.key, reason: REASON, partial: act.partial })
            : await ledger.move({
                ...{ book: where, key: act.key, amount: act.takes ? -act.amount : act.amount, reason: REASON },
                ...(act.book === "guild:g1" && { member: act.amount % 2 ? "ana" : "beto" }),
              });
        const written = act.do === "reverse" ? `~reverse:${act.key}` : act.key;
        told.push({ owner: act.book, key: written, entry: moved.entry });
      }
    };

    for (const { acts, after } of all) {
      const ended = await Promise.allSettled(acts.map(perform));
      for (const one of ended)
        if (one.status === "rejected") expect(["GremioError", "RedisUnavailable"]).toContain(one.reason.name);
      if (tail === undefined) continue;
      if (after === "remember") tail = await aRedisToLose(redis, keys);
      if (after === "lose") {
        await tail.lose();
        told = [];
      }
    }
    await resume(world.transfers);

    const books = new Map<string, BookEntry[]>();
    for (const [owner, where] of Object.entries(BOOKS)) {
      const entries = await allEntries(world.ledger, where, 7);
      books.set(owner, entries);
      expectSound(owner, entries, await world.ledger.balance(where));
    }
    expectTransfersEnded(books);
    for (const { owner, key, entry } of told)
      expect(books.get(owner)?.find((one) => one.key === key)?.entry, `${owner} ${key}`).toBe(entry);
    const { differences, underWay } = await world.audit();
    expect(underWay).toBe(0);
    expect(differences.filter(({ what }) => !(losing && what.startsWith("entry of the archive")))).toEqual([]);
  });
  await fc.assert(property, { numRuns: runs });
};
