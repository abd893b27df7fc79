import { expect, test } from "vitest";
import { aMessaging, aSandbox, routeHttp2 } from "./fcm-sandbox-harness.ts";

test("[FS1] an unmodified firebase-admin sends over HTTP/1.1 with a token it really obtained", async () => {
  const sandbox = await aSandbox();
  const id = await aMessaging(sandbox).send({ token: "phone-1", notification: { title: "Hola", body: "Guilda" } });
  expect(id).toMatch(/^projects\/gremio-sandbox\/messages\/0:/);
  expect(sandbox.devices()).toMatchObject([{ target: "phone-1", screen: [{ title: "Hola", body: "Guilda" }] }]);
});

test("[FS2] sendEach goes over HTTP/2 by ALPN, many streams on one connection", async () => {
  const sandbox = await aSandbox();
  routeHttp2(sandbox);
  const tokens = Array.from({ length: 120 }, (_, index) => `phone-${index}`);
  const result = await aMessaging(sandbox).sendEach(tokens.map((token) => ({ token, data: { n: "1" } })));
  expect(result).toMatchObject({ successCount: 120, failureCount: 0 });
  expect(sandbox.devices()).toHaveLength(120);
});
