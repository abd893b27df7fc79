import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { GremioError } from "../../shared/errors.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { ApiEnv } from "./api-env.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Lets the game's backend in. Takes as long for a wrong key as for a right one, whichever of the keys it is. */
export const backendOnly = (apiKeys: readonly string[]): MiddlewareHandler<ApiEnv> => {
  const digests = apiKeys.map(digest);
  return async (c, next) => {
    const given = digest(c.req.header("x-api-key") ?? "");
    const matching = digests.filter((key) => timingSafeEqual(key, given));
    if (matching.length === 0) throw new GremioError("api-key-invalid");
    await next();
  };
};

/** The token of `Authorization: Bearer …`. Throws `token-invalid`. */
const bearerOf = (authorization: string | undefined): string => {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new GremioError("token-invalid");
  return token;
};

/** Lets a player in with his token; the handler finds who he is in `identity`. */
export const playerOnly =
  (verifyToken: VerifyToken): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    c.set("identity", await verifyToken(bearerOf(c.req.header("authorization"))));
    await next();
  };

/** Whoever shows a token and no API key is judged as a player, everybody else as the game's backend. */
export const eitherOf =
  (backend: MiddlewareHandler<ApiEnv>, player: MiddlewareHandler<ApiEnv>): MiddlewareHandler<ApiEnv> =>
  (c, next) =>
    c.req.header("authorization") !== undefined && c.req.header("x-api-key") === undefined
      ? player(c, next)
      : backend(c, next);
