import type { Logger } from "pino";
import { GremioError, type Refusal } from "../../shared/errors.ts";
import { RedisUnavailable } from "../redis/redis.ts";

/** The refusal for whatever a command threw. What is not a refusal is a fault of ours: it is logged, and the caller learns only that. */
export const refusalFor = (error: unknown, logger: Logger, context: Record<string, unknown>): Refusal => {
  if (error instanceof GremioError) return error.toRefusal();
  if (error instanceof RedisUnavailable) {
    logger.warn({ event: "redis-unavailable", ...context, error: String(error.cause) });
    return new GremioError("outcome-unknown").toRefusal();
  }
  logger.error({ event: "command-failed", ...context, err: error });
  return new GremioError("internal").toRefusal();
};
