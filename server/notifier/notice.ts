import { z } from "zod";
import { type Entry, toEntry } from "../../shared/entry.ts";
import { channelIdSchema } from "../../shared/id.ts";
import { noticeConditionSchema } from "../channel/notice-condition.ts";

/** A notice as the channel's function wrote it into the outbox, together with its entry. */
export const noticeSchema = z.object({
  type: z.literal("notice"),
  importance: z.enum(["high", "normal"]),
  channel: channelIdSchema,
  epoch: z.int().min(1),
  seq: z.int().min(1),
  at: z.int(),
  from: z.int().min(0),
  /** Who wrote it; empty when the system did. */
  author: z.string(),
  /** The entry's kind and body, as in the log. */
  kind: z.int(),
  body: z.unknown(),
  condition: noticeConditionSchema.optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** As it comes: `only` says whom alone of the members it concerns, and is dealt with at once. */
const arrivingNoticeSchema = noticeSchema.extend({ only: z.array(z.string()).optional() });

/** The first plain entry since a channel's last digest. */
const newsSchema = z.object({ type: z.literal("news"), channel: channelIdSchema });

/** What the game, the directory and the rankings are told: nobody's phone is concerned. */
const eventSchema = z.object({ type: z.literal("event") });

export const outboxDocumentSchema = z.discriminatedUnion("type", [arrivingNoticeSchema, newsSchema, eventSchema]);

/** How long an important notice is worth disturbing for. What is older is left to the digest. */
const NOTICE_LIFE_MS = 24 * 60 * 60 * 1000;
export const expiryOf = (notice: Notice): number => notice.at + NOTICE_LIFE_MS;

/** Names a notice for ever: an entry has at most one. */
export const noticeId = (notice: Pick<Notice, "channel" | "epoch" | "seq">): string =>
  `${notice.channel}:${notice.epoch}:${notice.seq}`;

export const entryOf = ({ epoch, seq, at, from, kind, body }: Notice): Entry =>
  toEntry({ epoch, seq, at, from }, kind, body);
