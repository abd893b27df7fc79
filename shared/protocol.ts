import * as z from "zod";
import { badgeSchema } from "./badge.ts";
import { cardStateSchema } from "./card.ts";
import { channelIdSchema, guildIdSchema, playerIdSchema } from "./id.ts";
import { readVersionedProfileSchema } from "./profile.ts";
import { rankSchema } from "./rank.ts";

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
  /** Whom he has blocked: a client hides what they say. */
  blocked: z.array(playerIdSchema).optional(),
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
  /** `[ref]`: the player is no member of that channel any more. The entry that says so came before, unless he had not caught up. */
  followedEnd: "gx",
  /** What is for this player on all his connections, see `personalSchema`. */
  personal: "p",
  /** `[from, signal]`: what a member tells those who are there. Fleeting: of one member and kind the newest wins, and any may be lost. */
  signal: "s",
  /** A card's state has changed: `[seq, state]`. Fleeting like `reactions`; its end and its result are told by an entry. */
  card: "k",
} as const;

/**
 * `read`: the player has read up to there, on one of his devices; `points`: his book holds that much after so many entries (more are newer); `block`: he has blocked somebody, or not any more; `report`: what came of a report of his;
 * `membership`: he has become a member of a guild (`guild` null: of none), so that a client at home takes his seat there; `invited`: a guild (`name`) has invited him, by
 * a member of that name; `team-invited`: so has a team; `answered`: a guild has answered his request; `mail`: he has read that mail of his guild's leader, on one of his devices;
 * `match`: the game's backend says that he is in a match until then (epoch ms; 0: not any more); `badge`: what waits while he is in one.
 */
export const personalSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("points"), balance: z.int(), entries: z.int() }),
  z.object({ type: z.literal("read"), channel: channelIdSchema, read: readPositionSchema }),
  z.object({ type: z.literal("block"), player: playerIdSchema, on: z.boolean() }),
  z.object({ type: z.literal("report"), report: z.string(), outcome: z.string() }),
  z.object({ type: z.literal("membership"), guild: guildIdSchema.nullable() }),
  z.object({ type: z.literal("invited"), guild: guildIdSchema, name: z.string(), by: z.string().optional() }),
  z.object({ type: z.literal("team-invited"), team: guildIdSchema, name: z.string(), by: z.string().optional() }),
  z.object({
    ...{ type: z.literal("answered"), guild: guildIdSchema, name: z.string() },
    ...{ accepted: z.boolean(), reason: z.string().optional() },
  }),
  z.object({ type: z.literal("mail"), guild: guildIdSchema, mail: z.string() }),
  z.object({ type: z.literal("match"), until: z.int() }),
  z.object({ type: z.literal("badge"), ...badgeSchema.shape }),
]);
export type Personal = z.infer<typeof personalSchema>;

export const meSchema = z.object({
  version: z.int(),
  number: z.int(),
  rank: rankSchema,
  /** Points this player has brought to the guild. */
  points: z.number(),
  /** Of these, in the season the guild is in; left out: none. */
  seasonPoints: z.number().optional(),
  /** His part in the war the state shows; left out when it shows none. */
  war: z
    .object({
      id: z.string(),
      /** Of the war: a lower one than the last of the same war is stale. */
      version: z.int(),
      /** He is in its roster: there is none before the lock. */
      fighter: z.boolean(),
      /** Attempts of each fighter, and those he has left. */
      attempts: z.int(),
      attemptsLeft: z.int(),
      /** What he has brought to his side. */
      score: z.number(),
    })
    .optional(),
});
export type Me = z.infer<typeof meSchema>;

/** What a client in a studio's room asks first over each connection: to be shown the team's channel there. Requests under this name are known in such rooms only. */
export const ATTACH = "attach";
export const attachRequestSchema = z.object({ protocol: z.int().min(0) });

/** `channel`: the player's team; the rest is as in the answer to joining. */
export const attachAnswerSchema = joinAnswerSchema
  .pick({ protocol: true, player: true, origin: true, blocked: true })
  .extend({ channel: channelIdSchema });
export type AttachAnswer = z.infer<typeof attachAnswerSchema>;

/** The type under which everything of ours goes both ways in a studio's room, as `[type, payload]`, unless the studio chose another. */
export const ROOM_WIRE = "gremio";

/** The type, under that of the room, of `[code]`: what is ours has ended over this connection for the reason a close code gives (see `close-code.ts`). The connection stays. */
export const ROOM_END = "x";
