import { z } from "zod";
import { ENTRY_KINDS, type Mentions } from "../../shared/entry.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { importanceSchema, noticeKindSchema } from "../../shared/notice-kind.ts";
import { askedPrint } from "../channel/asked-print.ts";
import type { Append, Appended, Log } from "../channel/log.ts";
import { noticeConditionSchema } from "../channel/notice-condition.ts";
import { toldAbout } from "../channel/told-about.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asText } from "../redis/reply.ts";
import { MOST_OPEN, reportId } from "./case.ts";
import { tellExpired } from "./report-upkeep.ts";

/** What was to be written, as `Log.append` takes it. */
export type Holdable = Pick<Append, "kind" | "body" | "asked" | "mentions" | "notice"> & {
  channel: ChannelId;
  author: PlayerId;
  nonce: string;
};

/** Messages that wait for somebody to look at them, in the queue of reports: they are in nobody's log until they are approved. */
export type Held = {
  /** The same nonce is the same message. Throws `guild-not-found`, `channel-not-found`, `not-member`, `key-reused`, `rate-limited` (20 of his wait). */
  hold(message: Holdable): Promise<{ report: string }>;
  /** Writes an approved one under its author's nonce, without his pace. Throws what `Log.append` throws. */
  release(channel: ChannelId, author: PlayerId, stored: unknown): Promise<Appended>;
};

const MOST_WAITING = 20;

const storedSchema = z.object({
  nonce: z.string(),
  kind: z.enum(["text", "announcement", "news", "sticker", "phrase", "card"]),
  body: z.unknown(),
  asked: z.unknown(),
  mentions: z.custom<Mentions>((value) => value === undefined || typeof value === "object").optional(),
  notice: z
    .object({
      type: z.literal("notice"),
      // Older ones do not say it, and have another importance.
      about: noticeKindSchema.optional(),
      importance: importanceSchema.optional().catch(undefined),
      only: z.array(z.string()).optional(),
      condition: noticeConditionSchema.optional(),
      lifeMs: z.int().optional(),
      expiresAt: z.int().optional(),
    })
    .optional(),
});

/** `log`: one that knows no pace: whoever waited for a judge need not wait again. */
export const makeHeld = (redis: Redis, keys: Keys, log: Pick<Log, "append">): Held => {
  const ask = makeAsk(redis, keys);
  return {
    hold: async ({ channel, author, nonce, kind, body, asked = body, mentions, notice }) => {
      const stored = JSON.stringify({ nonce, kind, body, asked, mentions, notice });
      const print = askedPrint([kind, asked]);
      const [id, ...gone] = await ask("held_put", channel, [
        ...[channel, author, nonce, stored, print, String(MOST_WAITING), String(MOST_OPEN)],
      ]);
      await tellExpired(ask, channel, gone);
      return { report: reportId(channel, asText(id)) };
    },
    release: (channel, author, stored) => {
      const { nonce, kind, body, asked, mentions, notice } = storedSchema.parse(stored);
      return log.append({
        ...{ channel, author, nonce, kind, body, asked, mentions },
        ...(notice !== undefined && { notice: { ...notice, about: notice.about ?? toldAbout(ENTRY_KINDS[kind]) } }),
      });
    },
  };
};
