import { randomUUID } from "node:crypto";
import http2 from "node:http2";
import https from "node:https";
import { text } from "node:stream/consumers";
import { deleteApp, initializeApp } from "firebase-admin/app";
import { getMessaging, type Messaging } from "firebase-admin/messaging";
import { onTestFinished } from "vitest";
import { sandboxApp, sandboxCredential } from "../server/fcm-sandbox/connect.ts";
import { type FcmSandbox, type FcmSandboxOptions, startFcmSandbox } from "../server/fcm-sandbox/start.ts";
import { accountKeys } from "./account-keys.ts";

/** A sandbox of this test alone; closed when the test ends. */
export async function aSandbox(options: FcmSandboxOptions = {}): Promise<FcmSandbox> {
  const sandbox = await startFcmSandbox({ accountKeys: await accountKeys(), ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** An unmodified firebase-admin that sends to `sandbox` over HTTP/1.1. */
export function aMessaging(sandbox: FcmSandbox): Messaging {
  const options = sandboxApp(sandbox.connection);
  const app = initializeApp(options, randomUUID());
  onTestFinished(async () => {
    options.httpAgent.destroy();
    await deleteApp(app);
  });
  return getMessaging(app);
}

/** Leads HTTP/2 connections to Google's names to `sandbox`, as a hosts file would; until the test ends. */
export function routeHttp2(sandbox: FcmSandbox): void {
  const connect = http2.connect;
  const { tlsAddress, ca } = sandbox.connection;
  const routed = (authority: string | URL, options: http2.SecureClientSessionOptions = {}) =>
    connect(authority, { ...options, ...tlsAddress, ca, servername: new URL(authority).hostname });
  Object.assign(http2, { connect: routed });
  onTestFinished(() => {
    Object.assign(http2, { connect });
  });
}

/** Asks the control API; the answer's body is parsed when there is one. */
export async function control(
  sandbox: FcmSandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${sandbox.controlUrl}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

/** A clock that stands still until told otherwise. */
export function aClock(startMs = Date.now()): { now: () => number; advance: (ms: number) => void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

export type RawAnswer = Readonly<{ status: number; headers: Readonly<Record<string, unknown>>; body: string }>;

/** One HTTP/1.1 request exactly as given, for what firebase-admin itself would never send. */
export async function rawPost(
  sandbox: FcmSandbox,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const { tlsAddress, ca } = sandbox.connection;
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const request = https.request({ ...tlsAddress, ca, agent: false, method: "POST", path, headers });
  request.on("error", reject);
  request.on("response", (response) => {
    const { statusCode: status = 0, headers: given } = response;
    text(response).then((found) => resolve({ status, headers: given, body: found }), reject);
  });
  request.end(body);
  return promise;
}

export const SEND_PATH = "/v1/projects/gremio-sandbox/messages:send";

/** Posts `body` to messages:send with a good access token. */
export async function rawSend(sandbox: FcmSandbox, body: unknown): Promise<{ status: number; body: unknown }> {
  const { access_token } = await sandboxCredential(sandbox.connection).getAccessToken();
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await rawPost(sandbox, SEND_PATH, sent, { authorization: `Bearer ${access_token}` });
  return { status: answer.status, body: JSON.parse(answer.body) };
}
