import { type JWTPayload, SignJWT } from "jose";
import { loadConfig, type TokenConfig } from "../server/config.ts";
import { makeVerifyToken } from "../server/identity/verify-token.ts";
import { GremioError } from "../shared/errors.ts";

export const SECRET = "a-secret-of-the-game-backend-of-fair-length";
export const ISSUER = "game.example";
export const AUDIENCE = "gremio.example";

export const now = (): number => Math.floor(Date.now() / 1000);

/** The settings as a service reads them, so that the mapping of claims is tried as it is written. */
export const tokenConfig = (env: Record<string, string>): TokenConfig =>
  loadConfig({ GREMIO_DEVELOPMENT: "1", REDIS_URL: "redis://localhost", ...env }, "chat").token;

export const withSecret = (env: Record<string, string> = {}) =>
  makeVerifyToken(
    tokenConfig({
      GREMIO_TOKEN_SECRET: SECRET,
      GREMIO_TOKEN_ISSUER: ISSUER,
      GREMIO_TOKEN_AUDIENCE: AUDIENCE,
      ...env,
    }),
  );

export const signed = (claims: JWTPayload, secret = SECRET, alg = "HS256"): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

export const good = (): JWTPayload => ({ sub: "u1", iss: ISSUER, aud: AUDIENCE, iat: now(), exp: now() + 600 });

export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const outcome = await work.then(
    () => "accepted",
    (error: unknown) => error,
  );
  return outcome instanceof GremioError ? outcome.code : String(outcome);
};

export function unsigned(claims: JWTPayload): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
