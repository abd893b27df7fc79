import type { Message } from "firebase-admin/messaging";
import { describe, expect, test } from "vitest";
import { aMessaging, aSandbox, control, rawSend, routeHttp2 } from "./fcm-sandbox-harness.ts";

/** A 503 with a wait longer than firebase-admin's 60 s is not retried by it; the tests need not wait then. */
const NO_RETRY = { retryAfterS: 61 };

/** What firebase-admin makes of each answer, as docs of FCM and measurements of the SDK say. */
const ROWS: readonly (readonly [outcome: Record<string, unknown>, code: string, status: number])[] = [
  [{ kind: "error", code: "UNREGISTERED" }, "messaging/registration-token-not-registered", 404],
  [{ kind: "error", code: "UNREGISTERED", details: "none" }, "messaging/registration-token-not-registered", 404],
  [{ kind: "error", code: "INVALID_ARGUMENT" }, "messaging/invalid-argument", 400],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "none" }, "messaging/invalid-argument", 400],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "bad-request" }, "messaging/invalid-argument", 400],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "apns" }, "messaging/invalid-argument", 400],
  [{ kind: "error", code: "SENDER_ID_MISMATCH" }, "messaging/mismatched-credential", 403],
  [{ kind: "error", code: "SENDER_ID_MISMATCH", details: "none" }, "messaging/mismatched-credential", 403],
  [{ kind: "error", code: "QUOTA_EXCEEDED", retryAfterS: 7 }, "messaging/message-rate-exceeded", 429],
  [{ kind: "error", code: "QUOTA_EXCEEDED", details: "none" }, "messaging/message-rate-exceeded", 429],
  [{ kind: "error", code: "UNAVAILABLE", ...NO_RETRY }, "messaging/server-unavailable", 503],
  [{ kind: "error", code: "INTERNAL" }, "messaging/internal-error", 500],
  [{ kind: "error", code: "THIRD_PARTY_AUTH_ERROR" }, "messaging/third-party-auth-error", 401],
  [{ kind: "error", code: "THIRD_PARTY_AUTH_ERROR", details: "none" }, "messaging/third-party-auth-error", 401],
  [{ kind: "error", code: "UNSPECIFIED_ERROR" }, "messaging/unknown-error", 500],
  [{ kind: "error", code: "UNSPECIFIED_ERROR", details: "none" }, "messaging/unknown-error", 500],
  [{ kind: "html", status: 400 }, "messaging/invalid-argument", 400],
  [{ kind: "html", status: 401 }, "messaging/authentication-error", 401],
  [{ kind: "html", status: 403 }, "messaging/authentication-error", 403],
  [{ kind: "html", status: 404 }, "messaging/unknown-error", 404],
  [{ kind: "html", status: 429 }, "messaging/unknown-error", 429],
  [{ kind: "html", status: 500 }, "messaging/internal-error", 500],
  [{ kind: "html", status: 502 }, "messaging/unknown-error", 502],
  [{ kind: "html", status: 503, ...NO_RETRY }, "messaging/server-unavailable", 503],
  [{ kind: "html", status: 504 }, "messaging/unknown-error", 504],
];

describe.each(["HTTP/1.1", "HTTP/2"])("over %s", (transport) => {
  async function failing(outcome: Record<string, unknown>, message: Message & { token?: string; fid?: string }) {
    const sandbox = await aSandbox();
    const target = message.token ?? message.fid ?? "";
    await control(sandbox, "POST", `/devices/${target}/outcome`, outcome);
    const messaging = aMessaging(sandbox);
    if (transport === "HTTP/1.1") {
      const error: unknown = await messaging.send(message).catch((reason: unknown) => reason);
      return { sandbox, error };
    }
    routeHttp2(sandbox);
    const { responses } = await messaging.sendEach([message]);
    return { sandbox, error: responses[0]?.error };
  }

  test.each(ROWS)("[FS3] %o becomes %s", async (outcome, code, status) => {
    const { sandbox, error } = await failing(outcome, { token: "phone" });
    expect(error).toMatchObject({ code, httpResponse: { status } });
    expect(sandbox.devices()).toMatchObject([{ target: "phone", receivedCount: 0 }]);
  });

  test("[FS3] UNREGISTERED of a fid is told apart", async () => {
    const { error } = await failing({ kind: "error", code: "UNREGISTERED" }, { fid: "installation" });
    expect(error).toMatchObject({ code: "messaging/installation-id-not-registered" });
  });

  test("[FS3] an error in an answer of 200 is no success by send(), and one without an id by sendEach()", async () => {
    const sandbox = await aSandbox();
    const outcome = { kind: "error", code: "INTERNAL", status: 200 };
    await control(sandbox, "POST", "/devices/phone/outcome", outcome);
    const messaging = aMessaging(sandbox);
    if (transport === "HTTP/1.1")
      return expect(messaging.send({ token: "phone" })).rejects.toMatchObject({ code: "messaging/internal-error" });
    routeHttp2(sandbox);
    const { responses } = await messaging.sendEach([{ token: "phone" }]);
    return expect(responses).toEqual([{ success: true, messageId: undefined }]);
  });

  test("[FS3] Retry-After reaches the sender", async () => {
    const { error } = await failing({ kind: "error", code: "QUOTA_EXCEEDED", retryAfterS: 7 }, { token: "phone" });
    expect(error).toMatchObject({ httpResponse: { headers: { "retry-after": "7" } } });
  });

  test("[FS3] an empty 200 is no success", async () => {
    const { error } = await failing({ kind: "empty" }, { token: "phone" });
    const code = transport === "HTTP/1.1" ? "messaging/unknown-error" : "app/unable-to-parse-response";
    expect(error).toMatchObject({ code });
  });
});

test("[FS3] an error has the shape of google.rpc.Status with an FcmError", async () => {
  const sandbox = await aSandbox();
  await control(sandbox, "POST", "/devices/phone/outcome", { kind: "error", code: "UNREGISTERED" });
  expect(await rawSend(sandbox, { message: { token: "phone" } })).toEqual({
    status: 404,
    body: {
      error: {
        code: 404,
        message: "Requested entity was not found.",
        status: "NOT_FOUND",
        details: [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "UNREGISTERED" }],
      },
    },
  });
});
