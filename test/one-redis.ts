import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { onCluster } from "../deploy/on-cluster.ts";
import { startRedisCluster } from "../deploy/redis-cluster.ts";

/** One Redis for the whole run, or one cluster of three masters, at GREMIO_TEST_REDIS_URL; tests keep apart by namespaces of their own. */
export default async function oneRedis(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.GREMIO_TEST_REDIS_URL) return undefined;
  const redis = onCluster ? await startRedisCluster() : await startEmbeddedRedis();
  process.env.GREMIO_TEST_REDIS_URL = redis.url;
  return () => redis.stop();
}
