import https from "node:https";
import type { AppOptions, Credential, GoogleOAuthAccessToken } from "firebase-admin/app";
import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import type { SandboxConnection } from "./connection.ts";

export { readConnection, type SandboxConnection } from "./connection.ts";

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const TIMEOUT_MS = 10_000;
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * Options with which an unmodified firebase-admin sends to a running sandbox: `initializeApp(sandboxApp(connection))`.
 * They hold for what goes over HTTP/1.1 (`send()`, and `sendEach()` after `enableLegacyHttpTransport()`); firebase-admin
 * ignores an agent over HTTP/2. The caller destroys `httpAgent` when it deletes the app.
 */
export function sandboxApp(connection: SandboxConnection): AppOptions & { httpAgent: https.Agent } {
  const { tlsAddress, ca, projectId } = connection;
  const { host, port } = tlsAddress;
  const httpAgent = new https.Agent({ keepAlive: true, host, port, servername: "fcm.googleapis.com", ca });
  return { projectId, credential: sandboxCredential(connection), httpAgent };
}

/** Asks the sandbox's token endpoint with a signed assertion, as a service account does at Google. */
export function sandboxCredential(connection: SandboxConnection): Credential {
  return {
    async getAccessToken(): Promise<GoogleOAuthAccessToken> {
      const form = new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: await signAssertion(connection),
      });
      const { status, body } = await postForm(connection, form.toString());
      if (status !== 200)
        throw Object.assign(new Error(`the FCM sandbox refused a token (${status}): ${body}`), { status });
      return tokenSchema.parse(JSON.parse(body));
    },
  };
}

async function signAssertion({ serviceAccount }: SandboxConnection): Promise<string> {
  const key = await importPKCS8(serviceAccount.private_key, "RS256");
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: serviceAccount.private_key_id })
    .setIssuer(serviceAccount.client_email)
    .setAudience(serviceAccount.token_uri)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(key);
}

function postForm({ tlsAddress, ca }: SandboxConnection, form: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = https.request({
    ...tlsAddress,
    ca,
    agent: false,
    servername: "oauth2.googleapis.com",
    method: "POST",
    path: "/token",
    headers: { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(form) },
    timeout: TIMEOUT_MS,
  });
  request.on("timeout", () => request.destroy(new Error("the FCM sandbox did not answer in time")));
  request.on("error", reject);
  request.on("response", (response) => {
    response.setEncoding("utf8");
    response.toArray().then((parts) => resolve({ status: response.statusCode ?? 0, body: parts.join("") }), reject);
  });
  request.end(form);
  return promise;
}
