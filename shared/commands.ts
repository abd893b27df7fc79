import * as z from "zod";
import { reasonSchema } from "./api/moderation.ts";
import { cardStateSchema, localisedSchema } from "./card.ts";
import { replaySchema } from "./cards/challenge.ts";
import { memberCardSchema } from "./cards/member-card.ts";
import { cursorSchema } from "./cursor.ts";
import { emojiSchema } from "./emoji.ts";
import { callsSchema, itemIdSchema } from "./entry.ts";
import { channelIdSchema, nonceSchema } from "./id.ts";
import { LIMITS } from "./limits.ts";
import {
  formerMemberSchema,
  markSchema,
  ownChannelSchema,
  pageSchema,
  reactionsSchema,
  readPositionSchema,
} from "./protocol.ts";
import { signalSchema } from "./signal.ts";
import { textSchema } from "./text.ts";

const seqSchema = z.int().min(1);
const messageSchema = z.object({
  nonce: nonceSchema,
  text: textSchema,
  reply: seqSchema.optional(),
  mentions: callsSchema.optional(),
});
/** As they come; what becomes of them is judged with the phrase. */
const phraseParamsSchema = z
  .record(z.string().max(32), z.string().max(8 * LIMITS.phraseParamLength))
  .refine((params) => Object.keys(params).length <= 16, "at most 16");
/** The entry that was written for a command. */
const receiptSchema = z.object({ epoch: z.int(), seq: z.int(), at: z.int() });

/** Pinned entries, each as a frame of one. */
const pinsSchema = z.object({
  frames: z.array(z.array(z.unknown())),
  marks: z.array(markSchema),
  former: z.array(formerMemberSchema),
});

/** A refusal of one part of a request whose other parts were done; see `errors.ts`. */
const refusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  retry: z.string(),
  retryAtMs: z.int().optional(),
});

/**
 * What a client may ask in a room; each is a Colyseus request with an answer. A refusal rejects the request with a `Refusal`.
 * What concerns a channel concerns the room's, unless the request also has `channel`: then that one, of which the player must be a member.
 * One client's commands on a channel run one at a time, in the order of arrival.
 */
export const COMMANDS = {
  /** After joining, and whenever a hole shows: everything after the cursor; from then on live frames follow without a hole. */
  resume: { request: z.object({ cursor: cursorSchema }), answer: pageSchema },
  /** The entries before a seq, newest page last; no `before` means the newest. Does not touch live delivery. */
  history: {
    request: z.object({ before: z.int().min(1).optional(), limit: z.int().min(1).max(LIMITS.pageEntries).default(50) }),
    answer: pageSchema,
  },
  /** A message: words, perhaps in reply to an entry, and whom they call (`all` and `online` by right). */
  send: { request: messageSchema, answer: receiptSchema },
  /** An important message of a leader or officer: members who are away are told by push. */
  announce: { request: messageSchema, answer: receiptSchema },
  /** A sticker of a pack the player owns, or that is free (`pack-not-owned`). */
  sticker: {
    request: z.object({ nonce: nonceSchema, pack: itemIdSchema, sticker: itemIdSchema, reply: seqSchema.optional() }),
    answer: receiptSchema,
  },
  /** A quick phrase, shipped or the studio's (`phrase-unknown`), with exactly its parameters (`bad-request`). */
  phrase: {
    request: z.object({
      nonce: nonceSchema,
      phrase: itemIdSchema,
      params: phraseParamsSchema.optional(),
      reply: seqSchema.optional(),
    }),
    answer: receiptSchema,
  },
  /** Other words for one's own message, within 15 minutes (`edit-too-late`). */
  edit: { request: z.object({ nonce: nonceSchema, seq: seqSchema, text: textSchema }), answer: receiptSchema },
  /** One's own message, or with the right that of whoever one outranks, is gone for all; its seq stays. */
  delete: {
    request: z.object({ nonce: nonceSchema, seq: seqSchema, reason: reasonSchema.optional() }),
    answer: receiptSchema,
  },
  /** Whether an entry is pinned; by right, at most 10. */
  pin: { request: z.object({ nonce: nonceSchema, seq: seqSchema, on: z.boolean() }), answer: receiptSchema },
  /** The pinned entries, the last pinned first. */
  pins: { request: z.looseObject({}), answer: pinsSchema },
  /** Whether one's reaction is on an entry. Asked twice it is so once. */
  react: {
    request: z.object({ seq: seqSchema, emoji: emojiSchema, on: z.boolean() }),
    answer: reactionsSchema.extend({ own: z.array(z.string()) }),
  },
  /** Something for those who are there at this moment; written nowhere. Too many of one connection are dropped without a word. */
  signal: { request: z.object({ signal: signalSchema }), answer: z.object({}) },
  /** A card of those built in. */
  card: { request: z.object({ nonce: nonceSchema }).and(memberCardSchema), answer: receiptSchema },
  /**
   * Whether one has done something with a card; asked twice it is so once. Where the studio decides a nonce is needed, under which it is asked the same; `accepted`
   * false: it said no.
   */
  act: {
    request: z.object({
      seq: seqSchema,
      action: z.string().max(32),
      on: z.boolean().default(true),
      nonce: nonceSchema.optional(),
    }),
    answer: z.object({
      state: cardStateSchema,
      own: z.array(z.string()),
      accepted: z.boolean(),
      message: localisedSchema.optional(),
    }),
  },
  /** Nothing more is done with a card; for its author and officers. With `replay` a challenge of one's own gets its result instead. */
  close: {
    request: z.object({ seq: seqSchema, replay: replaySchema.optional(), reason: reasonSchema.optional() }),
    answer: cardStateSchema,
  },
  /** How many members have read an entry, its author not counted. */
  seenBy: { request: z.object({ seq: seqSchema }), answer: z.object({ seen: z.int(), of: z.int() }) },
  /** How long members wait between two messages, if that is longer than what the settings say; by right. */
  slowMode: {
    request: z.object({ slowModeMs: z.int().min(0).max(LIMITS.slowModeMs), reason: reasonSchema.optional() }),
    answer: z.object({}),
  },
  /** The player has read up to here. Never moves back. */
  read: { request: z.object({ cursor: cursorSchema }), answer: readPositionSchema },
  /**
   * `reading`: whether the player looks at this channel right now. A new connection counts as looking at its own until it says otherwise. `matchMs`: on this connection
   * he is in a match that is expected to end in so long; 0: in none any more. The answer then says when, in epoch ms (0: in none). `idle`: nobody has touched this
   * device for a while, or somebody does again; what a player does himself ends it, too.
   */
  presence: {
    request: z
      .object({
        reading: z.boolean().optional(),
        matchMs: z.int().min(0).max(LIMITS.matchMs).optional(),
        idle: z.boolean().optional(),
      })
      .refine(
        ({ reading, matchMs, idle }) => reading !== undefined || matchMs !== undefined || idle !== undefined,
        "reading, matchMs or idle",
      ),
    answer: z.object({ matchUntil: z.int().optional() }),
  },
  /** Every channel the player is in and what is unread in each: his guild's first, then the liveliest. */
  channels: { request: z.object({}), answer: z.object({ channels: z.array(ownChannelSchema) }) },
  /**
   * For other channels than the room's what `resume` is for that: each is read from its cursor, in the order they are named, and then followed over this connection.
   * What is said there comes as `followedFrame`. Asked again for a channel that is followed, it resumes. One that is refused does not keep the others.
   */
  follow: {
    request: z.object({
      channels: z
        .array(z.object({ channel: channelIdSchema, cursor: cursorSchema }))
        .min(1)
        .max(LIMITS.channels + 1),
    }),
    answer: z.object({
      channels: z.array(
        z.union([
          z.object({ channel: channelIdSchema, ref: z.int(), page: pageSchema }),
          z.object({ channel: channelIdSchema, refusal: refusalSchema }),
        ]),
      ),
    }),
  },
  unfollow: {
    request: z.object({
      channels: z
        .array(channelIdSchema)
        .min(1)
        .max(LIMITS.channels + 1),
    }),
    answer: z.object({}),
  },
  /** Who numbers in a channel are; unknown ones are left out. */
  people: {
    request: z.object({ numbers: z.array(z.int().min(1)).min(1).max(100) }),
    answer: z.object({ people: z.array(formerMemberSchema) }),
  },
  renew: { request: z.object({ token: z.string().max(8192) }), answer: z.object({ tokenExpiresAtMs: z.int() }) },
} as const satisfies Record<string, { request: z.ZodType; answer: z.ZodType }>;

export type CommandName = keyof typeof COMMANDS;
export type CommandRequest<N extends CommandName> = z.infer<(typeof COMMANDS)[N]["request"]>;
export type CommandInput<N extends CommandName> = z.input<(typeof COMMANDS)[N]["request"]>;
export type CommandAnswer<N extends CommandName> = z.infer<(typeof COMMANDS)[N]["answer"]>;
