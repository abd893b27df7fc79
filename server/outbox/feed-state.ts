import * as z from "zod";
import { GremioError } from "../../shared/errors.ts";
import type { EventsState } from "../../shared/operations/events.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";
import { FEED, type Kept } from "./feed.ts";
import { BEGINNING } from "./source.ts";

const time = z.coerce.number().int().optional();
const count = z.coerce.number().int().default(0);
const rowSchema = z.object({
  cut: time,
  cut_kept: count,
  hook_cursor: z.string().optional(),
  hook_upto: z.string().optional(),
  hook_failed: z.string().optional(),
  hook_tries: count,
  hook_taken: time,
  hook_since: time,
  hook_tried: time,
  hook_due: time,
  hook_missed: count,
  hook_dropped: count,
  count,
});

const batchOf = (cursor: string, upto: string, row: z.infer<typeof rowSchema>) => ({
  ...{ id: `${cursor}..${upto}`, events: row.count, tries: row.hook_tries, failed: row.hook_failed },
  ...{ failingSince: row.hook_since, triedAt: row.hook_tried, retryAt: row.hook_due },
});

/** How feed and webhook stand, and what an operator may do about a batch that nobody takes. */
export type FeedState = {
  read(): Promise<EventsState>;
  /** Puts the batch that is under way to the dead letters and gives the letter; the same again for one that was just set aside. Throws `batch-not-found`. */
  skip(batch: string): Promise<string>;
  /** Has the batch that is under way sent again now. */
  retry(): Promise<void>;
};

export const makeFeedState = (
  redis: Redis,
  keys: Keys,
  { keptMs, most, hasWebhook }: Kept & { hasWebhook: boolean },
): FeedState => {
  const call = async (name: string, args: readonly string[] = []): Promise<unknown[]> =>
    asList(await redis.fcall(name, keys.prefixes(FEED), args));

  return {
    read: async () => {
      const [, events, from, last, oldestAt, letters, behind, ...fields] = await call("feed_state");
      const row = rowSchema.parse(Object.fromEntries(asPairs(fields)));
      const cursor = row.hook_cursor ?? BEGINNING;
      return {
        feed: {
          ...{ events: asNumber(events), most, keptMs, from: asText(from), last: asText(last) },
          oldestAt: asText(oldestAt) === "" ? undefined : Number(asText(oldestAt)),
          cutShort: row.cut === undefined ? undefined : { at: row.cut, keptMs: row.cut_kept },
        },
        webhook: hasWebhook
          ? {
              ...{ cursor, behind: Number(asText(behind)), takenAt: row.hook_taken, letters: asNumber(letters) },
              ...{ droppedLetters: row.hook_dropped, missed: row.hook_missed },
              batch: row.hook_upto === undefined ? undefined : batchOf(cursor, row.hook_upto, row),
            }
          : undefined,
      };
    },
    skip: async (batch) => {
      const [code, letter] = await call("feed_skip", [batch]);
      if (code === "unknown") throw new GremioError("batch-not-found");
      return asText(letter);
    },
    retry: async () => {
      await call("feed_retry");
    },
  };
};
