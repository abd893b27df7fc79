import { pino } from "pino";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { type Guilds, makeGuilds } from "../server/guild/guilds.ts";
import { FEED } from "../server/outbox/feed.ts";
import { type FollowerOptions, startFollower } from "../server/outbox/follower.ts";
import type { Projection } from "../server/outbox/projection.ts";
import { makePlayers } from "../server/player/players.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../server/redis/reply.ts";
import { type HappenedEvent, happenedEventSchema } from "../shared/event.ts";
import { aRedis } from "./a-redis.ts";

/** Processes that die and take over do so in a moment. */
export const QUICK = { holdMs: 300, lookMs: 200, trimMs: 60_000, againMs: 50 };
export const silent = pino({ level: "silent" });

type Row = { id: string; event: HappenedEvent; addedAt: number };
const documentSchema = z.object({ type: z.string(), name: z.string().optional() });

/** Guilds in which things happen, in different buckets, and what became of it. */
export const aHappening = async (
  options: { url?: string; cluster?: boolean; keys?: Keys; guilds?: number; ackReplicas?: number } = {},
) => {
  const { redis, keys } = await aRedis(options);
  onTestFinished(() => redis.close());
  const players = makePlayers(redis, keys);
  const guilds: Guilds = makeGuilds(redis, keys, players, { historyLength: 1_000 });
  const ids = Array.from({ length: options.guilds ?? 3 }, (_, n) => `g${n}`);
  const buckets = ids.map((id) => bucketOf(`guild:${id}`));
  let count = 0;

  const rows = async (key: string): Promise<[string, Map<string, string>][]> =>
    asList(await redis.run(key, ["XRANGE", key, "-", "+"])).map((row) => {
      const [id, fields] = asList(row);
      return [asText(id), asPairs(fields)];
    });

  return {
    redis,
    keys,
    guilds,
    ids,
    buckets,
    /** The guilds are founded: two events each. */
    found: async (): Promise<void> => {
      for (const id of ids) {
        await players.putProfile(`leader-of-${id}`, { name: id });
        await guilds.create({ id, name: id, tag: "TAG", leader: `leader-of-${id}` });
      }
    },
    /** One event in each guild. */
    happen: async (): Promise<void> => {
      count += 1;
      await Promise.all(ids.map((id) => guilds.change(id, { name: `${id} ${count}` }, undefined)));
    },
    /** Ids of the events that stand in the outboxes, by bucket. */
    expected: async (): Promise<Map<number, string[]>> => {
      const found = new Map<number, string[]>();
      for (const bucket of new Set(buckets)) {
        const stored = await rows(keys.inBucket(bucket, "outbox"));
        const events = stored.filter(([, fields]) => {
          const document = documentSchema.safeParse(parsedJson(fields.get("d") ?? ""));
          return document.data?.type === "event";
        });
        found.set(
          bucket,
          events.map(([id]) => `${bucket}-${id}`),
        );
      }
      return found;
    },
    feed: async (): Promise<Row[]> =>
      (await rows(keys.of(FEED, "events"))).map(([id, fields]) => ({
        id,
        event: happenedEventSchema.parse(parsedJson(fields.get("d") ?? "")),
        addedAt: Number(fields.get("t")),
      })),
    outboxLength: async (bucket: number): Promise<number> => {
      const key = keys.inBucket(bucket, "outbox");
      return asNumber(await redis.run(key, ["XLEN", key]));
    },
    follow: (
      projections: readonly Projection[] = [],
      follower: Partial<FollowerOptions> = {},
      connection: Redis = redis,
    ) => {
      const one = startFollower({ redis: connection, keys, log: silent }, projections, {
        ...{ settleMs: 0, pace: QUICK },
        ...follower,
      });
      onTestFinished(() => one.close());
      return one;
    },
  };
};

/** A projection that remembers what it is given. */
export const taking = (seen: HappenedEvent[]): Projection => ({
  name: "test",
  take: async (events) => {
    seen.push(...events);
  },
});

/** The ids of events by their bucket, in the order given. */
export const byBucket = (events: readonly HappenedEvent[]): Map<number, string[]> =>
  new Map(
    [...Map.groupBy(events, ({ id }) => Number(id.split("-")[0]))].map(([bucket, some]) => [
      bucket,
      some.map(({ id }) => id),
    ]),
  );
