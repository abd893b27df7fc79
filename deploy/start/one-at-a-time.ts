import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";

/** A Redis whose starter was just killed needs a moment to end. */
const GONE_DEADLINE_MS = 3000;

const noteIn = (dir: string) => join(dir, "gremio-port");

/** Notes which port serves a data folder, for `servedBy`. */
export async function noteServing(dir: string, port: number): Promise<void> {
  await writeFile(noteIn(dir), String(port));
}

/**
 * The port of the Redis that serves a data folder already; two of them would destroy each other's file. Undefined when
 * none does, or it ended within the deadline.
 */
export async function servedBy(dir: string): Promise<number | undefined> {
  const port = Number(await readFile(noteIn(dir), "utf8").catch(() => "0"));
  for (const deadline = Date.now() + GONE_DEADLINE_MS; await serves(port, dir); await delay(50)) {
    if (Date.now() > deadline) return port;
  }
  return undefined;
}

async function serves(port: number, dir: string): Promise<boolean> {
  if (!port) return false;
  const url = `redis://127.0.0.1:${port}`;
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } }).on("error", () => {});
  try {
    await client.connect();
    const answer = await client.sendCommand(["CONFIG", "GET", "dir"]);
    return Array.isArray(answer) && answer[1] === resolve(dir);
  } catch {
    return false;
  } finally {
    if (client.isOpen) client.destroy();
  }
}
