import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePort } from "../deploy/free-port.ts";
import { aFolder } from "./a-folder.ts";
import { aStudio } from "./a-studio.ts";
import { aTalk } from "./a-talk.ts";
import { waitFor } from "./wait-for.ts";

const ROUNDS = 4;
/** What everysec has forced to the disk for certain while its fsync is quick. */
const FORCED_AFTER_MS = 1_000;
/** What G3 grants: the second between two fsyncs and one that is under way. */
const MOST_LOST_MS = 2_000;
/** Long enough for the new epoch itself to be on the disk. */
const BETWEEN_MS = 2_500;

/** The sizes the append-only file has had, so that it can be given back as a disk would hold it that never got the rest. */
const watchSizes = async (dir: string) => {
  const folder = join(dir, "appendonlydir");
  const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof"));
  if (name === undefined) throw new Error("no append-only file");
  const file = join(folder, name);
  const sizes: { at: number; size: number }[] = [];
  const timer = setInterval(async () => {
    const at = performance.now();
    sizes.push({ at, size: (await stat(file)).size });
  }, 20);
  return {
    cutTo: async (instant: number): Promise<void> => {
      clearInterval(timer);
      await truncate(file, sizes.findLast(({ at }) => at <= instant)?.size ?? 0);
    },
  };
};

test("[CH12] [CH18] a machine that loses power again and again (everysec) loses at most what was acknowledged in its last 2 s; it is told, and no number means two entries", async () => {
  const dir = await aFolder();
  const port = await freePort();
  let server = await startEmbeddedRedis({ dir, port, appendfsync: "everysec" });
  onTestFinished(() => server.stop());
  const players = ["ana", "beto", "caro", "dani"];
  const studio = await aStudio(server.url);
  await studio.guild("g1", players);
  const chat = await studio.chat({ GREMIO_GUILD_PACE: "off" });
  const talk = await aTalk(`http://127.0.0.1:${chat.port}`, players);
  const deaths: { from: number; to: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sizes = await watchSizes(dir);
    await talk.more(1);
    const began = performance.now();
    await talk.more(100);
    await waitFor(() => performance.now() - began > BETWEEN_MS, "the epoch to be on the disk");
    const diedAt = performance.now();
    await server.kill();
    deaths.push({ from: diedAt, to: performance.now() });
    await sizes.cutTo(diedAt - FORCED_AFTER_MS);
    server = await startEmbeddedRedis({ dir, port, appendfsync: "everysec" });
  }
  await talk.more(100);
  await talk.stop();
  const lost = await talk.judge();
  expect(lost.length).toBeGreaterThan(ROUNDS * 10);
  for (const { text, atMs } of lost)
    expect(
      deaths.some(({ from, to }) => atMs <= to && from - atMs < MOST_LOST_MS),
      text,
    ).toBe(true);
  for (const client of talk.clients) {
    const told = new Set(client.lost.map(({ epoch, seq }) => `${epoch}:${seq}`));
    for (const { epoch, seq } of lost) expect(told.has(`${epoch}:${seq}`)).toBe(true);
    expect(client.resets).toEqual(["no-cursor"]);
  }
  expect(talk.acknowledged.at(-1)?.epoch).toBe(1 + ROUNDS);
}, 120_000);
