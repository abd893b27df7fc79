import * as z from "zod";
import { cardBodySchema, cardStateSchema, numbersOfState } from "./card.ts";
import { joinedHowSchema } from "./join-mode.ts";
import { filterMarksSchema } from "./moderation/filter-marks.ts";
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
  sticker: 8,
  phrase: 9,
  card: 10,
  edit: 11,
  deleted: 12,
  pin: 13,
  media: 14,
  removed: 15,
  outcome: 16,
  purged: 17,
  mail: 18,
} as const;
export type EntryKind = keyof typeof ENTRY_KINDS;

const memberNumber = z.int().min(0);

/** What the system says: a text, or a template every client draws in its player's language. */
const newsBodySchema = z.union([
  z.string(),
  z.object({ template: z.string(), params: z.record(z.string(), z.string()) }),
]);

const seqSchema = z.int().min(1);
/** Ids of packs, stickers and quick phrases. */
export const itemIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 characters of A-Z a-z 0-9 _ -");
export type ItemId = string;

const namedSchema = z.array(z.int().min(1)).max(10).optional();
const groupSchema = z.enum(["all", "officers", "online"]);
/** Of a guild's fighters in its war: all, or those with attempts left. */
export const fightersSchema = z.enum(["roster", "attacks-left"]);

/** Whom a message is to call. Groups other than `officers` need the right to; `players` are numbers of members. */
export const callsSchema = z.object({
  players: namedSchema,
  groups: z
    .array(z.enum([...groupSchema.options, ...fightersSchema.options]))
    .max(5)
    .optional(),
});
export type Calls = z.infer<typeof callsSchema>;

/** Most fighters of a side in any war. */
const MOST_FIGHTERS = 500;

/** Whom a message calls. `fighters`: those who were of that group when it was written. It is apart from `groups`, since older readers take a message with a group they do not know for none. */
export const mentionsSchema = z.object({
  players: namedSchema,
  groups: z.array(groupSchema).max(3).optional(),
  fighters: z
    .object({ of: fightersSchema, numbers: z.array(z.int().min(1)).max(MOST_FIGHTERS) })
    .optional()
    .catch(undefined),
});
export type Mentions = z.infer<typeof mentionsSchema>;

/** A message's text; an object only when there is more to say: `reply` to an entry, `edited` in epoch ms, `marks` of what a reader may not want to see. */
export const textBodySchema = z.union([
  z.string(),
  z.object({
    text: z.string(),
    reply: seqSchema.optional(),
    mentions: mentionsSchema.optional(),
    edited: z.int().optional(),
    marks: filterMarksSchema.optional().catch(undefined),
  }),
]);
export type TextBody = z.infer<typeof textBodySchema>;

/** A sticker of a pack; the studio's game knows the pictures. */
export const stickerBodySchema = z.object({ pack: itemIdSchema, sticker: itemIdSchema, reply: seqSchema.optional() });

/** A quick phrase with its parameters; each client shows it in its player's language. */
export const phraseBodySchema = z.object({
  phrase: itemIdSchema,
  params: z.record(z.string().max(32), z.string().max(100)).optional(),
  reply: seqSchema.optional(),
});

/** Reserved: a file in the studio's store. Nothing writes it yet. */
const mediaBodySchema = z.object({ url: z.url(), hash: z.string(), size: z.int() });

/** What a guild's leader writes to all of its members. */
const mailBodySchema = z.object({ title: z.string(), text: z.string() });

/**
 * Bodies by kind. `who` and an entry's `from` are numbers of members in the channel (`from` 0 is the system); `seq` names the entry spoken of:
 * `joined`, `left`, `kicked`: who, and `by` whom he was let in, invited or kicked; `rank`: who and his new rank; `edit`: the entry's body from now on; `deleted`: the entry is gone; `pin`: it is pinned, or not
 * any more; `removed`: what a deleted entry is read as, with who deleted it; `outcome`: a card was closed or has a result, with its state; `purged`: all that `who` wrote up to the seq `upTo` is gone.
 */
export const BODY_SCHEMAS = {
  void: z.null(),
  text: textBodySchema,
  announcement: textBodySchema,
  news: newsBodySchema,
  joined: z.object({
    who: memberNumber,
    by: memberNumber.optional(),
    how: joinedHowSchema.optional().catch(undefined),
  }),
  left: z.object({ who: memberNumber }),
  kicked: z.object({ who: memberNumber, by: memberNumber.optional() }),
  rank: z.object({ who: memberNumber, rank: rankSchema }),
  sticker: stickerBodySchema,
  phrase: phraseBodySchema,
  card: cardBodySchema,
  edit: z.object({ seq: seqSchema, body: textBodySchema }),
  deleted: z.object({ seq: seqSchema }),
  pin: z.object({ seq: seqSchema, on: z.boolean() }),
  media: mediaBodySchema,
  removed: z.object({ by: memberNumber }),
  outcome: z.object({ seq: seqSchema, state: cardStateSchema }),
  purged: z.object({ who: memberNumber, upTo: z.int().min(0) }),
  mail: mailBodySchema,
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
  const kind = kindByCode.get(code);
  return (kind === undefined ? undefined : readers[kind](head, body)) ?? { ...head, kind: "void", body: null };
};

const reader =
  <T>(schema: z.ZodType<T>, make: (head: Head, body: T) => Entry) =>
  (head: Head, body: unknown): Entry | undefined => {
    const result = schema.safeParse(body);
    return result.success ? make(head, result.data) : undefined;
  };

/** Plain texts are the most by far and need no schema. */
const textReader =
  (kind: "text" | "announcement") =>
  (head: Head, body: unknown): Entry | undefined => {
    if (typeof body === "string") return { ...head, kind, body };
    const result = textBodySchema.safeParse(body);
    return result.success ? { ...head, kind, body: result.data } : undefined;
  };

const readers: Record<EntryKind, (head: Head, body: unknown) => Entry | undefined> = {
  void: () => undefined,
  text: textReader("text"),
  announcement: textReader("announcement"),
  news: reader(BODY_SCHEMAS.news, (head, body) => ({ ...head, kind: "news", body })),
  joined: reader(BODY_SCHEMAS.joined, (head, body) => ({ ...head, kind: "joined", body })),
  left: reader(BODY_SCHEMAS.left, (head, body) => ({ ...head, kind: "left", body })),
  kicked: reader(BODY_SCHEMAS.kicked, (head, body) => ({ ...head, kind: "kicked", body })),
  rank: reader(BODY_SCHEMAS.rank, (head, body) => ({ ...head, kind: "rank", body })),
  sticker: reader(BODY_SCHEMAS.sticker, (head, body) => ({ ...head, kind: "sticker", body })),
  phrase: reader(BODY_SCHEMAS.phrase, (head, body) => ({ ...head, kind: "phrase", body })),
  card: reader(BODY_SCHEMAS.card, (head, body) => ({ ...head, kind: "card", body })),
  edit: reader(BODY_SCHEMAS.edit, (head, body) => ({ ...head, kind: "edit", body })),
  deleted: reader(BODY_SCHEMAS.deleted, (head, body) => ({ ...head, kind: "deleted", body })),
  pin: reader(BODY_SCHEMAS.pin, (head, body) => ({ ...head, kind: "pin", body })),
  media: reader(BODY_SCHEMAS.media, (head, body) => ({ ...head, kind: "media", body })),
  removed: reader(BODY_SCHEMAS.removed, (head, body) => ({ ...head, kind: "removed", body })),
  outcome: reader(BODY_SCHEMAS.outcome, (head, body) => ({ ...head, kind: "outcome", body })),
  purged: reader(BODY_SCHEMAS.purged, (head, body) => ({ ...head, kind: "purged", body })),
  mail: reader(BODY_SCHEMAS.mail, (head, body) => ({ ...head, kind: "mail", body })),
};

/** The words of a text or announcement. */
export const wordsOf = (body: TextBody): string => (typeof body === "string" ? body : body.text);

/** Kinds that count as unread. */
export const COUNTABLE: ReadonlySet<EntryKind> = new Set([
  ...(["text", "announcement", "news", "sticker", "phrase", "card", "media", "mail"] as const),
]);

/** The numbers of members an entry speaks of, for looking up names. */
export const numbersOf = (entry: Entry): number[] => {
  const numbers = entry.from === 0 ? [] : [entry.from];
  if (entry.kind === "joined" || entry.kind === "left" || entry.kind === "kicked" || entry.kind === "rank")
    numbers.push(entry.body.who);
  if (entry.kind === "purged") numbers.push(entry.body.who);
  if ((entry.kind === "joined" || entry.kind === "kicked") && entry.body.by !== undefined) numbers.push(entry.body.by);
  if (entry.kind === "removed" && entry.body.by !== 0) numbers.push(entry.body.by);
  if (entry.kind === "outcome") numbers.push(...numbersOfState(entry.body.state));
  if ((entry.kind === "text" || entry.kind === "announcement") && typeof entry.body !== "string")
    numbers.push(...(entry.body.mentions?.players ?? []));
  return numbers;
};
