import * as z from "zod";
import { rankSchema } from "./rank.ts";

/**
 * Kinds of entries and their codes in the log and on the wire. Codes are never reused; a client that meets a code it does not know shows nothing
 * and moves its cursor.
 */
export const ENTRY_KINDS = {
  void: 0,
  text: 1,
  announcement: 2,
  news: 3,
  joined: 4,
  left: 5,
  kicked: 6,
  rank: 7,
} as const;
export type EntryKind = keyof typeof ENTRY_KINDS;

const memberNumber = z.int().min(0);

/** What the system says: a text, or a template every client draws in its player's language. */
export const newsBodySchema = z.union([
  z.string(),
  z.object({ template: z.string(), params: z.record(z.string(), z.string()) }),
]);

/**
 * Bodies by kind. `who` and an entry's `from` are numbers of members in the channel (`from` 0 is the system):
 * `text`, `announcement`: the text; `joined`, `left`: who; `kicked`: who; `rank`: who and his new rank.
 */
export const BODY_SCHEMAS = {
  void: z.null(),
  text: z.string(),
  announcement: z.string(),
  news: newsBodySchema,
  joined: z.object({ who: memberNumber }),
  left: z.object({ who: memberNumber }),
  kicked: z.object({ who: memberNumber }),
  rank: z.object({ who: memberNumber, rank: rankSchema }),
} as const satisfies Record<EntryKind, z.ZodType>;

type Bodies = { [K in EntryKind]: z.infer<(typeof BODY_SCHEMAS)[K]> };

/** One line of a channel's log. `at` is epoch milliseconds and never runs backwards along `seq`. */
export type Entry = {
  [K in EntryKind]: { epoch: number; seq: number; at: number; from: number; kind: K; body: Bodies[K] };
}[EntryKind];
export type EntryBody<K extends EntryKind> = Bodies[K];

const kindByCode = new Map<number, EntryKind>();
for (const [kind, code] of Object.entries(ENTRY_KINDS)) if (isKind(kind)) kindByCode.set(code, kind);

function isKind(kind: string): kind is EntryKind {
  return Object.hasOwn(ENTRY_KINDS, kind);
}

type Head = { epoch: number; seq: number; at: number; from: number };

/** The entry of these parts; a code or body this version does not know becomes a void, so that no seq is ever skipped. */
export const toEntry = (head: Head, code: number, body: unknown): Entry => {
  const nothing: Entry = { ...head, kind: "void", body: null };
  switch (kindByCode.get(code)) {
    case "text":
    case "announcement":
      return typeof body === "string"
        ? { ...head, kind: code === ENTRY_KINDS.text ? "text" : "announcement", body }
        : nothing;
    case "news":
      return parsed(newsBodySchema, body, (value) => ({ ...head, kind: "news", body: value })) ?? nothing;
    case "joined":
      return parsed(BODY_SCHEMAS.joined, body, (value) => ({ ...head, kind: "joined", body: value })) ?? nothing;
    case "left":
      return parsed(BODY_SCHEMAS.left, body, (value) => ({ ...head, kind: "left", body: value })) ?? nothing;
    case "kicked":
      return parsed(BODY_SCHEMAS.kicked, body, (value) => ({ ...head, kind: "kicked", body: value })) ?? nothing;
    case "rank":
      return parsed(BODY_SCHEMAS.rank, body, (value) => ({ ...head, kind: "rank", body: value })) ?? nothing;
    default:
      return nothing;
  }
};

const parsed = <T>(schema: z.ZodType<T>, value: unknown, make: (value: T) => Entry): Entry | undefined => {
  const result = schema.safeParse(value);
  return result.success ? make(result.data) : undefined;
};

/** The numbers of members an entry speaks of, for looking up names. */
export const numbersOf = (entry: Entry): number[] => {
  const numbers = entry.from === 0 ? [] : [entry.from];
  if (entry.kind === "joined" || entry.kind === "left" || entry.kind === "kicked" || entry.kind === "rank")
    numbers.push(entry.body.who);
  return numbers;
};
