import * as z from "zod";
import { ENTRY_KINDS, type EntryKind, fightersSchema } from "../entry.ts";
import { channelIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { LIMITS } from "../limits.ts";
import { noticeKindSchema } from "../notice-kind.ts";
import { lineageSchema } from "../protocol.ts";
import { textSchema } from "../text.ts";
import { reasonSchema, whySchema } from "./moderation.ts";
import { wholeSchema } from "./whole.ts";

export const channelParamsSchema = z.object({ channel: channelIdSchema });
export const entryParamsSchema = z.object({ channel: channelIdSchema, seq: wholeSchema(1, Number.MAX_SAFE_INTEGER) });

/**
 * What the system is to say: a `text`, or a `template` with its `params`. With `about` phones are told as what that is about is (docs/push.md); without it only if
 * `importance` is `high`, and then as of an important `event`.
 */
export const speakSchema = z
  .strictObject({
    nonce: nonceSchema,
    text: textSchema.optional(),
    template: z.string().max(64).optional(),
    params: z.record(z.string().max(32), z.string().min(1).max(100)).optional(),
    about: noticeKindSchema.optional(),
    /** `high`: at once. `normal`: in a digest. Left out: as what it is about is, or `normal`. */
    importance: z.enum(["high", "normal"]).optional(),
    /** Whose phones alone are told, of the channel's members. */
    only: z.array(playerIdSchema).min(1).max(LIMITS.toldOnly).optional(),
    /** Until when phones are told (epoch ms), or for how long; left out: as long as what it is about is worth it. */
    expiresAt: z.int().min(0).optional(),
    lifeMs: z.int().min(1_000).max(LIMITS.toldMs).optional(),
    /** With `high` in a guild's channel: only the phones of those are told who fight in its war, or have attempts left in it when the push is due. */
    fighters: fightersSchema.optional(),
  })
  .refine(({ text, template }) => (text === undefined) !== (template === undefined), "either text or template")
  .refine(({ text, params }) => text === undefined || params === undefined, "params only with a template")
  .refine(
    ({ fighters, importance, about }) => fighters === undefined || (importance === "high" && about === undefined),
    "fighters only with importance high, and without about",
  )
  .refine(({ fighters, only }) => fighters === undefined || only === undefined, "either fighters or only")
  .refine(
    ({ about, importance, only, expiresAt, lifeMs }) =>
      about !== undefined || importance === "high" || [only, expiresAt, lifeMs].every((part) => part === undefined),
    "only, expiresAt and lifeMs with about, or importance high",
  );
export type Speak = z.infer<typeof speakSchema>;

/** How long members wait between two messages, if that is longer than what the settings say; 0: not at all. */
export const slowModeSchema = z.strictObject({ slowModeMs: z.int().min(0).max(LIMITS.slowModeMs) });

/** What the game's backend asks for when it sets slow mode or deletes a message. */
export const setSlowModeSchema = slowModeSchema.extend({ reason: reasonSchema.optional() });
export const deleteMessageQuerySchema = whySchema;

export const spokenSchema = z.object({
  epoch: z.int(),
  seq: z.int(),
  /** In epoch ms. */
  at: z.int(),
  /** True: this nonce had been used before, and this is that first answer. */
  repeated: z.boolean(),
});

export const historyQuerySchema = z.strictObject({
  /** Only entries below this seq; left out: the newest. */
  before: wholeSchema(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeSchema(1, LIMITS.pageEntries).prefault("50"),
});

const isKind = (kind: string): kind is EntryKind => Object.hasOwn(ENTRY_KINDS, kind);

/** Entries as the game's backend reads them, oldest first. `from` and `who` are numbers of `people`; `from` 0 is the system. */
export const historySchema = z.object({
  channel: channelIdSchema,
  lineage: lineageSchema,
  entries: z.array(
    z.object({
      epoch: z.int(),
      seq: z.int(),
      at: z.int(),
      from: z.int(),
      kind: z.enum(Object.keys(ENTRY_KINDS).filter(isKind)),
      body: z.unknown(),
    }),
  ),
  people: z.array(z.object({ number: z.int(), player: playerIdSchema, name: z.string() })),
  /** Older entries exist. */
  more: z.boolean(),
  /** The oldest seq that is kept; 0 when nothing is. */
  floor: z.int(),
});
