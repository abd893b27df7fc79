import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { onCluster } from "../deploy/on-cluster.ts";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import { connectRedis } from "../server/redis/connect.ts";
import type { Redis } from "../server/redis/redis.ts";

/** Whether the Redis at this address (left out: the suite's) is a cluster. */
export const isSuiteCluster = (url: string | undefined): boolean =>
  onCluster && (url === undefined || url === process.env.GREMIO_TEST_REDIS_URL);

/** A connection to a Redis (the suite's own by default) with a namespace nobody else uses. */
export const aRedis = async (
  options: {
    url?: string;
    cluster?: boolean;
    keys?: Keys;
    ackReplicas?: number;
    ackTimeoutMs?: number;
    gathers?: boolean;
  } = {},
): Promise<{ redis: Redis; keys: Keys }> => ({
  redis: await connectRedis(
    {
      url: options.url ?? process.env.GREMIO_TEST_REDIS_URL ?? "",
      cluster: options.cluster ?? isSuiteCluster(options.url),
      allowNoAof: false,
      ackReplicas: options.ackReplicas ?? 0,
      gathers: options.gathers ?? false,
      ...(options.ackTimeoutMs !== undefined && { ackTimeoutMs: options.ackTimeoutMs }),
    },
    pino({ level: "silent" }),
  ),
  keys: options.keys ?? makeKeys(`t-${randomUUID().slice(0, 12)}`),
});
