import { onTestFinished } from "vitest";
import { type DeliveryPace, makeDelivery } from "../server/outbox/delivery.ts";
import { makeFeedState } from "../server/outbox/feed-state.ts";
import { makeLetters } from "../server/outbox/letters.ts";
import type { Redis } from "../server/redis/redis.ts";
import { makeSendEvents } from "../server/webhook/send-events.ts";
import { aHappening, silent } from "./a-happening.ts";
import { anEventsSink } from "./an-events-sink.ts";

const RUSH: DeliveryPace = { retryBaseMs: 20, longestRetryMs: 100, giveUpMs: 3_600_000, leastTries: 3 };

/** Guilds in which things happen, and a studio that is told. */
export const aStudioThatListens = async (pace: Partial<DeliveryPace> = {}) => {
  const world = await aHappening();
  const sink = await anEventsSink();
  onTestFinished(sink.close);
  const { redis, keys } = world;
  const { send, close } = makeSendEvents({
    url: sink.url,
    secrets: [sink.secret],
    allowPrivate: true,
    deadlineMs: 2_000,
  });
  onTestFinished(close);
  const deliverBy = (connection: Redis) =>
    makeDelivery({ redis: connection, keys, log: silent }, send, { ...RUSH, ...pace });
  return {
    ...world,
    sink,
    letters: makeLetters(redis, keys, send),
    state: makeFeedState(redis, keys, { keptMs: 60_000, most: 1_000, hasWebhook: true }),
    follow: (connection = redis) => world.follow([], { beside: deliverBy(connection) }, connection),
    /** The feed's events, as often as there are. */
    told: async () => (await world.feed()).map(({ event }) => event),
  };
};

/** Without those that came again. */
export const unrepeated = <T extends { id: string }>(events: readonly T[]): T[] => [
  ...new Map(events.map((one) => [one.id, one])).values(),
];
