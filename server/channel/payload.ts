import { z } from "zod";
import { type Entry, toEntry } from "../../shared/entry.ts";

/** A later release may append parts; they are passed over. */
const payloadSchema = z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.int(), z.unknown()]).rest(z.unknown());

/** Read last, and not longer than this: 3 MB at most, mostly 1. */
const MOST_KEPT = 4_096;
const LONGEST_KEPT = 512;
const kept = new Map<string, Entry>();

/**
 * An entry as it lies in the log and travels by pub/sub: JSON `[seq, epoch, at, kind, from, count, body]`. Throws when it is anything else. All who read the same
 * payload, as the members of a guild who come back together do, get the same entry: nobody changes it.
 */
export const parsePayload = (text: string): Entry => {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed: unknown = JSON.parse(text);
  const [seq, epoch, at, kind, from, , body] = payloadSchema.parse(parsed);
  const entry = Object.freeze(toEntry({ epoch, seq, at, from }, kind, body));
  if (text.length <= LONGEST_KEPT) keep(text, entry);
  return entry;
};

const keep = (text: string, entry: Entry): void => {
  kept.set(text, entry);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
};
