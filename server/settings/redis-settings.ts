import { z } from "zod";
import { duration, flag, setting, wholeNumber } from "./setting.ts";

const isPercentEncoded = (value: string): boolean => {
  try {
    return decodeURIComponent(value) !== undefined;
  } catch {
    return false;
  }
};

/** What `parseSentinelUrl` in server/redis reads. */
const SENTINEL_URL = /^rediss?\+sentinel:\/\/([^@/]*@)?[\w.:[\]-]+(,[\w.:[\]-]+)*\/[\w.-]+(\/\d*)?$/;

const redisUrl = z.string().refine((value) => {
  if (SENTINEL_URL.test(value)) return true;
  if (!URL.canParse(value) || !["redis:", "rediss:"].includes(new URL(value).protocol)) return false;
  const { hostname, pathname, username, password } = new URL(value);
  return hostname !== "" && /^(\/\d*)?$/.test(pathname) && isPercentEncoded(username) && isPercentEncoded(password);
});

export const REDIS_URL_EXPECTED =
  "redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],host[:port]/master-name[/db], or with rediss for TLS, db being a number";

/** The Redis that holds everything, and what an acknowledgement waits for. */
export const redisSettings = {
  REDIS_URL: setting(redisUrl.optional(), {
    what: "The Redis (7 or later) that holds everything. User and password belong into the URL; `rediss://` is TLS. With Sentinel: `redis+sentinel://host:port,host:port/master-name`.",
    expected: REDIS_URL_EXPECTED,
    secret: true,
  }),
  GREMIO_REDIS_CLUSTER: flag("REDIS_URL is one node of a Redis Cluster."),
  GREMIO_NAMESPACE: setting(z.string().regex(/^[a-z0-9_-]{1,32}$/), {
    what: "Prefix of every key, channel and queue: environments with different ones can share a Redis.",
    expected: "1 to 32 of a-z 0-9 _ -",
    default: "gremio",
  }),
  GREMIO_ALLOW_NO_AOF: flag(
    "Accept a Redis without append-only file: what was acknowledged is lost when Redis restarts.",
  ),
  GREMIO_ACK_REPLICAS: wholeNumber(
    "How many replicas of Redis must have what was sent before it is acknowledged. 0: none is waited for.",
    0,
    0,
    10,
  ),
  GREMIO_ACK_TIMEOUT_MS: duration(
    "How long replicas are waited for; then the sender is told that the outcome is unknown, and tries again.",
    1_000,
    10,
    5_000,
  ),
};
