import { BUCKETS, bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { type BookAudit, makeAuditBook } from "./audit-book.ts";
import type { Owes } from "./audit-transfers.ts";
import type { Difference } from "./difference.ts";
import { bookOfFolder, folderOf } from "./segment.ts";

export type AuditResult = {
  books: number;
  entries: number;
  segments: number;
  /** Transfers between debit and credit: their points are in no book now. */
  underWay: number;
  /** The first of each book that has one. */
  differences: Difference[];
};

export type AuditOptions = {
  onProgress?(soFar: Readonly<AuditResult>): void;
  /** Of other features: what they owe without an entry that says so. */
  owes: Owes;
};

const PAGE = 500;
const BOOKS_AT_ONCE = 32;

/**
 * Proves of every book, in Redis and in the archive, that its entries add up to what it says: balance, contributions, what was earned; that segments follow each other
 * by their hashes; and that the archive holds nothing Redis does not know of. The services may go on meanwhile.
 */
export const auditLedger = async (
  redis: Redis,
  keys: Keys,
  archive: Archive | undefined,
  { onProgress, owes }: AuditOptions,
): Promise<AuditResult> => {
  const auditBook = makeAuditBook(redis, keys, archive, owes);
  const result: AuditResult = { books: 0, entries: 0, segments: 0, underWay: 0, differences: [] };

  const count = ({ entries, segments, difference }: BookAudit): void => {
    result.books += 1;
    result.entries += entries;
    result.segments += segments;
    if (difference !== undefined) result.differences.push(difference);
  };
  const audit = async (owners: readonly string[]): Promise<void> => {
    for (let from = 0; from < owners.length; from += BOOKS_AT_ONCE)
      for (const book of await Promise.all(owners.slice(from, from + BOOKS_AT_ONCE).map(auditBook))) count(book);
    onProgress?.(result);
  };

  for await (const owners of allBooks(redis, keys)) await audit(owners);
  for await (const owner of archivedBooks(archive)) {
    const book = keys.of(owner, "book");
    if ((await redis.run(book, ["EXISTS", book])) === 0) await audit([owner]);
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const transfers = keys.inBucket(bucket, "transfers");
    result.underWay += asNumber(await redis.run(transfers, ["HLEN", transfers]));
  }
  return result;
};

/** The owners of all books, some more than once. On a cluster the client's SCAN goes through all masters, with cursors of its own. */
const allBooks = async function* (redis: Redis, keys: Keys) {
  const key = keys.inBucket(0, "transfers");
  const isBook = new RegExp(`^${keys.namespace}:\\{b(\\d+)\\}:((?:guild|player):[^:]+):book$`);
  let cursor = "0";
  do {
    const match = `${keys.namespace}:{b*}:*:book`;
    const [next, page] = asList(await redis.run(key, ["SCAN", cursor, "MATCH", match, "COUNT", String(PAGE)]));
    yield asTexts(page).flatMap((name) => {
      const [, inBucket, owner = ""] = isBook.exec(name) ?? [];
      return Number(inBucket) === bucketOf(owner) ? [owner] : [];
    });
    cursor = asText(next);
  } while (cursor !== "0");
};

const archivedBooks = async function* (archive: Archive | undefined) {
  let last: string | undefined;
  for await (const name of archive?.list("") ?? []) {
    const owner = bookOfFolder(name);
    // A folder's names come together.
    if (owner !== undefined && owner !== last && name.startsWith(folderOf(owner))) yield owner;
    last = owner;
  }
};
