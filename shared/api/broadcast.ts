import * as z from "zod";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { LOCALES, localeSchema } from "../locale.ts";
import { noticeKindSchema } from "../notice-kind.ts";

/** Broadcasts that are waiting or running at once. */
export const MOST_BROADCASTS = 100;
/** Marks of what a player was told are kept for longer: nobody is told twice. */
const LONGEST_LIFE_MS = 48 * 3_600_000;
/** How far ahead one can be planned. */
export const LONGEST_WAIT_MS = 30 * 24 * 3_600_000;
const MOST_NAMED = 500;
/** What FCM (4,096 bytes in all) leaves to the game. */
const DATA_BYTES = 1_000;

const broadcastIdSchema = z.string().regex(/^b[0-9a-f]{20}$/, "the `broadcast` of an answer");
export type BroadcastId = string;

const wordsSchema = z.strictObject({
  title: z.string().trim().min(1).max(80),
  body: z.string().trim().min(1).max(240),
});
const textsSchema = z
  .partialRecord(localeSchema, wordsSchema)
  .refine((texts) => LOCALES.some((locale) => texts[locale] !== undefined), "in one language at least");
export type BroadcastTexts = z.infer<typeof textsSchema>;

/** Data keys that a push has anyway, and those FCM keeps for itself. */
const TAKEN = /^(channel|epoch|seq|kind|tag|push|tags|broadcast|link|from|message_type|google.*|gcm.*)$/;
const dataSchema = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, "a letter, then A-Z a-z 0-9 _, at most 32")
      .refine((key) => !TAKEN.test(key), "a push has that key already, or FCM keeps it for itself"),
    z.string().max(300),
  )
  .refine((data) => new TextEncoder().encode(JSON.stringify(data)).length <= DATA_BYTES, `at most ${DATA_BYTES} bytes`);

const audienceSchema = z.union([
  z.strictObject({ guilds: z.array(guildIdSchema).min(1).max(MOST_NAMED) }),
  z.strictObject({ players: z.array(playerIdSchema).min(1).max(MOST_NAMED) }),
  z.strictObject({ all: z.literal(true) }),
]);
export type Audience = z.infer<typeof audienceSchema>;

const instantSchema = z.int().min(0).max(9_000_000_000_000);

const fields = {
  to: audienceSchema,
  kind: noticeKindSchema.default("event"),
  texts: textsSchema,
  /** Opened by the game when the player comes by the push: in its data as `link`. */
  link: z
    .string()
    .regex(/^[\x21-\x7e]{1,300}$/, "1 to 300 characters of ASCII, as of a URL")
    .optional(),
  /** For the game, in the push's data. */
  data: dataSchema.optional(),
  /** So many players a minute are told at most, by all notifiers together. */
  perMinute: z.int().min(1).max(60_000).default(6_000),
};

export const createBroadcastSchema = z.strictObject({
  nonce: nonceSchema,
  ...fields,
  /** Epoch ms; left out or past: at once. */
  startsAt: instantSchema.optional(),
  /** How long after its start it is of use; left out: as long as its kind is. */
  lifeMs: z.int().min(60_000).max(LONGEST_LIFE_MS).optional(),
  /** The same as a moment, in epoch ms. The earlier of the two holds. */
  expiresAt: instantSchema.optional(),
});
export type CreateBroadcast = z.infer<typeof createBroadcastSchema>;

/** What of a broadcast never changes, as it is stored. */
export const broadcastSpecSchema = z.object(fields);
export type BroadcastSpec = z.infer<typeof broadcastSpecSchema>;

/** What of it cannot be, that no single field tells. */
export const wrongBroadcast = ({ startsAt, expiresAt }: CreateBroadcast, now: number): string | undefined => {
  if (startsAt !== undefined && startsAt > now + LONGEST_WAIT_MS) return "startsAt: at most 30 days ahead";
  if (expiresAt !== undefined && expiresAt <= Math.max(startsAt ?? 0, now)) return "expiresAt: after its start";
  return undefined;
};

/** `waiting` for its start; `running`; `done`: all were looked at; `expired`: it was of no use any more before that; `cancelled`. */
const BROADCAST_STATES = ["waiting", "running", "done", "expired", "cancelled"] as const;
export type BroadcastState = (typeof BROADCAST_STATES)[number];

export const broadcastSchema = z.object({
  broadcast: broadcastIdSchema,
  state: z.enum(BROADCAST_STATES),
  /** Guilds and players as the number of those that are named. */
  to: z.object({ guilds: z.int().optional(), players: z.int().optional(), all: z.literal(true).optional() }),
  kind: noticeKindSchema,
  texts: textsSchema,
  link: z.string().optional(),
  data: z.record(z.string(), z.string()).optional(),
  perMinute: z.int(),
  /** Epoch ms. */
  createdAt: z.int(),
  startsAt: z.int(),
  expiresAt: z.int(),
  /** When it was done or cancelled. */
  endedAt: z.int().optional(),
  /** Players who were looked at so far. */
  looked: z.int(),
  /** How many of them by what was decided when they were looked at: `now:away`, `later:quiet-hours`, `drop:no-device` … */
  decided: z.record(z.string(), z.int()),
  /** Players to whom it was sent so far. */
  pushed: z.int(),
});
export type Broadcast = z.infer<typeof broadcastSchema>;

export const createdBroadcastSchema = broadcastSchema.extend({ repeated: z.boolean() });
export const broadcastParamsSchema = z.object({ broadcast: broadcastIdSchema });
export const broadcastsQuerySchema = z.strictObject({
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(20),
  before: broadcastIdSchema.optional(),
});
export const broadcastsSchema = z.object({ broadcasts: z.array(broadcastSchema), next: z.string().nullable() });
