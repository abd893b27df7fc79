import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { numberOf } from "./entry-id.ts";
import { type BookEntry, type RawEntry, rawEntries, readEntry } from "./row.ts";
import { bookOfFolder, chainOf, folderOf, parseSegment, pathOf, type Segment } from "./segment.ts";

export type Difference = {
  /** `guild:<id>` or `player:<id>`. */
  book: string;
  /** Where it shows first; '' when it is not one entry's. */
  entry: string;
  /** What was compared. */
  what: string;
  expected: string;
  found: string;
};

export type BookAudit = { entries: number; segments: number; difference: Difference | undefined };

const PAGE = 500;
/** A book that is folded while it is read is read again. */
const TRIES = 20;

/** Thrown at the first difference. */
class Differs extends Error {
  readonly difference: Omit<Difference, "book">;
  constructor(difference: Omit<Difference, "book">) {
    super(difference.what);
    this.difference = difference;
  }
}

const compare = (entry: string, what: string, expected: string | number, found: string | number): void => {
  if (expected !== found) throw new Differs({ entry, what, expected: String(expected), found: String(found) });
};

/** What entries add up to, in any order. */
type Sums = { entries: number; earned: number; contribution: Map<string, number> };

const earnedBy = ({ amount, reverses, counterpart }: BookEntry): number =>
  reverses !== undefined ? Math.min(0, amount) : counterpart !== undefined ? 0 : Math.max(0, amount);

/** Goes along entries, oldest first, the first of this number, from the balance before them. Returns the balance after them. */
const addUp = (entries: readonly RawEntry[], first: number, floor: number, sums: Sums): number => {
  let balance = floor;
  let number = first;
  for (const raw of entries) {
    compare(raw.id, "number of the entry", number, numberOf(raw.id));
    const entry = readAs(raw);
    balance += entry.amount;
    compare(raw.id, "balance after the entry", balance, entry.balance);
    if (balance < 0) compare(raw.id, "balance after the entry", "0 or more", balance);
    sums.entries += 1;
    sums.earned += earnedBy(entry);
    const { member } = entry;
    if (member !== undefined) sums.contribution.set(member, (sums.contribution.get(member) ?? 0) + entry.amount);
    number += 1;
  }
  return balance;
};

/** What a guest brought is his account's, since he became one. */
const broughtBy = (
  contribution: ReadonlyMap<string, number>,
  linked: ReadonlyMap<string, string>,
): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const [named, points] of contribution) {
    let member = named;
    for (let account = linked.get(named); account !== undefined; account = linked.get(account)) member = account;
    sums.set(member, (sums.get(member) ?? 0) + points);
  }
  return sums;
};

const readAs = (raw: RawEntry): BookEntry => {
  try {
    return readEntry(raw);
  } catch {
    throw new Differs({ entry: raw.id, what: "entry", expected: "an entry of a book", found: raw.text.slice(0, 200) });
  }
};

export const makeAuditBook = (redis: Redis, keys: Keys, archive: Archive | undefined) => {
  const ask = makeAsk(redis, keys);

  const readBook = async (owner: string) => {
    const [fields, contribution, linked] = await ask("points_book", owner, []);
    const book = asPairs(fields);
    const number = (field: string): number => Number(book.get(field) ?? "0");
    return {
      ...{ balance: number("balance"), earned: number("earned"), count: number("count"), folded: number("folded") },
      ...{ floor: number("floor"), chain: book.get("chain") ?? "", segment: book.get("segment") ?? "" },
      contribution: new Map([...asPairs(contribution)].map(([member, points]) => [member, Number(points)])),
      linked: asPairs(linked),
    };
  };

  /** The oldest so many entries in Redis, by pages: without an archive all that a book ever had is there. */
  const readEntries = async function* (owner: string, count: number): AsyncGenerator<RawEntry[]> {
    const key = keys.of(owner, "entries");
    for (let from = 0; from < count; from += PAGE) {
      const to = Math.min(from + PAGE, count) - 1;
      yield rawEntries(await redis.run(key, ["LRANGE", key, String(from), String(to)]));
    }
  };

  const segmentAt = async (owner: string, name: string): Promise<{ segment: Segment; chain: string }> => {
    const text = await archive?.get(pathOf(owner, name));
    const parsed = text === undefined ? undefined : parseSegment(text);
    if (parsed !== undefined && parsed.segment.book === owner) return parsed;
    const found = archive === undefined ? "no archive" : text === undefined ? "nothing" : "a damaged file";
    throw new Differs({ entry: firstOf(name), what: "segment", expected: pathOf(owner, name), found });
  };

  /** From the newest segment back. Returns their names. */
  const auditSegments = async (owner: string, book: Awaited<ReturnType<typeof readBook>>, sums: Sums) => {
    const names: string[] = [];
    let { segment: name, chain, floor: balance, folded: number } = book;
    while (name !== "") {
      const { segment } = await segmentAt(owner, name);
      const first = firstOf(name);
      number -= segment.entries.length;
      const after = addUp(segment.entries, number + 1, segment.floor, sums);
      compare(first, "hash of the segment", chain, chainOf(segment));
      compare(segment.entries.at(-1)?.id ?? first, "balance after the segment", balance, after);
      names.push(name);
      [name, chain, balance] = [segment.before, segment.previous, segment.floor];
    }
    compare("", "hash before the first segment", "", chain);
    compare("", "balance before the first entry", 0, balance);
    compare("", "entries before the first segment", 0, number);
    return names;
  };

  /** Segments of the archive that the book does not name: what they hold must be known all the same. */
  const auditOthers = async (owner: string, names: readonly string[], inRedis: number): Promise<void> => {
    let known: Map<string, string> | undefined;
    const others: string[] = [];
    for await (const path of archive?.list(folderOf(owner)) ?? []) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (!names.includes(name) && bookOfFolder(path) === owner) others.push(name);
    }
    others.sort((one, other) => numberOf(firstOf(one)) - numberOf(firstOf(other)));
    for (const name of others) {
      const { segment } = await segmentAt(owner, name);
      if (known === undefined) {
        const folded = await Promise.all(names.map(async (one) => (await segmentAt(owner, one)).segment.entries));
        known = new Map(folded.flat().map(({ id, text }) => [id, text]));
        for await (const page of readEntries(owner, inRedis)) for (const { id, text } of page) known.set(id, text);
      }
      for (const { id, text } of segment.entries)
        compare(id, "entry of the archive that Redis has lost", text, known.get(id) ?? "nothing");
    }
  };

  const once = async (owner: string): Promise<BookAudit | undefined> => {
    const book = await readBook(owner);
    const sums: Sums = { entries: 0, earned: 0, contribution: new Map() };
    let segments = 0;
    let difference: Difference | undefined;
    try {
      const names = await auditSegments(owner, book, sums);
      segments = names.length;
      const inRedis = book.count - book.folded;
      let [last, balance, number] = ["", book.floor, book.folded + 1];
      for await (const page of readEntries(owner, inRedis)) {
        balance = addUp(page, number, balance, sums);
        number += page.length;
        last = page.at(-1)?.id ?? last;
      }
      compare(last, "entries", book.count, sums.entries);
      compare(last, "balance", balance, book.balance);
      compare(last, "points earned", sums.earned, book.earned);
      const brought = broughtBy(sums.contribution, book.linked);
      for (const member of new Set([...brought.keys(), ...book.contribution.keys()])) {
        const [expected, found] = [brought.get(member) ?? 0, book.contribution.get(member) ?? 0];
        compare(last, `contribution of ${member}`, expected, found);
      }
      await auditOthers(owner, names, inRedis);
    } catch (error) {
      if (!(error instanceof Differs)) throw error;
      difference = { book: owner, ...error.difference };
    }
    // Folded meanwhile: some entries may have been looked for in both places, or in neither.
    return (await readBook(owner)).chain === book.chain ? { entries: sums.entries, segments, difference } : undefined;
  };

  return async (owner: string): Promise<BookAudit> => {
    for (let tries = 1; ; tries++) {
      const audit = await once(owner);
      if (audit !== undefined) return audit;
      if (tries === TRIES) throw new Error(`${owner} was folded ${TRIES} times while it was read`);
    }
  };
};

/** Of a segment's name. */
const firstOf = (name: string): string => name.split("-").slice(0, 2).join("-");
