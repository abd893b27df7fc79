import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";

/** One Redis for the whole run, at GREMIO_TEST_REDIS_URL; tests keep apart by namespaces of their own. */
export default async function oneRedis(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.GREMIO_TEST_REDIS_URL) return undefined;
  const redis = await startEmbeddedRedis();
  process.env.GREMIO_TEST_REDIS_URL = redis.url;
  return () => redis.stop();
}
