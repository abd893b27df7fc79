import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { expect, test } from "vitest";
import type { FcmSandbox } from "../server/fcm-sandbox/start.ts";
import { aMessaging, aSandbox, rawPost, rawSend } from "./fcm-sandbox-harness.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const ENORMOUS_FRAME = Buffer.from([0xff, 0xff, 0xff, 1, 4, 0, 0, 0, 1]);

/** Sends bytes over TLS and waits until the sandbox has cut the connection. */
async function sendsTls(sandbox: FcmSandbox, protocol: string, bytes: Buffer | string): Promise<void> {
  const { tlsAddress, ca } = sandbox.connection;
  const socket = tls.connect({ ...tlsAddress, ca, servername: "fcm.googleapis.com", ALPNProtocols: [protocol] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  socket.resume().write(bytes);
  await once(socket, "close");
}

test("[FS32] rubbish ends its own connection and nothing else", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  await messaging.send({ token: "before" });
  const plain = net.connect(sandbox.tlsPort, "127.0.0.1");
  plain.on("error", () => {});
  plain.resume().write("GET / HTTP/1.1\r\n\r\n");
  await once(plain, "close");
  await sendsTls(sandbox, "h2", "x".repeat(200));
  await sendsTls(sandbox, "h2", Buffer.concat([Buffer.from(PREFACE), randomBytes(4000)]));
  await sendsTls(sandbox, "h2", Buffer.concat([Buffer.from(PREFACE), ENORMOUS_FRAME]));
  await sendsTls(sandbox, "http/1.1", "\0\0\0 rubbish\r\n\r\n");
  await messaging.send({ token: "after" });
  expect(sandbox.devices().map((phone) => phone.target)).toEqual(["before", "after"]);
});

test("[FS32] other paths, methods and deep or long bodies are refused", async () => {
  const sandbox = await aSandbox();
  expect(await rawPost(sandbox, "/v2/elsewhere", "")).toMatchObject({ status: 404 });
  expect(await rawPost(sandbox, "//", "")).toMatchObject({ status: 404 });
  expect(await rawSend(sandbox, "null")).toMatchObject({ status: 400 });
  expect(await rawSend(sandbox, "[]")).toMatchObject({ status: 400 });
  expect(await rawSend(sandbox, '{"message":{"token":"t","__proto__":{"x":1}}}')).toMatchObject({ status: 400 });
  const deep = `{"message":{"token":"t","apns":{"payload":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}}}`;
  expect(await rawSend(sandbox, deep)).toMatchObject({ status: 400 });
  await expect(rawSend(sandbox, " ".repeat(1_000_001))).rejects.toMatchObject({
    code: expect.stringMatching(/ECONNRESET|EPIPE/),
  });
  expect(await rawSend(sandbox, { message: { token: "t" } })).toMatchObject({ status: 200 });
});
