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
/** The beginning of an epoch is lost with the rest when it is younger than what was forced to the disk. */
const BETWEEN_MS = [2_500, 300, 300, 2_500];

/** The sizes the append-only file has had, so that it can be given back as a disk would hold it that never got the rest. */
const watchSizes = async (dir: string) => {
  const folder = join(dir, "appendonlydir");
  const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof"));
  if (name === undefined) throw new Error("no append-only file");
  const file = join(folder, name);
  const sizes = [{ at: 0, size: (await stat(file)).size }];
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
    await talk.more(20);
    await waitFor(() => performance.now() - began > (BETWEEN_MS[round] ?? 0), "the round to end");
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
  // Whoever was shown one of them was told, or his timeline would not be the log's; a client that was just reconnecting never saw it.
  // When an epoch is gone with its beginning, the client begins anew.
  for (const client of talk.clients) expect(client.resets.length).toBeLessThanOrEqual(3);
  expect(Math.max(...talk.clients.map((client) => client.lost.length))).toBeGreaterThan(0);
}, 120_000);
