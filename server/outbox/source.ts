import { eventOf, type HappenedEvent } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";

/** The beginning of every outbox. */
export const BEGINNING = "0-0";

/** What was found after a position of a bucket's outbox. */
export type Found =
  | { kind: "behind"; position: string }
  | {
      kind: "read";
      boot: string;
      /** Looked at up to here. */
      position: string;
      events: HappenedEvent[];
      /** In how many ms there is more to read, if nothing else happens. */
      waitMs: number | undefined;
    };

/** The outboxes as the follower reads them. */
export type Source = {
  /** Events after a position that are at least `settleMs` old; `behind` when the outbox ends before it, because Redis lost its tail. */
  read(bucket: number, position: string, settleMs: number): Promise<Found>;
  /** Whether what was read from the server of this boot has reached as many replicas as the settings ask for; false when another took its place. */
  stands(bucket: number, boot: string): Promise<boolean>;
  follow(bucket: number): Promise<void>;
  /** All up to the position is done with for good. */
  done(bucket: number, position: string): Promise<void>;
};

const PER_LOOK = 128;
/** As the notifier does: a reader that was not seen for this long and owns nothing is forgotten. */
const READER_KEPT_MS = 3_600_000;
/** Notices wait this long for the first notifier ever to run; without one they would pile up. */
const UNREAD_KEPT_MS = 3_600_000;

export const makeSource = (redis: Redis, keys: Keys): Source => {
  const call = (name: string, bucket: number, args: readonly string[]): Promise<unknown> =>
    redis.fcall(name, [keys.bucketPrefix(bucket)], args);

  return {
    read: async (bucket, position, settleMs) => {
      const [code, ...rest] = asList(
        await call("outbox_read", bucket, [position, String(PER_LOOK), String(Math.ceil(settleMs))]),
      );
      if (code === "behind") return { kind: "behind", position: asText(rest[0]) };
      const [boot, upto, wait, more, ...rows] = rest;
      const texts = asTexts(rows);
      const events: HappenedEvent[] = [];
      for (let index = 0; index + 1 < texts.length; index += 2) {
        const event = eventOf(`${bucket}-${texts[index]}`, parsedJson(texts[index + 1] ?? ""));
        if (event !== undefined) events.push(event);
      }
      const waitMs = more === 1 ? 0 : asNumber(wait) < 0 ? undefined : asNumber(wait);
      return { kind: "read", boot: asText(boot), position: asText(upto), events, waitMs };
    },
    stands: async (bucket, boot) => asText(asList(await call("outbox_stands", bucket, [boot]))[0]) === "ok",
    follow: async (bucket) => {
      await call("outbox_follow", bucket, []);
    },
    done: async (bucket, position) => {
      await call("outbox_done", bucket, [position, String(READER_KEPT_MS), String(UNREAD_KEPT_MS)]);
    },
  };
};
