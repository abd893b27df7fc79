import { createHash } from "node:crypto";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { rawEntries } from "./row.ts";
import { balanceAfter, chainOf, linesOf, nameOf, pathOf, type Segment, segmentText } from "./segment.ts";
import { timeOf } from "./time-of.ts";

export type FoldOptions = {
  /** Entries a book keeps in Redis, and entries of a segment: books are folded when they have twice as many. */
  keep: number;
  /**
   * Only entries this old are folded (ms). It is longer than what a Redis that is killed or replaced may lose, so that the archive does not hold what Redis has
   * never had.
   */
  settledMs?: number;
};

export type Folding = {
  /** Folds a book as far as it may be. Returns how many segments it wrote. */
  book(owner: string): Promise<number>;
  /** Folds the long books of one bucket, unless some process did within the last 14 minutes: then it returns false. */
  bucket(bucket: number): Promise<boolean>;
  close(): void;
};

const SETTLED_MS = 60_000;
const VISIT_MS = 14 * 60_000;

/**
 * Moves the oldest entries of books from Redis to the archive. A segment is in the archive before the entries go, and they go in one function that compares them with
 * it. So a process may die between any two steps, and two may fold the same book: what was begun is done again, and comes to the same segment of the same name.
 */
export const makeFolding = (redis: Redis, keys: Keys, archive: Archive, options: FoldOptions): Folding => {
  const { keep, settledMs = SETTLED_MS } = options;
  const ask = makeAsk(redis, keys);
  let closed = false;

  /** One segment; false when there is none to fold, or somebody else folded it. */
  const fold = async (owner: string): Promise<boolean> => {
    const before = String((await timeOf(redis, keys.of(owner, "book"))) - settledMs);
    const [chain, last, floor, rows] = await ask("points_oldest", owner, [String(keep), String(keep), before]);
    const entries = rawEntries(rows);
    if (entries.length === 0) return false;
    const previous = asText(chain);
    const segment: Segment = { book: owner, previous, before: asText(last), floor: asNumber(floor), entries };
    const name = nameOf(segment);
    await archive.put(pathOf(owner, name), segmentText(segment));
    const sha1 = createHash("sha1").update(linesOf(entries)).digest("hex");
    const args = [previous, String(entries.length), sha1, chainOf(segment), name, String(balanceAfter(segment))];
    const [folded] = await ask("points_fold", owner, args);
    return folded === 1;
  };

  const book = async (owner: string): Promise<number> => {
    let folded = 0;
    while (!closed && (await fold(owner))) folded += 1;
    return folded;
  };

  return {
    book,
    bucket: async (bucket) => {
      const lock = keys.inBucket(bucket, "folding");
      if ((await redis.run(lock, ["SET", lock, "1", "NX", "PX", String(VISIT_MS)])) === null) return false;
      const long = keys.inBucket(bucket, "longbooks");
      const failures: unknown[] = [];
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(long, ["SSCAN", long, cursor, "COUNT", "100"]));
        for (const owner of asTexts(page)) {
          if (closed) return true;
          // One that cannot be folded does not keep the others from it.
          await book(owner).catch((error: unknown) => {
            if (error instanceof RedisUnavailable) throw error;
            failures.push(error);
          });
        }
        cursor = asText(next);
      } while (cursor !== "0");
      if (failures.length > 0) throw failures[0];
      return true;
    },
    close: () => {
      closed = true;
    },
  };
};
