import { randomBytes } from "node:crypto";
import { errors, jwtVerify } from "jose";
import { z } from "zod";
import { type Answer, jsonAnswer } from "./answer.ts";
import { type IssuedServiceAccount, TOKEN_URI } from "./service-account.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Each of these lets its bearer send: https://firebase.google.com/docs/cloud-messaging/send/v1-api */
const SENDING_SCOPES = [
  "https://www.googleapis.com/auth/firebase.messaging",
  "https://www.googleapis.com/auth/cloud-platform",
];
/** Google refuses assertions that live longer than an hour. */
const ASSERTION_MAX_S = 3600;
const MAX_TOKENS = 1000;

const claimsSchema = z.object({ iat: z.number(), exp: z.number(), scope: z.string().min(1) });

type Issued = Readonly<{ expiresAtMs: number; scopes: readonly string[] }>;
export type Bearer = "missing" | "unknown" | "expired" | "no-scope" | "good";

export type AccessTokens = Readonly<{
  /** Answers one form posted to /token, as oauth2.googleapis.com does. */
  exchange(form: string): Promise<Answer>;
  /** Judges an `Authorization` header. */
  bearer(header: string | undefined): Bearer;
}>;

/** Hands out access tokens against assertions signed with the service account's key. */
export function accessTokens(account: IssuedServiceAccount, lifetimeMs: number, now: () => number): AccessTokens {
  const issued = new Map<string, Issued>();

  return {
    async exchange(form) {
      const fields = new URLSearchParams(form);
      if (fields.get("grant_type") !== GRANT) {
        return refuse("unsupported_grant_type", `Invalid grant_type: ${fields.get("grant_type") ?? ""}`);
      }
      const assertion = fields.get("assertion");
      if (!assertion) return refuse("invalid_request", "Missing required parameter: assertion");
      const claims = await verify(assertion, account, now());
      if (typeof claims === "string") return refuse("invalid_grant", claims);
      const scopes = claims.scope.split(" ");
      const token = `ya29.${randomBytes(48).toString("base64url")}`;
      issued.set(token, { expiresAtMs: now() + lifetimeMs, scopes });
      for (const oldest of issued.keys()) {
        if (issued.size <= MAX_TOKENS) break;
        issued.delete(oldest);
      }
      return jsonAnswer(200, {
        access_token: token,
        expires_in: Math.floor(lifetimeMs / 1000),
        token_type: "Bearer",
      });
    },

    bearer(header) {
      if (!header) return "missing";
      const token = /^Bearer (\S+)$/i.exec(header)?.[1];
      const found = token === undefined ? undefined : issued.get(token);
      if (!found) return "unknown";
      if (found.expiresAtMs <= now()) return "expired";
      return found.scopes.some((scope) => SENDING_SCOPES.includes(scope)) ? "good" : "no-scope";
    },
  };
}

/** The assertion's claims, or the words with which Google refuses it. */
async function verify(assertion: string, account: IssuedServiceAccount, nowMs: number) {
  try {
    const { payload } = await jwtVerify(assertion, account.publicKey, {
      algorithms: ["RS256"],
      audience: TOKEN_URI,
      issuer: account.json.client_email,
      currentDate: new Date(nowMs),
      clockTolerance: 30,
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return "Invalid JWT: iat, exp and scope are required.";
    if (claims.data.exp - claims.data.iat > ASSERTION_MAX_S) return SHORT_LIVED;
    return claims.data;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return SHORT_LIVED;
    if (error instanceof errors.JWSSignatureVerificationFailed) return "Invalid JWT Signature.";
    if (error instanceof errors.JWTClaimValidationFailed) return `Invalid JWT: wrong ${error.claim}.`;
    if (error instanceof errors.JOSEError) return "Invalid JWT.";
    throw error;
  }
}

const SHORT_LIVED =
  "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
  "Check your iat and exp values in the JWT claim.";

function refuse(error: string, description: string): Answer {
  return jsonAnswer(400, { error, error_description: description });
}
