import type { Logger } from "pino";
import type { Keys } from "../redis/bucket.ts";
import { readDurability, TAIL_MS } from "../redis/durability.ts";
import type { Redis } from "../redis/redis.ts";
import { type DeliveryPace, makeDelivery, type SendBatch } from "./delivery.ts";
import { type FeedReader, makeFeedReader } from "./feed-reader.ts";
import { type FeedState, makeFeedState } from "./feed-state.ts";
import { type Follower, type FollowerPace, startFollower } from "./follower.ts";
import { type Letters, makeLetters } from "./letters.ts";
import type { Projection } from "./projection.ts";

export type EventsOptions = {
  projections: readonly Projection[];
  /** Undefined: no webhook is told. */
  send?: SendBatch | undefined;
  keptMs: number;
  most: number;
  ackReplicas: number;
  pace?: Partial<FollowerPace & DeliveryPace>;
};

/** What happened, for projections, the game's backend and its webhook. */
export type Events = {
  feed: FeedReader;
  letters: Letters;
  state: FeedState;
  /** Has this process be one of those that follow what happens. */
  follow(): Promise<Follower>;
};

/**
 * What a Redis that forces its file to the disk once a second may lose when it is killed, at most: it lets a write wait for a slow force for up to 2 s. A managed one
 * that does not tell is taken for such; one that never forces anything keeps no promise that waiting would help.
 */

export const makeEvents = (
  deps: { redis: Redis; keys: Keys; log: Logger },
  { projections, send, keptMs, most, ackReplicas, pace = {} }: EventsOptions,
): Events => ({
  feed: makeFeedReader(deps.redis, deps.keys),
  letters: makeLetters(deps.redis, deps.keys, send),
  state: makeFeedState(deps.redis, deps.keys, { keptMs, most, hasWebhook: send !== undefined }),
  follow: async () => {
    const { fsync } = await readDurability(deps.redis);
    const beside = send === undefined ? undefined : makeDelivery(deps, send, pace);
    return startFollower(deps, projections, {
      ...{ settleMs: TAIL_MS[fsync], replicated: ackReplicas > 0, keptMs, most, pace },
      ...(beside && { beside }),
    });
  },
});
