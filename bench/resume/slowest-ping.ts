import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";

const EVERY_MS = 4;

/** Asks Redis for a sign of life over a connection of its own, again and again while `work` is under way; gives the longest it had to wait, in milliseconds. */
export const withSlowestPing = async <T>(
  url: string,
  work: () => Promise<T>,
): Promise<{ outcome: T; slowestPingMs: number }> => {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  let slowestPingMs = 0;
  let ended = false;
  const pinging = (async () => {
    while (!ended) {
      const began = performance.now();
      await client.ping();
      slowestPingMs = Math.max(slowestPingMs, performance.now() - began);
      await delay(EVERY_MS);
    }
  })();
  try {
    const outcome = await work();
    return { outcome, slowestPingMs };
  } finally {
    ended = true;
    await pinging.catch(() => {});
    client.destroy();
  }
};
