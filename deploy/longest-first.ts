import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take more than ten seconds on two cores, longest first. One that starts last keeps everybody waiting for it. */
const LONG = [
  "start",
  "readme",
  "dialogues",
  "import",
  "page",
  "page-players",
  "home",
  "page-war",
  "match-presence",
  "client-home-cuts",
  "permissions",
  "points-transfer",
  "taps",
  "silent-loss",
  "notifier-redis",
  "redis-connect",
  "client",
  "card-room",
  "card-webhook",
  "notifier-crash",
  "home-removal",
  "notifier",
  "slow-lines",
  "fuzz",
  "room-edges",
  "client-home-catch-up",
  "money-random",
  "api",
  "season-random",
  "sanctions",
  "ack-replicas",
  "storm",
  "hygiene",
  "several-rooms",
  "config-start",
  "room",
  "room-state",
  "player-sockets",
  "house",
  "room-life",
  "guild-interleaving",
  "messages",
  "bench",
  "setup",
  "notifier-refusals",
  "client-home-removal",
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
