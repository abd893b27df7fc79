import { createSecretKey } from "node:crypto";
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { GremioError } from "../../shared/errors.ts";
import type { TokenRules, VerifyToken } from "./identity.ts";
import { makeKeptTokens } from "./kept-tokens.ts";
import { readClaims } from "./read-claims.ts";

/** Longest token worth looking at, in characters; the protocol's `renew` allows as many. */
const MAX_TOKEN_LENGTH = 8192;
/** How far the clocks of the signer and ours may differ, in seconds. */
const CLOCK_TOLERANCE_S = 5;
/** Keys are fetched again after this long, so that a withdrawn one stops working. Google's own keys are cacheable for hours. */
const KEYS_MAX_AGE_MS = 600_000;
/** An unknown key id makes us look for new keys at most this often, so that forged tokens cannot make us flood the key server. */
const KEYS_COOLDOWN_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;

/**
 * Verifies signature, `iss`, `aud`, `exp` (and `nbf`). The algorithms follow from the kind of key alone, never from the token: a public key is
 * never taken for a shared secret. With several keys in the JWKS a token must name its own by `kid`.
 * Throws `token-invalid`, `token-expired`, or `unavailable` when the keys cannot be fetched.
 */
export const makeVerifyToken = (rules: TokenRules): VerifyToken => {
  const verify = verifier(rules.keys);
  const checks: JWTVerifyOptions = {
    issuer: rules.issuer,
    audience: rules.audience,
    requiredClaims: ["iss", "aud", "exp"],
    clockTolerance: CLOCK_TOLERANCE_S,
  };
  // A key of a JWKS may be withdrawn; the secret stays what it is for as long as the process lives.
  const kept = rules.keys.kind === "secret" ? makeKeptTokens(CLOCK_TOLERANCE_S * 1000) : undefined;
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw new GremioError("token-invalid", { details: ["too long"] });
    const known = kept?.identityOf(token, Date.now());
    if (known !== undefined) return known;
    const identity = readClaims(await verify(token, checks).catch(refuse), rules.claims, Date.now());
    kept?.keep(token, identity);
    return identity;
  };
};

type Verify = (token: string, checks: JWTVerifyOptions) => Promise<JWTPayload>;

const verifier = (keys: TokenRules["keys"]): Verify => {
  if (keys.kind === "secret") {
    // Made once: of a text it would be made anew for each token, which takes a third of the time.
    const secret = createSecretKey(keys.secret, "utf8");
    return async (token, checks) => (await jwtVerify(token, secret, { ...checks, algorithms: ["HS256"] })).payload;
  }
  const remote = createRemoteJWKSet(new URL(keys.url), {
    cacheMaxAge: KEYS_MAX_AGE_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    timeoutDuration: KEYS_TIMEOUT_MS,
  });
  const keyOf: JWTVerifyGetKey = (header, token) => remote(header, token).catch(sortKeyError);
  return async (token, checks) =>
    (await jwtVerify(token, keyOf, { ...checks, algorithms: ["RS256", "EdDSA", "Ed25519"] })).payload;
};

/** That a token fits no key is the token's fault; everything else on the way to a key is the key server's. */
const sortKeyError = (error: unknown): never => {
  const ofTheToken =
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported;
  throw ofTheToken ? error : new GremioError("unavailable", { cause: error });
};

const refuse = (error: unknown): never => {
  if (error instanceof GremioError) throw error;
  throw new GremioError(error instanceof errors.JWTExpired ? "token-expired" : "token-invalid", { cause: error });
};
