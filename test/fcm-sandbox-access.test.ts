import { generateKeyPairSync } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { expect, test } from "vitest";
import { sandboxCredential } from "../server/fcm-sandbox/connect.ts";
import type { FcmSandbox } from "../server/fcm-sandbox/start.ts";
import { aClock, aMessaging, aSandbox, rawPost, SEND_PATH } from "./fcm-sandbox-harness.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SENDING = "https://www.googleapis.com/auth/firebase.messaging";

type Claims = { iss?: string; aud?: string; scope?: string; lifeS?: number; ageS?: number; key?: string };

async function assertion(sandbox: FcmSandbox, claims: Claims = {}): Promise<string> {
  const { client_email, token_uri, private_key } = sandbox.connection.serviceAccount;
  const issuedAtS = Math.floor(Date.now() / 1000) - (claims.ageS ?? 0);
  return new SignJWT({ scope: claims.scope ?? SENDING })
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(claims.iss ?? client_email)
    .setAudience(claims.aud ?? token_uri)
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + (claims.lifeS ?? 3600))
    .sign(await importPKCS8(claims.key ?? private_key, "RS256"));
}

async function grant(sandbox: FcmSandbox, fields: Record<string, string>) {
  const answer = await rawPost(sandbox, "/token", new URLSearchParams(fields).toString());
  return { status: answer.status, body: JSON.parse(answer.body) };
}

async function sendAs(sandbox: FcmSandbox, authorization?: string, path = SEND_PATH) {
  const body = JSON.stringify({ message: { token: "t" } });
  const answer = await rawPost(sandbox, path, body, authorization === undefined ? {} : { authorization });
  return { status: answer.status, body: JSON.parse(answer.body) };
}

function refusal(status: number, name: string, reason: string) {
  return { status, body: { error: { code: status, status: name, details: [{ reason }] } } };
}

test("[FS8] an assertion signed by the service account is exchanged for a token of an hour", async () => {
  const sandbox = await aSandbox();
  expect(await grant(sandbox, { grant_type: GRANT, assertion: await assertion(sandbox) })).toMatchObject({
    status: 200,
    body: { token_type: "Bearer", expires_in: 3600 },
  });
});

test("[FS8] other grants and assertions are refused as Google refuses them", async () => {
  const sandbox = await aSandbox();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const foreignKey = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const refused = async (claims: Claims) => {
    const { status, body } = await grant(sandbox, { grant_type: GRANT, assertion: await assertion(sandbox, claims) });
    return [status, body.error, body.error_description];
  };
  expect(await refused({ key: foreignKey })).toEqual([400, "invalid_grant", "Invalid JWT Signature."]);
  expect(await refused({ iss: "someone@else" })).toEqual([400, "invalid_grant", "Invalid JWT: wrong iss."]);
  expect(await refused({ aud: "https://example.org" })).toEqual([400, "invalid_grant", "Invalid JWT: wrong aud."]);
  expect(await refused({ ageS: 7200 })).toMatchObject([400, "invalid_grant", expect.stringContaining("short-lived")]);
  expect(await refused({ lifeS: 7200 })).toMatchObject([400, "invalid_grant", expect.stringContaining("short-lived")]);
  expect(await grant(sandbox, { grant_type: GRANT, assertion: "rubbish" })).toMatchObject({ status: 400 });
  expect(await grant(sandbox, { grant_type: GRANT })).toMatchObject({ body: { error: "invalid_request" } });
  expect(await grant(sandbox, { grant_type: "password" })).toMatchObject({ body: { error: "unsupported_grant_type" } });
});

test("[FS9] no token, a wrong one, an expired one, one for something else, another project", async () => {
  const clock = aClock();
  const sandbox = await aSandbox({ now: clock.now });
  const { access_token } = await sandboxCredential(sandbox.connection).getAccessToken();
  const other = await grant(sandbox, {
    grant_type: GRANT,
    assertion: await assertion(sandbox, { scope: "https://www.googleapis.com/auth/drive" }),
  });
  const bearer = `Bearer ${access_token}`;
  expect(await sendAs(sandbox)).toMatchObject(refusal(401, "UNAUTHENTICATED", "CREDENTIALS_MISSING"));
  expect(await sendAs(sandbox, "Bearer x")).toMatchObject(refusal(401, "UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"));
  expect(await sendAs(sandbox, `Bearer ${other.body.access_token}`)).toMatchObject(
    refusal(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
  );
  expect(await sendAs(sandbox, bearer, "/v1/projects/other/messages:send")).toMatchObject(
    refusal(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"),
  );
  expect(await sendAs(sandbox, bearer)).toMatchObject({ status: 200 });
  clock.advance(3_600_000);
  expect(await sendAs(sandbox, bearer)).toMatchObject(refusal(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"));
});

test("[FS9] firebase-admin takes an expired token for a third party's refusal", async () => {
  const clock = aClock();
  const sandbox = await aSandbox({ now: clock.now });
  const messaging = aMessaging(sandbox);
  await messaging.send({ token: "t" });
  clock.advance(3_600_000);
  await expect(messaging.send({ token: "t" })).rejects.toMatchObject({ code: "messaging/third-party-auth-error" });
});

test("[FS33] tokens are refused, or messages for their credentials, as long as that is planned", async () => {
  const sandbox = await aSandbox();
  const plan = async (faults: object) => {
    const body = JSON.stringify(faults);
    const headers = { "content-type": "application/json" };
    return (await fetch(`${sandbox.controlUrl}/access`, { method: "PUT", headers, body })).ok;
  };
  const granted = async () => grant(sandbox, { grant_type: GRANT, assertion: await assertion(sandbox) });
  const { body } = await granted();
  const sent = async () => (await sendAs(sandbox, `Bearer ${body.access_token}`)).status;
  expect(await sent()).toBe(200);
  expect(await plan({ token: "refused" })).toBe(true);
  expect(await granted()).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect(await sent()).toBe(200);
  expect(await plan({ send: "expired" })).toBe(true);
  expect([(await granted()).status, await sent()]).toEqual([200, 401]);
  expect(await plan({ send: "forbidden" })).toBe(true);
  expect(await sent()).toBe(403);
  expect(await plan({ send: "no" })).toBe(false);
  expect(await plan({})).toBe(true);
  expect([(await granted()).status, await sent()]).toEqual([200, 200]);
});
