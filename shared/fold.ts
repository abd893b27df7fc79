import { COUNTABLE, type Entry, type EntryBody, type TextBody } from "./entry.ts";

/** The entry with the words it was given later; `at` is when, in epoch ms. Only texts and announcements are edited. */
export const withWords = (entry: Entry, body: TextBody, at: number): Entry => {
  if (entry.kind !== "text" && entry.kind !== "announcement") return entry;
  return { ...entry, body: typeof body === "string" ? { text: body, edited: at } : { ...body, edited: at } };
};

/** What is left of a deleted entry. */
export const removed = ({ epoch, seq, at, from }: Entry, by: number): Entry => ({
  ...{ epoch, seq, at, from },
  kind: "removed",
  body: { by },
});

/** Whether it went with all its author wrote. */
const isPurged = ({ kind, from, seq }: Entry, { who, upTo }: EntryBody<"purged">): boolean =>
  COUNTABLE.has(kind) && from === who && seq <= upTo;

/** The entry after another one has told of its change; undefined when that one changes nothing about it. */
export const changedBy = (entry: Entry, change: Entry): Entry | undefined => {
  if (entry.kind === "removed") return undefined;
  if (change.kind === "purged") return isPurged(entry, change.body) ? removed(entry, change.from) : undefined;
  if (change.kind === "deleted" && change.body.seq === entry.seq) return removed(entry, change.from);
  if (change.kind !== "edit" || change.body.seq !== entry.seq || change.from !== entry.from) return undefined;
  return editedAt(entry) > change.at ? undefined : withWords(entry, change.body.body, change.at);
};

/** A page gives an entry with its last words already, also when it ends before the entry that told of them. */
const editedAt = (entry: Entry): number =>
  (entry.kind === "text" || entry.kind === "announcement") && typeof entry.body !== "string"
    ? (entry.body.edited ?? 0)
    : 0;
