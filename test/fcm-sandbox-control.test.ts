import { expect, test } from "vitest";
import { aMessaging, aSandbox, control } from "./fcm-sandbox-harness.ts";

test.each([
  ["PUT", "/devices/p", { platform: "windows" }, "platform"],
  ["PUT", "/devices/p", { topics: ["/topics/x"] }, "topics"],
  ["PUT", "/devices/p", { colour: "red" }, "colour"],
  ["POST", "/devices/p/outcome", "{", "JSON"],
  ["POST", "/devices/p/outcome", { kind: "explode" }, "kind"],
  ["POST", "/devices/p/outcome", { kind: "error", code: "OOPS" }, "code"],
  ["POST", "/devices/p/outcome", { kind: "error", code: "INTERNAL", times: 0 }, "times"],
  ["POST", "/devices/p/outcome", { kind: "html", status: 200 }, "status"],
  ["POST", "/devices/p/outcome", { kind: "ok", delayMs: -1 }, "delayMs"],
  ["GET", "/requests?after=x", undefined, "after"],
  ["DELETE", "/devices/p/screen/x", undefined, "number"],
])("[FS22] %s %s with %o is refused with what was wrong", async (method, path, body, word) => {
  const sandbox = await aSandbox();
  const answer = await control(sandbox, method, path, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(word);
  expect(sandbox.devices()).toEqual([]);
});

test.each([
  ["GET", "/devices/nobody"],
  ["DELETE", "/devices/nobody"],
  ["POST", "/devices/nobody/online"],
  ["POST", "/devices/nobody/offline"],
  ["DELETE", "/devices/nobody/screen"],
  ["DELETE", "/devices/nobody/screen/1"],
  ["GET", "/nowhere"],
])("[FS22] %s %s is not found", async (method, path) => {
  expect(await control(await aSandbox(), method, path)).toMatchObject({
    status: 404,
    body: { error: expect.any(String) },
  });
});

test("[FS23] devices are listed with what they show, and one with all it received", async () => {
  const sandbox = await aSandbox();
  await aMessaging(sandbox).send({ token: "a:b/c", notification: { title: "Oi" }, data: { n: "1" } });
  const { body: list } = await control(sandbox, "GET", "/devices");
  expect(list).toMatchObject({ devices: [{ target: "a:b/c", online: true, screen: [{ title: "Oi" }] }] });
  const path = `/devices/${encodeURIComponent("a:b/c")}`;
  expect(await control(sandbox, "GET", path)).toMatchObject({
    status: 200,
    body: { received: [{ seq: 1, title: "Oi", data: { n: "1" }, effect: "shown" }], silentCount: 0 },
  });
});

test("[FS23] the user dismisses one notification or all", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  for (const title of ["a", "b", "c"]) await messaging.send({ token: "p", notification: { title } });
  expect(await control(sandbox, "DELETE", "/devices/p/screen/2")).toMatchObject({ status: 204 });
  expect(sandbox.devices()[0]?.screen.map((shown) => shown.title)).toEqual(["a", "c"]);
  expect(await control(sandbox, "DELETE", "/devices/p/screen/2")).toMatchObject({ status: 404 });
  await control(sandbox, "DELETE", "/devices/p/screen");
  expect(sandbox.devices()).toMatchObject([{ screen: [], receivedCount: 3 }]);
});

test("[FS24] every request is logged with its verdict and without its credential", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  await messaging.send({ token: "p", notification: { title: "x" } });
  await messaging.send({ token: "p", data: { from: "x" } }).catch(() => {});
  const { body } = await control(sandbox, "GET", "/requests");
  expect(body).toMatchObject({
    requests: [
      { seq: 1, path: "/token", status: 200, verdict: "accepted", message: null },
      { seq: 2, httpVersion: "1.1", status: 200, target: { kind: "token", value: "p" }, delivered: true },
      { seq: 3, status: 400, verdict: "refused: Invalid data payload key: from", delivered: false },
    ],
  });
  expect(JSON.stringify(body)).not.toContain("ya29.");
  expect(await control(sandbox, "GET", "/requests?after=1&limit=1")).toMatchObject({
    body: { requests: [{ seq: 2 }] },
  });
});

test("[FS25] deliveries are told live to every listener", async () => {
  const sandbox = await aSandbox();
  const ending = new AbortController();
  const response = await fetch(`${sandbox.controlUrl}/events`, { signal: ending.signal });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toMatchObject({ value: ": listening\n\n" });
  await aMessaging(sandbox).send({ token: "p", notification: { title: "Hola" } });
  const told = await reader?.read();
  expect(told?.value).toMatch(/^event: delivery\ndata: /);
  expect(told?.value).toContain('"target":"p"');
  expect(told?.value).toContain('"title":"Hola"');
  ending.abort();
});

test("[FS25] closing ends the streams", async () => {
  const sandbox = await aSandbox();
  const response = await fetch(`${sandbox.controlUrl}/events`);
  const ended = response.text().catch(() => "cut");
  await sandbox.close();
  expect(await ended).toMatch(/listening|cut/);
});

test("[FS26] pages of this machine may ask, pages of other sites may not", async () => {
  const sandbox = await aSandbox();
  const asked = (origin: string, method = "GET") =>
    fetch(`${sandbox.controlUrl}/devices/p`, { method, headers: { origin } });
  const local = await fetch(`${sandbox.controlUrl}/devices`, { headers: { origin: "http://localhost:2567" } });
  expect(local.headers.get("access-control-allow-origin")).toBe("http://localhost:2567");
  const asking = { origin: "http://127.0.0.1:2567", "access-control-request-method": "PUT" };
  const preflight = await fetch(`${sandbox.controlUrl}/devices/p`, { method: "OPTIONS", headers: asking });
  expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
  expect((await asked("https://example.org")).status).toBe(403);
  expect((await asked("http://localhost.example.org", "PUT")).status).toBe(403);
  expect(sandbox.devices()).toEqual([]);
});

test("[FS27] reset forgets phones, outcomes and requests; access tokens stay good", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  await messaging.send({ token: "p" });
  await control(sandbox, "POST", "/devices/p/outcome", { kind: "error", code: "INTERNAL" });
  expect(await control(sandbox, "POST", "/reset")).toMatchObject({ status: 204 });
  expect(sandbox.devices()).toEqual([]);
  expect(await control(sandbox, "GET", "/requests")).toMatchObject({ body: { requests: [] } });
  await messaging.send({ token: "p" });
});

test("[FS28] a phone keeps its newest 200 deliveries and the log its newest 1000 requests", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  const round = () => Promise.all(Array.from({ length: 101 }, () => messaging.send({ token: "p", data: { a: "b" } })));
  for (let count = 0; count < 10; count += 1) await round();
  expect(sandbox.devices()).toMatchObject([{ receivedCount: 1010, silentCount: 1010 }]);
  expect(sandbox.devices()[0]?.received).toHaveLength(200);
  const { body } = await control(sandbox, "GET", "/requests");
  expect(body).toMatchObject({ requests: { length: 1000 } });
});
