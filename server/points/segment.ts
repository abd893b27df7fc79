import { createHash } from "node:crypto";
import { z } from "zod";
import { bucketOf } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { type RawEntry, rawEntry, readEntry } from "./row.ts";

/**
 * A file of entries that were folded away. Its first line is JSON with what it is and what came before it, its last one JSON with what it comes to; between them
 * stands a line for each entry, its id and its JSON as they were in Redis, oldest first.
 */
export type Segment = {
  /** `guild:<id>` or `player:<id>`. */
  book: string;
  /** Hash of the segment before; '' for the first. */
  previous: string;
  /** Name of the segment before; '' for the first. */
  before: string;
  /** What the book held before it. */
  floor: number;
  entries: readonly RawEntry[];
};

const FORMAT = "gremio ledger 1";
const headSchema = z.object({
  format: z.literal(FORMAT),
  book: z.string(),
  previous: z.string(),
  before: z.string(),
  floor: z.string().regex(/^\d{1,16}$/),
});
const footSchema = z.object({ entries: z.int(), balance: z.string(), chain: z.string() });

/** All that is hashed or compared of entries. */
export const linesOf = (entries: readonly RawEntry[]): string =>
  entries.map(({ id, text }) => `${id} ${text}`).join("\n");

export const chainOf = ({ book, previous, entries }: Segment): string =>
  createHash("sha256")
    .update(`${book}\n${previous}\n${linesOf(entries)}`)
    .digest("hex");

export const nameOf = (segment: Segment): string => `${segment.entries[0]?.id}-${chainOf(segment).slice(0, 16)}`;

export const balanceAfter = ({ entries, floor }: Segment): number => {
  const last = entries.at(-1);
  return last === undefined ? floor : readEntry(last).balance;
};

/** The folder of a book's segments in the archive. An id may be `..`, or hold what file names must not, so it is neither bare nor as it is. */
export const folderOf = (book: string): string => {
  const [kind = "", id = ""] = [book.slice(0, book.indexOf(":")), book.slice(book.indexOf(":") + 1)];
  return `b${bucketOf(book)}/${kind}-${encodeURIComponent(id)}/`;
};

/** The book whose segments lie in a folder; undefined for what is none. */
export const bookOfFolder = (path: string): string | undefined => {
  const [, kind, id = ""] = /^b\d+\/(guild|player)-([^/]+)\//.exec(path) ?? [];
  try {
    return kind === undefined ? undefined : `${kind}:${decodeURIComponent(id)}`;
  } catch {
    // No book's folder has such a name.
    return undefined;
  }
};

export const pathOf = (book: string, name: string): string => `${folderOf(book)}${name}`;

export const segmentText = (segment: Segment): string => {
  const { book, previous, before, entries } = segment;
  const head = { format: FORMAT, book, previous, before, floor: String(segment.floor) };
  const foot = { entries: entries.length, balance: String(balanceAfter(segment)), chain: chainOf(segment) };
  return `${JSON.stringify(head)}\n${linesOf(entries)}\n${JSON.stringify(foot)}\n`;
};

/** What a file says, whether or not it fits together; undefined for what is no segment, or was cut off. */
export const parseSegment = (text: string): { segment: Segment; chain: string } | undefined => {
  const lines = text.split("\n");
  const head = headSchema.safeParse(parsedJson(lines[0] ?? ""));
  const foot = footSchema.safeParse(parsedJson(lines.at(-2) ?? ""));
  if (!head.success || !foot.success || lines.at(-1) !== "") return undefined;
  const entries = lines.slice(1, -2).map(rawEntry);
  const { book, previous, before, floor } = head.data;
  return { segment: { book, previous, before, floor: Number(floor), entries }, chain: foot.data.chain };
};

/** Undefined for a file that is not whole, or not what its last line says. */
export const readSegment = (text: string): Segment | undefined => {
  const parsed = parseSegment(text);
  return parsed !== undefined && parsed.chain === chainOf(parsed.segment) ? parsed.segment : undefined;
};
