import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asText } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { makeAuditKeys } from "./audit-keys.ts";
import { type BookSeason, makeAuditSeason, readSeasons } from "./audit-season.ts";
import { makeAuditTransfers, type Owes } from "./audit-transfers.ts";
import { asAccounts, compare, type Difference, Differs, earnedBy } from "./difference.ts";
import { madeAt, numberOf } from "./entry-id.ts";
import { type BookEntry, type RawEntry, rawEntries, readEntry } from "./row.ts";
import { bookOfFolder, chainOf, folderOf, parseSegment, pathOf, type Segment } from "./segment.ts";
import { timeOf } from "./time-of.ts";

export type BookAudit = { entries: number; segments: number; difference: Difference | undefined };

const PAGE = 500;
/** A book that is folded while it is read is read again. */
const TRIES = 20;

/** What entries add up to, in any order. */
type Sums = { entries: number; earned: number; contribution: Map<string, number> };

/** Goes along entries, oldest first, the first of this number, from the balance before them. Returns them and the balance after them. */
const addUp = (raws: readonly RawEntry[], first: number, floor: number, sums: Sums) => {
  const entries: BookEntry[] = [];
  let balance = floor;
  let number = first;
  for (const raw of raws) {
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
    entries.push(entry);
  }
  return { balance, entries };
};

const readAs = (raw: RawEntry): BookEntry => {
  try {
    return readEntry(raw);
  } catch {
    throw new Differs({ entry: raw.id, what: "entry", expected: "an entry of a book", found: raw.text.slice(0, 200) });
  }
};

/** Proves single entries, a page after the other. */
type Prove = (entries: readonly BookEntry[]) => Promise<void>;

export const makeAuditBook = (redis: Redis, keys: Keys, archive: Archive | undefined, owes: Owes) => {
  const ask = makeAsk(redis, keys);

  const readBook = async (owner: string) => {
    const [fields, contribution, linked, seasons] = await ask("points_book", owner, []);
    const book = asPairs(fields);
    const number = (field: string): number => Number(book.get(field) ?? "0");
    return {
      ...{ balance: number("balance"), earned: number("earned"), count: number("count"), folded: number("folded") },
      ...{ floor: number("floor"), chain: book.get("chain") ?? "", segment: book.get("segment") ?? "" },
      contribution: new Map([...asPairs(contribution)].map(([member, points]) => [member, Number(points)])),
      linked: asPairs(linked),
      seasons: readSeasons(seasons),
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
  const auditSegments = async (owner: string, book: Awaited<ReturnType<typeof readBook>>, sums: Sums, prove: Prove) => {
    const names: string[] = [];
    let { segment: name, chain, floor: balance, folded: number } = book;
    while (name !== "") {
      const { segment } = await segmentAt(owner, name);
      const first = firstOf(name);
      number -= segment.entries.length;
      const { balance: after, entries } = addUp(segment.entries, number + 1, segment.floor, sums);
      compare(first, "hash of the segment", chain, chainOf(segment));
      compare(segment.entries.at(-1)?.id ?? first, "balance after the segment", balance, after);
      await prove(entries);
      names.push(name);
      [name, chain, balance] = [segment.before, segment.previous, segment.floor];
    }
    compare("", "hash before the first segment", "", chain);
    compare("", "balance before the first entry", 0, balance);
    compare("", "entries before the first segment", 0, number);
    return names;
  };

  /** Along all entries since the first of these seasons. */
  const auditSeasons = async (
    owner: string,
    seasons: readonly BookSeason[],
    { linked, folded, count }: Pick<Awaited<ReturnType<typeof readBook>>, "linked" | "folded" | "count">,
    names: readonly string[],
  ): Promise<void> => {
    if (seasons.length === 0) return;
    const audits = seasons.map((season) => makeAuditSeason(season, linked));
    const add = (raws: readonly RawEntry[]): void => {
      for (const entry of raws.map(readAs)) for (const audit of audits) audit.add(entry);
    };
    const from = Math.min(...seasons.map((season) => season.from));
    // The last segment that begins before it.
    const first = names.findIndex((name) => numberOf(firstOf(name)) <= from + 1);
    const since = names.slice(0, first < 0 ? names.length : first + 1);
    if (from < folded) for (const name of since.toReversed()) add((await segmentAt(owner, name)).segment.entries);
    for await (const page of readEntries(owner, count - folded)) add(page);
    for (const audit of audits) audit.end();
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
      const key = keys.of(owner, "entries");
      const [now, oldest] = await Promise.all([timeOf(redis, key), redis.run(key, ["LINDEX", key, "0"])]);
      const auditKeys = makeAuditKeys(ask, owner, now, oldest === null ? now : madeAt(asText(oldest)));
      const auditTransfers = makeAuditTransfers({ redis, keys, ask, owes }, owner, now);
      const prove: Prove = async (entries) => {
        await auditKeys(entries);
        await auditTransfers(entries);
      };
      const names = await auditSegments(owner, book, sums, prove);
      segments = names.length;
      const inRedis = book.count - book.folded;
      let [last, balance, number] = ["", book.floor, book.folded + 1];
      for await (const page of readEntries(owner, inRedis)) {
        const added = addUp(page, number, balance, sums);
        balance = added.balance;
        number += page.length;
        await prove(added.entries);
        last = page.at(-1)?.id ?? last;
      }
      compare(last, "entries", book.count, sums.entries);
      compare(last, "balance", balance, book.balance);
      compare(last, "points earned", sums.earned, book.earned);
      const brought = asAccounts(sums.contribution, book.linked);
      for (const member of new Set([...brought.keys(), ...book.contribution.keys()])) {
        const [expected, found] = [brought.get(member) ?? 0, book.contribution.get(member) ?? 0];
        compare(last, `contribution of ${member}`, expected, found);
      }
      await auditSeasons(owner, book.seasons, book, names);
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
