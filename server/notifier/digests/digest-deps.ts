import type { PushPolicy } from "../../../shared/push-policy.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import type { Later } from "../later.ts";
import type { PushJob } from "../push.ts";
import type { DigestPlayers } from "./digest-player.ts";

/** What digests of all kinds need. */
export type DigestDeps = {
  redis: Redis;
  keys: Keys;
  players: DigestPlayers;
  later: Pick<Later, "put">;
  decisions: Pick<Decisions, "record">;
  policy: () => Promise<PushPolicy>;
  enqueue(job: PushJob): Promise<void>;
  graceMs: number;
  /** Digests of one window are spread over this time, and so are those that had to wait for the end of something. */
  spreadMs: number;
  now: () => number;
};
