import { expect, test } from "vitest";
import type { FcmSandbox } from "../server/fcm-sandbox/start.ts";
import { aMessaging, aSandbox, control, rawSend, routeHttp2 } from "./fcm-sandbox-harness.ts";
import { waitFor } from "./wait-for.ts";

const plan = (sandbox: FcmSandbox, outcome: unknown) => control(sandbox, "POST", "/devices/phone/outcome", outcome);

async function verdicts(sandbox: FcmSandbox): Promise<unknown> {
  const { body } = await control(sandbox, "GET", "/requests");
  return JSON.parse(JSON.stringify(body)).requests.map((entry: { verdict: unknown }) => entry.verdict);
}

test("[FS19] an outcome holds as often as it says, then all is normal", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  await plan(sandbox, { kind: "error", code: "INTERNAL", times: 2 });
  await expect(messaging.send({ token: "phone" })).rejects.toMatchObject({ code: "messaging/internal-error" });
  await expect(messaging.send({ token: "phone" })).rejects.toMatchObject({ code: "messaging/internal-error" });
  await messaging.send({ token: "phone" });
  await messaging.send({ token: "another" });
});

test("[FS19] outcomes follow one another; without times one holds until something else is planned", async () => {
  const sandbox = await aSandbox();
  const send = async () => (await rawSend(sandbox, { message: { token: "phone" } })).status;
  await plan(sandbox, [
    { kind: "ok", times: 1 },
    { kind: "error", code: "UNAVAILABLE", times: 1 },
    { kind: "error", code: "QUOTA_EXCEEDED" },
  ]);
  expect([await send(), await send(), await send(), await send()]).toEqual([200, 503, 429, 429]);
  await plan(sandbox, []);
  expect(await send()).toBe(200);
});

test("[FS19] firebase-admin repeats after 503 and the phone gets it once", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "error", code: "UNAVAILABLE", times: 1 });
  await aMessaging(sandbox).send({ token: "phone" });
  expect(await verdicts(sandbox)).toEqual(["accepted", "UNAVAILABLE", "accepted"]);
  expect(sandbox.devices()).toMatchObject([{ receivedCount: 1 }]);
});

test("[FS20] delivered though answered 503: firebase-admin repeats and the phone gets it twice", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "error", code: "UNAVAILABLE", delivered: true, times: 1 });
  await aMessaging(sandbox).send({
    token: "phone",
    notification: { title: "once" },
    android: { notification: { tag: "guild" } },
  });
  expect(sandbox.devices()).toMatchObject([{ receivedCount: 2, screen: [{ title: "once", replaced: 1 }] }]);
});

test.each(["reset", "close"])("[FS21] HTTP/1.1: after a connection %s firebase-admin repeats", async (kind) => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind, times: 1 });
  await aMessaging(sandbox).send({ token: "phone" });
  expect(await verdicts(sandbox)).toEqual(["accepted", kind, "accepted"]);
});

test("[FS21] HTTP/1.1: a reset is a reset on the wire", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "reset" });
  await expect(rawSend(sandbox, { message: { token: "phone" } })).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("[FS21] HTTP/2: a connection reset fails the send", async () => {
  const sandbox = await aSandbox();
  routeHttp2(sandbox);
  await plan(sandbox, { kind: "reset" });
  const { responses } = await aMessaging(sandbox).sendEach([{ token: "phone" }]);
  expect(responses).toMatchObject([{ success: false, error: { code: "messaging/unknown-error" } }]);
});

test("[FS21] a hanging request is never answered, and ends when the sandbox closes", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "hang", delivered: true });
  const sent = rawSend(sandbox, { message: { token: "phone", notification: { title: "seen" } } });
  const outcome = sent.catch((error: unknown) => error);
  await waitFor(() => sandbox.devices()[0]?.receivedCount === 1, "the delivery");
  await sandbox.close();
  expect(await outcome).toMatchObject({ code: "ECONNRESET" });
});

test("[FS21] an answer is delayed as long as planned", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "ok", delayMs: 150 });
  const before = performance.now();
  await rawSend(sandbox, { message: { token: "phone" } });
  expect(performance.now() - before).toBeGreaterThanOrEqual(149);
});

test("[FS21] closing does not wait for a planned delay", async () => {
  const sandbox = await aSandbox();
  await plan(sandbox, { kind: "ok", delayMs: 100_000 });
  const outcome = rawSend(sandbox, { message: { token: "phone" } }).catch((error: unknown) => error);
  await waitFor(() => sandbox.devices().length === 1, "the request");
  await sandbox.close();
  expect(await outcome).toBeInstanceOf(Error);
});
