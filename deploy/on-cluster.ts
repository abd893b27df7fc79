/** Whether this run of the tests has a Redis Cluster for the suite's Redis: the second run of `npm run test:long`. */
export const onCluster = process.env.GREMIO_TEST_CLUSTER === "1";

/** What no Redis is needed for comes out the same again. */
const KNOWS_NO_REDIS = [
  ...["admission", "bench", "bench-*", "checker", "collapse", "config", "config-*", "conversations", "cursor-reports"],
  ...["copying-serializer", "decide", "events-docs", "fcm-sandbox", "fcm-sandbox-*", "filter", "filter-*", "flood"],
  ...["flood-*", "frame-window", "house", "identity", "identity-*", "notifier-compose", "page-tally", "protocol"],
  ...[
    "protocol-page",
    "replay",
    "replay-*",
    "reply-splitter",
    "setup",
    "state-layout",
    "tokens",
    "war-evening",
    "war-window",
  ],
];

/** What starts a Redis of its own, to stop it, to cut its line or to take a part of its data away: among them those that do so to a cluster. */
const HAS_ITS_OWN = [
  ...["ack-replicas", "admission-room", "channel-log-restarts", "embedded-redis", "failover", "failover-*"],
  ...["notifier-redis", "redis-connect", "room-cluster", "silent-loss"],
];

/** Files of tests the run on a cluster leaves out, as vitest names them. */
export const leftOutOnCluster: readonly string[] = [...KNOWS_NO_REDIS, ...HAS_ITS_OWN].flatMap((name) => [
  `test/${name}.test.ts`,
  `test/${name}.long.test.ts`,
]);
