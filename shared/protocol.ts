import * as z from "zod";
import { cardStateSchema, localisedSchema } from "./card.ts";
import { replaySchema } from "./cards/challenge.ts";
import { memberCardSchema } from "./cards/member-card.ts";
import { cursorSchema } from "./cursor.ts";
import { emojiSchema } from "./emoji.ts";
import { itemIdSchema, mentionsSchema } from "./entry.ts";
import { channelIdSchema, nonceSchema, playerIdSchema } from "./id.ts";
import { LIMITS } from "./limits.ts";
import { readVersionedProfileSchema } from "./profile.ts";
import { rankSchema } from "./rank.ts";
import { signalSchema } from "./signal.ts";
import { textSchema } from "./text.ts";

/** The protocol this code speaks. A server also speaks the one before; the version agreed on is the lower of what both know. */
export const PROTOCOL = 1;

/** The version to speak with a client that offers `offered`, or undefined when the client is too old (`upgrade-required`). */
export const negotiate = (offered: number, current: number = PROTOCOL): number | undefined => {
  const version = Math.min(offered, current);
  return version >= Math.max(1, current - 1) ? version : undefined;
};

/**
 * `POST /v1/join`, with the player's token as bearer. Without `channel` the player's own guild is meant; with `home`, a player who has none gets a seat that belongs
 * to no channel. From either seat he can follow his other channels, so one connection is enough; a team whose state he shows is joined by a second.
 */
export const joinRequestSchema = z.object({
  protocol: z.int().min(0),
  channel: channelIdSchema.optional(),
  home: z.boolean().optional(),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** The seat is for the Colyseus SDK's `consumeSeatReservation`; it is kept for 15 s. */
export const joinAnswerSchema = z.object({
  protocol: z.int(),
  /** The seat's own channel; a seat at home has none. */
  channel: channelIdSchema.optional(),
  player: playerIdSchema,
  /** What `at` in frames counts from, in epoch ms; valid for this seat. */
  origin: z.int(),
  /** When the token ends, in epoch ms. Renew before; 60 s after it the connection is closed with 4301. */
  tokenExpiresAtMs: z.int(),
  seat: z.object({
    name: z.string(),
    sessionId: z.string(),
    roomId: z.string(),
    processId: z.string(),
    publicAddress: z.string().optional(),
  }),
});
export type JoinAnswer = z.infer<typeof joinAnswerSchema>;

/** Somebody who is named in a page but no longer in the roster. */
export const formerMemberSchema = z.object({
  number: z.int(),
  player: playerIdSchema,
  profile: readVersionedProfileSchema,
});
export type FormerMember = z.infer<typeof formerMemberSchema>;

/** Where a player has read up to, how many countable entries follow, and how many of these call him. */
export const readPositionSchema = z.object({
  epoch: z.int(),
  seq: z.int(),
  unread: z.int(),
  mentions: z.int().default(0),
});
export type ReadPosition = z.infer<typeof readPositionSchema>;

export const lineageSchema = z.object({
  past: z.array(z.object({ epoch: z.int(), last: z.int() })),
  epoch: z.int(),
  head: z.int(),
});

/** Reactions to an entry; a higher version is newer. */
export const reactionsSchema = z.object({ version: z.int(), counts: z.record(z.string(), z.int()) });
/** The same as it travels by itself, see `MESSAGES.reactions`. */
export const reactionsMessageSchema = z
  .tuple([z.int(), z.int(), z.record(z.string(), z.int())])
  .transform(([seq, version, counts]) => ({ seq, version, counts }));
export type ReactionsMessage = z.infer<typeof reactionsMessageSchema>;

/** See `MESSAGES.card`. */
export const cardMessageSchema = z.tuple([z.int(), cardStateSchema]).transform(([seq, state]) => ({ seq, state }));
export type CardMessage = z.infer<typeof cardMessageSchema>;

/** What has become of an entry besides its body, which a page gives as it is now: reactions and a card's state, each with the reader's own part. */
export const markSchema = z.object({
  seq: z.int(),
  reactions: reactionsSchema.extend({ own: z.array(z.string()) }).optional(),
  card: cardStateSchema.extend({ own: z.array(z.string()) }).optional(),
});
export type Mark = z.infer<typeof markSchema>;

/** A channel of the player's and where he stands in it. `at`: when its last entry was written, in epoch ms. */
export const ownChannelSchema = z.object({
  channel: channelIdSchema,
  name: z.string(),
  rank: rankSchema,
  epoch: z.int(),
  head: z.int(),
  at: z.int(),
  read: readPositionSchema,
});
export type OwnChannel = z.infer<typeof ownChannelSchema>;

/**
 * Entries of a channel.
 * `complete: true`: the frames hold everything after the cursor that was asked from, without a hole; `more` says that still more follows: ask again.
 * `complete: false`: that cannot be, for `reason`; the frames are the newest page instead and `pages` leads back from it.
 */
export const pageSchema = z.object({
  channel: channelIdSchema,
  lineage: lineageSchema,
  complete: z.boolean(),
  reason: z.enum(["too-old", "other-epoch", "no-cursor"]).optional(),
  more: z.boolean(),
  frames: z.array(z.array(z.unknown())),
  /** For those of the entries that have any. */
  marks: z.array(markSchema).default([]),
  former: z.array(formerMemberSchema),
  /** The oldest seq that is kept; 0 when nothing is. */
  floor: z.int().default(0),
  read: readPositionSchema,
  /** Who the player is in the channel. */
  reader: z.object({ number: z.int(), rank: rankSchema }).optional(),
});
export type Page = z.infer<typeof pageSchema>;

const seqSchema = z.int().min(1);
const messageSchema = z.object({
  nonce: nonceSchema,
  text: textSchema,
  reply: seqSchema.optional(),
  mentions: mentionsSchema.optional(),
});
/** As they come; what becomes of them is judged with the phrase. */
const phraseParamsSchema = z
  .record(z.string().max(32), z.string().max(8 * LIMITS.phraseParamLength))
  .refine((params) => Object.keys(params).length <= 16, "at most 16");
/** The entry that was written for a command. */
const receiptSchema = z.object({ epoch: z.int(), seq: z.int(), at: z.int() });

/** Pinned entries, each as a frame of one. */
export const pinsSchema = z.object({
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
  /** One's own message, or with the right anybody's, is gone for all; its seq stays. */
  delete: { request: z.object({ nonce: nonceSchema, seq: seqSchema }), answer: receiptSchema },
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
  close: { request: z.object({ seq: seqSchema, replay: replaySchema.optional() }), answer: cardStateSchema },
  /** How many members have read an entry, its author not counted. */
  seenBy: { request: z.object({ seq: seqSchema }), answer: z.object({ seen: z.int(), of: z.int() }) },
  /** How long members wait between two messages, if that is longer than what the settings say; by right. */
  slowMode: { request: z.object({ slowModeMs: z.int().min(0).max(LIMITS.slowModeMs) }), answer: z.object({}) },
  /** The player has read up to here. Never moves back. */
  read: { request: z.object({ cursor: cursorSchema }), answer: readPositionSchema },
  /** Whether the player looks at this channel right now. A new connection counts as looking at its own until it says otherwise. */
  presence: { request: z.object({ reading: z.boolean() }), answer: z.object({}) },
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
  unfollow: { request: z.object({ channels: z.array(channelIdSchema).min(1) }), answer: z.object({}) },
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

/** Messages a room sends by itself, by Colyseus message type. */
export const MESSAGES = {
  /** A frame, see `frame.ts`. Frames are the most by far, so their types are numbers, which are a byte. */
  frame: 0,
  /** The log lost its tail or Redis was restarted: judge your cursor by this lineage, then resume. */
  epoch: "e",
  /** What is for this player alone, see `meSchema`; a lower version than the last one seen is stale. */
  me: "me",
  /** Reactions to an entry have changed: `[seq, version, counts]`. Fleeting: newest wins, and may be lost; pages tell it anew. */
  reactions: "r",
  /** `[ref, frame]`: a frame of a channel that is followed. */
  followedFrame: 1,
  /** `[ref, type, payload]`: what `reactions` and `card` are, of a channel that is followed. */
  followedFleeting: "gf",
  /** `[ref, lineage]`: as `epoch`. */
  followedEpoch: "ge",
  /** `[ref]`: the player is no member of that channel any more; the entry that says so has come. */
  followedEnd: "gx",
  /** What is for this player on all his connections, see `personalSchema`. */
  personal: "p",
  /** `[from, signal]`: what a member tells those who are there. Fleeting: of one member and kind the newest wins, and any may be lost. */
  signal: "s",
  /** A card's state has changed: `[seq, state]`. Fleeting like `reactions`; its end and its result are told by an entry. */
  card: "k",
} as const;

/** `read`: the player has read up to there, on one of his devices. */
export const personalSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("read"), channel: channelIdSchema, read: readPositionSchema }),
]);
export type Personal = z.infer<typeof personalSchema>;

export const meSchema = z.object({
  version: z.int(),
  number: z.int(),
  rank: rankSchema,
  /** Points this player has brought to the guild. */
  points: z.number(),
});
export type Me = z.infer<typeof meSchema>;
