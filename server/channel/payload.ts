import { z } from "zod";
import { type Entry, toEntry } from "../../shared/entry.ts";

/** A later release may append parts; they are passed over. */
const payloadSchema = z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.int(), z.unknown()]).rest(z.unknown());

/** An entry as it lies in the log and travels by pub/sub: JSON `[seq, epoch, at, kind, from, count, body]`. Throws when it is anything else. */
export const parsePayload = (text: string): Entry => {
  const parsed: unknown = JSON.parse(text);
  const [seq, epoch, at, kind, from, , body] = payloadSchema.parse(parsed);
  return toEntry({ epoch, seq, at, from }, kind, body);
};
