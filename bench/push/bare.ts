/** firebase-admin by itself, as its own process: sends the same notification to many phones, in the way it is asked for. Argument: the sandbox's connection file. */
import http2 from "node:http2";
import https from "node:https";
import { initializeApp } from "firebase-admin/app";
import { getMessaging, type Message } from "firebase-admin/messaging";
import { readConnection, sandboxApp } from "../../server/fcm-sandbox/connect.ts";
import { messageFor } from "../../server/notifier/sending/message-for.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { bareOrderSchema, target } from "./orders.ts";

const connection = await readConnection(process.argv[2] ?? "");
const { tlsAddress, ca } = connection;
// firebase-admin's HTTP/2 goes to Google's name: here it is led to the sandbox, as a hosts file would.
const connect = http2.connect;
Object.assign(http2, {
  connect: (authority: string | URL, options: http2.SecureClientSessionOptions = {}) =>
    connect(authority, { ...options, ...tlsAddress, ca, servername: new URL(authority).hostname }),
});
const app = (sockets: number) =>
  initializeApp(
    {
      ...sandboxApp(connection),
      httpAgent: new https.Agent({
        ...{ keepAlive: true, maxSockets: sockets, scheduling: "lifo" },
        ...{ ...tlsAddress, ca, servername: "fcm.googleapis.com" },
      }),
    },
    String(sockets),
  );
/** More in flight sent no more. */
const IN_FLIGHT = 16;
const kept = getMessaging(app(IN_FLIGHT));
const legacy = getMessaging(app(IN_FLIGHT + 1));
legacy.enableLegacyHttpTransport();

const messages = (from: number, count: number): Message[] => {
  const at = Date.now();
  return Array.from({ length: count }, (_, index) =>
    messageFor(
      {
        ...{ kind: "announcement", importance: "important", quietly: false, arm: "away" },
        tag: `guild:bench-1#1.${at}`,
        title: "Announcement in Lobos",
        body: "leader: The war begins in ten minutes, be there",
        expiresAt: at + 86_400_000,
        cursor: { channel: "guild:bench-1", epoch: 1, seq: at },
      },
      { kind: "token", platform: "android", target: target(from + index) },
      at,
    ),
  );
};

const batches = (all: readonly Message[], size: number): Message[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, batch) => all.slice(batch * size, (batch + 1) * size));

process.on("message", async (message) => {
  const { way, count } = bareOrderSchema.parse(message);
  const all = messages(0, count);
  const start = performance.now();
  if (way === "send") await inParallel(all, IN_FLIGHT, async (one) => void (await kept.send(one)));
  else {
    const messaging = way === "sendEach" ? kept : legacy;
    await inParallel(batches(all, 500), 4, async (batch) => {
      const { failureCount } = await messaging.sendEach(batch);
      if (failureCount > 0) throw new Error(`${failureCount} of a batch failed`);
    });
  }
  process.send?.({ tookMs: performance.now() - start });
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "bare" }));
