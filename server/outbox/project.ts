import type { Logger } from "pino";
import type { HappenedEvent } from "../../shared/event.ts";
import { RedisUnavailable } from "../redis/redis.ts";
import type { Projection } from "./projection.ts";

/** An event that failed this often, though Redis was there, is passed over. */
const MOST_FAILURES = 5;

/** Gives events to all projections. Throws `RedisUnavailable` when one could not take them for that reason; then all are given again. */
export const makeProject = (projections: readonly Projection[], log: Pick<Logger, "warn" | "error">) => {
  const takeOne = async ({ name, take }: Projection, event: HappenedEvent): Promise<void> => {
    for (let tries = 1; tries <= MOST_FAILURES; tries++)
      try {
        return await take([event]);
      } catch (error) {
        if (error instanceof RedisUnavailable) throw error;
        if (tries === MOST_FAILURES) log.error({ event: "projection-passed-over", name, id: event.id, err: error });
      }
  };

  return async (events: readonly HappenedEvent[]): Promise<void> => {
    for (const projection of projections)
      try {
        await projection.take(events);
      } catch (error) {
        if (error instanceof RedisUnavailable) throw error;
        log.warn({ event: "projection-failed", name: projection.name, error: String(error) });
        for (const event of events) await takeOne(projection, event);
      }
  };
};
