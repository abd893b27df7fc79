/**
 * Whether this run of the tests has a Redis Cluster for the suite's Redis: the second run of `npm run test:long`. It leaves out what knows no Redis, and what starts or
 * breaks one of its own.
 */
export const onCluster = process.env.GREMIO_TEST_CLUSTER === "1";

const LEFT_OUT = [
  ...["ack-replicas", "admission", "bench", "channel-log-restarts", "checker", "collapse", "config", "conversations"],
  ...["copying-serializer", "cursor-reports", "decide", "dialogues", "embedded-redis", "events-docs", "failover"],
  ...["fcm-sandbox", "filter", "flood", "frame-window", "house", "identity", "namespace", "notifier-compose"],
  ...["notifier-redis", "page", "protocol", "readme", "redis-connect", "replay", "reply-splitter", "room-cluster"],
  ...["several-rooms", "setup", "silent-loss", "skeleton", "start", "state-layout", "tokens"],
];

/** Files of tests the run on a cluster leaves out, as vitest names them. */
export const leftOutOnCluster: readonly string[] = LEFT_OUT.flatMap((name) => [
  `test/${name}.test.ts`,
  `test/${name}-*.test.ts`,
]);
