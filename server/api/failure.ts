import type { ErrorHandler, MiddlewareHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Logger } from "pino";
import type { z } from "zod";
import { ERRORS, GremioError } from "../../shared/errors.ts";
import { RedisUnavailable } from "../redis/redis.ts";
import type { ApiEnv } from "./api-env.ts";

const MAX_DETAILS = 10;
const MAX_DETAIL_LENGTH = 200;

/** What a schema found wrong, as lines `where: what`. */
export const badRequest = (error: z.core.$ZodError): GremioError =>
  new GremioError("bad-request", {
    details: error.issues
      .slice(0, MAX_DETAILS)
      .map(({ path, message }) =>
        `${path.length === 0 ? "body" : path.join(".")}: ${message}`.slice(0, MAX_DETAIL_LENGTH),
      ),
  });

/** Answers every thrown error with a refusal of the catalogue; what is no refusal is a bug, is logged, and tells the caller nothing. */
export const answerFailure =
  (logger: Logger): ErrorHandler<ApiEnv> =>
  (error, c) => {
    const refused = asRefusal(error, c.get("repeatable"));
    if (refused.code === "internal")
      logger.error({ event: "api-error", method: c.req.method, path: c.req.path, err: error });
    return c.json({ error: refused.toRefusal() }, ERRORS[refused.code].status);
  };

/** Hono passes on what is thrown and is no Error, unanswered and unlogged; as one it is answered like any other mistake. */
export const throwErrors: MiddlewareHandler<ApiEnv> = async (_c, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`);
  }
};

const asRefusal = (error: Error, repeatable: boolean): GremioError => {
  if (error instanceof GremioError) return error;
  if (error instanceof RedisUnavailable) return new GremioError(repeatable ? "unavailable" : "outcome-unknown");
  if (error instanceof HTTPException && error.status < 500) return new GremioError("bad-request");
  if (isHangUp(error)) return new GremioError("bad-request");
  return new GremioError("internal");
};

/** The caller has gone in the middle of his own body. */
const isHangUp = (error: Error): boolean => "code" in error && error.code === "ECONNRESET";

export const routeNotFound: NotFoundHandler<ApiEnv> = () => {
  throw new GremioError("route-not-found");
};
