import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take more than ten seconds on two cores, longest first. One that starts last keeps everybody waiting for it. */
const LONG = [
  "start",
  "page",
  "page-players",
  "silent-loss",
  "house",
  "client-home",
  "home",
  "room-life",
  "client",
  "bench-guilds",
  "failover",
  "notifier-crash",
  "redis-connect",
  "replay",
  "room-state",
  "room-edges",
  "card-webhook",
  "hygiene",
  "taps",
  "bench-load",
  "config-start",
  "card-room",
  "notifier-redis",
  "storm",
  "several-rooms",
  "ack-replicas",
  "bench-repair",
  "bench-return",
  "bench-sockets",
];

const place = ({ moduleId }: TestSpecification): number => {
  const found = LONG.indexOf(basename(moduleId, ".test.ts"));
  return found === -1 ? LONG.length : found;
};

/** The same order on a machine that has measured nothing yet as on one that has. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
