import { z } from "zod";
import type { BroadcastId } from "../../shared/api/broadcast.ts";
import { ENTRY_KINDS, type Entry, toEntry } from "../../shared/entry.ts";
import { channelIdSchema, noticeChannelSchema } from "../../shared/id.ts";
import { importanceSchema, NOTICE_TRAITS, noticeKindSchema } from "../../shared/notice-kind.ts";
import type { OpenBroadcast } from "../broadcast/broadcasts.ts";
import { noticeConditionSchema } from "../channel/notice-condition.ts";
import { toldAbout } from "../channel/told-about.ts";

const partsSchema = z.object({
  type: z.literal("notice"),
  /** What it is about. */
  about: noticeKindSchema,
  /** Where it is other than that of what it is about. */
  importance: importanceSchema.optional(),
  channel: noticeChannelSchema,
  epoch: z.int().min(1),
  /** Of its entry; 0: it has none, and `key` names it in its channel. */
  seq: z.int().min(0),
  key: z.string().optional(),
  at: z.int(),
  from: z.int().min(0),
  /** Who wrote it; empty when the system did. */
  author: z.string(),
  /** The entry's kind and body, as in the log. */
  kind: z.int(),
  body: z.unknown(),
  condition: noticeConditionSchema.optional(),
  /** How long it is worth disturbing for, or until when, where it is not as long as what it is about. */
  lifeMs: z.int().optional(),
  expiresAt: z.int().optional(),
});

const olderSchema = z.looseObject({
  type: z.literal("notice"),
  about: z.undefined().optional(),
  importance: z.enum(["high", "normal"]),
  kind: z.int(),
});
const IMPORTANCES = { high: "important", normal: "normal" } as const;

/** One that was made by an older version, as this one has it. */
const understood = (value: unknown): unknown => {
  const older = olderSchema.safeParse(value);
  if (!older.success) return value;
  const { importance, ...rest } = older.data;
  const about = toldAbout(rest.kind);
  const was = IMPORTANCES[importance];
  return { ...rest, about, ...(was !== NOTICE_TRAITS[about].importance && { importance: was }) };
};

/** A notice as the channel's function wrote it into the outbox, together with its entry. */
export const noticeSchema = z.preprocess(understood, partsSchema);
export type Notice = z.infer<typeof noticeSchema>;

/** As it comes: `only` says whom alone of the members it concerns, and is dealt with at once. */
const arrivingSchema = partsSchema.extend({ only: z.array(z.string()).optional() });
export type ArrivingNotice = z.infer<typeof arrivingSchema>;

/** The first plain entry since a channel's last digest. */
const newsSchema = z.object({ type: z.literal("news"), channel: channelIdSchema });

/** What was told of an entry, a request or an invitation of a channel is not to be shown any more: by its members, or these. */
const overSchema = z.object({
  type: z.literal("over"),
  channel: channelIdSchema,
  /** The entry's seq, or `asks` or `invited` and who. */
  key: z.string(),
  only: z.array(z.string()).optional(),
});

/** What the game, the directory and the rankings are told: nobody's phone is concerned. */
const eventSchema = z.object({ type: z.literal("event") });

export const outboxDocumentSchema = z.preprocess(
  understood,
  z.discriminatedUnion("type", [arrivingSchema, newsSchema, overSchema, eventSchema]),
);

/** What is older is left to the digest. */
export const expiryOf = ({ about, at, lifeMs, expiresAt }: Notice): number =>
  Math.min(expiresAt ?? Number.POSITIVE_INFINITY, at + (lifeMs ?? NOTICE_TRAITS[about].lifeMs));

/** It is of no channel: told by the studio. */
export const isBroadcast = ({ channel }: Pick<Notice, "channel">): boolean => channel === "";

/** A broadcast as each player is told it: without its words, which are read when it is composed. */
export const broadcastNotice = (
  id: BroadcastId,
  { spec, startsAt, expiresAt }: Pick<OpenBroadcast, "spec" | "startsAt" | "expiresAt">,
): Notice => ({
  ...{
    type: "notice",
    about: spec.kind,
    importance: "important",
    channel: "",
    epoch: 1,
    seq: 0,
    key: `broadcast ${id}`,
  },
  ...{ at: startsAt, from: 0, author: "", kind: ENTRY_KINDS.news, body: "" },
  condition: { type: "broadcast", broadcast: id },
  ...{ lifeMs: expiresAt - startsAt, expiresAt },
});

/** Which broadcast a notice is of. */
export const broadcastOf = ({ condition }: Pick<Notice, "condition">): BroadcastId | undefined =>
  condition?.type === "broadcast" ? condition.broadcast : undefined;

/** Names a notice for ever: an entry has at most one. */
export const noticeId = ({ channel, epoch, seq, key }: Pick<Notice, "channel" | "epoch" | "seq" | "key">): string =>
  `${channel}:${epoch}:${key ?? seq}`;

export const entryOf = ({ epoch, seq, at, from, kind, body }: Notice): Entry =>
  toEntry({ epoch, seq, at, from }, kind, body);
