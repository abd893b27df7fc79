import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePort } from "../deploy/free-port.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeTails } from "../server/channel/tails.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { RedisUnavailable } from "../server/redis/redis.ts";
import type { Entry } from "../shared/entry.ts";
import { aFolder } from "./a-folder.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const ROUNDS = 15;
const WRITERS = 8;
const options = { historyLength: 100_000 };

test.each(["always", "everysec"] as const)(
  "[CH11] [CH12] [CH18] Redis killed (-9) again and again under load (appendfsync %s): of what was acknowledged nothing is gone (everysec: nothing older than 2 s), doubled or renumbered, and a follower sees the log",
  async (appendfsync) => {
    const dir = await aFolder();
    const port = await freePort();
    const start = () => startEmbeddedRedis({ dir, port, appendfsync });
    let server = await start();
    onTestFinished(() => server.stop());
    const keys = makeKeys("kills");
    const { redis } = await aRedis({ url: server.url, keys });
    const log = makeLog(redis, keys, options);
    const tails = makeTails(redis, keys, log, pino({ level: "silent" }), 100);
    onTestFinished(async () => {
      tails.close();
      await redis.close();
    });
    const people = Array.from({ length: WRITERS }, (_, n) => `p${n}`);
    await aGuild(redis, keys, "g1", people);

    const seen: Entry[] = [];
    let resets = 0;
    const { tail } = await tails.follow("guild:g1");
    tail.listen({
      onEntries: (entries) => seen.push(...entries),
      onEpoch: () => undefined,
      onReset: () => {
        resets += 1;
      },
      onState: () => undefined,
    });

    const acknowledged = new Map<string, { epoch: number; seq: number; atMs: number }>();
    const deaths: number[] = [];
    let stopped = false;
    const write = async (author: string): Promise<void> => {
      for (let n = 0; !stopped; n++) {
        const body = `${author}-${n}`;
        for (let done = false; !done; ) {
          try {
            const { epoch, seq } = await log.append({
              channel: "guild:g1",
              author,
              nonce: `nonce-${body}`,
              kind: "text",
              body,
            });
            acknowledged.set(body, { epoch, seq, atMs: performance.now() });
            done = true;
          } catch (error) {
            if (!(error instanceof RedisUnavailable)) throw error;
          }
        }
      }
    };
    const writers = people.map(write);
    for (let round = 1; round <= ROUNDS; round++) {
      const enough = acknowledged.size + 100;
      await waitFor(() => acknowledged.size >= enough, "a hundred more acknowledgements");
      await server.kill();
      deaths.push(performance.now());
      server = await start();
    }
    const enough = acknowledged.size + 100;
    await waitFor(() => acknowledged.size >= enough, "the last hundred");
    stopped = true;
    await Promise.all(writers);

    const stored: Entry[] = [];
    for (let cursor = { epoch: 1, seq: WRITERS }; ; ) {
      const page = await log.resume("guild:g1", undefined, cursor, 500);
      expect(page.complete).toBe(true);
      stored.push(...page.entries);
      const last = page.entries.at(-1);
      if (last !== undefined) cursor = { epoch: last.epoch, seq: last.seq };
      if (!page.more) break;
    }
    const texts = stored.filter(({ kind }) => kind === "text");
    expect(new Set(texts.map(({ body }) => body)).size).toBe(texts.length);
    const places = new Set(texts.map(({ body, epoch, seq }) => `${epoch}:${seq} ${String(body)}`));
    const lost = [...acknowledged].filter(([body, { epoch, seq }]) => !places.has(`${epoch}:${seq} ${body}`));
    if (appendfsync === "always") expect(lost).toEqual([]);
    // How long before the next death it was acknowledged.
    for (const [body, { atMs }] of lost)
      expect(Math.min(...deaths.filter((death) => death >= atMs).map((death) => death - atMs)), body).toBeLessThan(
        2_000,
      );
    for (const author of people) {
      const own = texts.map(({ body }) => String(body)).filter((body) => body.startsWith(`${author}-`));
      const gone = new Set(lost.map(([body]) => body));
      const said = Array.from({ length: own.length + gone.size }, (_, n) => `${author}-${n}`);
      expect(own).toEqual(said.filter((body) => !gone.has(body)).slice(0, own.length));
    }
    expect(stored.at(-1)?.epoch).toBeGreaterThan(ROUNDS / 2);
    await waitFor(() => tail.position.seq === stored.at(-1)?.seq, "the follower at the head");
    expect(resets).toBeLessThanOrEqual(lost.length);
    if (lost.length === 0) expect(seen).toEqual(stored);
  },
  180_000,
);
