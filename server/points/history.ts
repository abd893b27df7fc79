import { GremioError } from "../../shared/errors.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asText } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { type Book, ownerOf } from "./book.ts";
import { numberOf } from "./entry-id.ts";
import { type BookEntry, type RawEntry, rawEntries, readEntry } from "./row.ts";
import { pathOf, readSegment, type Segment } from "./segment.ts";

export type BookPage = {
  /** The newest first. */
  entries: BookEntry[];
  /** Where the next page begins; undefined after the first entry ever made. */
  next: string | undefined;
};

export type History = {
  /**
   * Entries of a book from the newest, or from where `before` says, on without hole or repetition, whether they are in Redis or in the archive. Throws
   * `guild-not-found`, `player-not-found`, `bad-request` (no such place), `unavailable` (the archive does not have what it should).
   */
  page(book: Book, limit: number, before?: string): Promise<BookPage>;
  /** An entry that was folded; `segment` is the newest one. Undefined when there is none of that id. */
  folded(book: Book, id: string, segment: string): Promise<BookEntry | undefined>;
};

/** A place in a book: before which entry, and the segment it lies in, once the pages have left Redis. */
type Place = { id: string; segment: string };
const readPlace = (before: string): Place => {
  const [id = "", segment = ""] = before.split("@");
  return { id, segment };
};
const placeText = ({ id, segment }: Place): string => (segment === "" ? id : `${id}@${segment}`);

export const makeHistory = (redis: Redis, keys: Keys, archive: Archive | undefined): History => {
  const ask = makeAsk(redis, keys);

  const segmentOf = async (owner: string, name: string): Promise<Segment> => {
    const text = await archive?.get(pathOf(owner, name));
    const segment = text === undefined ? undefined : readSegment(text);
    if (segment === undefined) throw new GremioError("unavailable");
    return segment;
  };

  /** Entries before an id, the newest first; `from` is the segment to begin with. */
  const backFrom = async function* (owner: string, from: string, before: string) {
    for (let name = from; name !== ""; ) {
      const segment = await segmentOf(owner, name);
      for (const raw of segment.entries.toReversed())
        if (before === "" || numberOf(raw.id) < numberOf(before)) yield { raw, segment: name };
      name = segment.before;
    }
  };

  return {
    page: async (book, limit, before = "") => {
      const owner = ownerOf(book);
      const { id, segment } = readPlace(before);
      const rows: RawEntry[] = [];
      let older = segment;
      if (segment === "") {
        // One more than asked for: it says whether there is a next page.
        const [page, newest] = await ask("points_page", owner, [
          id === "" ? "" : String(numberOf(id)),
          String(limit + 1),
        ]);
        rows.push(...rawEntries(page));
        older = asText(newest);
      } else if ((await archive?.get(pathOf(owner, segment))) === undefined) throw new GremioError("bad-request");
      const isFull = rows.length >= limit;
      let isMore = rows.length > limit || (isFull && older !== "");
      let last = "";
      if (!isFull)
        for await (const found of backFrom(owner, older, id)) {
          isMore = rows.length === limit;
          if (isMore) break;
          rows.push(found.raw);
          last = found.segment;
        }
      const entries = rows.slice(0, limit).map(readEntry);
      const end = entries.at(-1)?.entry;
      return { entries, next: isMore && end !== undefined ? placeText({ id: end, segment: last }) : undefined };
    },
    folded: async (book, id, segment) => {
      for await (const { raw } of backFrom(ownerOf(book), segment, "")) {
        if (raw.id === id) return readEntry(raw);
        if (numberOf(raw.id) < numberOf(id)) return undefined;
      }
      return undefined;
    },
  };
};
