import { cp } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedRedis, startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { type LogOptions, makeLog } from "../server/channel/log.ts";
import { asNumber, asTexts } from "../server/redis/reply.ts";
import { EPOCH_STEP } from "../shared/cursor.ts";
import { aFolder } from "./a-folder.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { aText } from "./a-text.ts";

const options: LogOptions = { historyLength: 1_000 };

describe("when Redis dies", () => {
  let server: EmbeddedRedis;
  beforeAll(async () => {
    server = await startEmbeddedRedis({ appendfsync: "always" });
  });
  afterAll(() => server?.stop());

  test("[CH11] a restart begins a new epoch after the next multiple of 2^20 and costs a good cursor nothing", async () => {
    const dir = await aFolder();
    const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
    const one = await aRedis({ url: first.url });
    await aGuild(one.redis, one.keys, "g1", ["ana", "beto"]);
    const before = await makeLog(one.redis, one.keys, options).append(aText("antes"));
    await one.redis.close();
    await first.kill();

    const second = await startEmbeddedRedis({ dir, appendfsync: "always" });
    const two = await aRedis({ url: second.url, keys: one.keys });
    const log = makeLog(two.redis, two.keys, options);
    expect(await log.append(aText("antes"))).toEqual({ ...before, repeated: true });
    const after = await log.append(aText("después"));
    expect(after).toMatchObject({ seq: EPOCH_STEP + 1 });
    expect(after.epoch).toBeGreaterThan(1);
    const resumed = await log.resume("guild:g1", "beto", { epoch: 1, seq: before.seq }, 10);
    expect(resumed).toMatchObject({
      complete: true,
      lineage: { past: [{ epoch: 1, last: before.seq }], epoch: after.epoch },
    });
    expect(resumed.entries.map(({ seq }) => seq)).toEqual([after.seq]);
    await two.redis.close();
    await second.stop();
  });

  test("[CH12] a lost tail never lets a number mean two entries: cursors above what is left are told to reload", async () => {
    const { redis, keys } = await aRedis({ url: server.url });
    await aGuild(redis, keys, "g1", ["ana", "beto"]);
    const log = makeLog(redis, keys, options);
    const kept = await log.append(aText("queda"));
    const [owner, bucket] = keys.prefixes("guild:g1");
    const images = new Map<string, string>();
    const dump = async (command: string[]): Promise<string> => String(await redis.run(owner, command));
    for (const key of [`${owner}head`, `${bucket}heads`])
      images.set(key, JSON.stringify(await redis.run(owner, ["HGETALL", key])));
    const lost = await log.append(aText("se pierde"));
    // What a restart from an older file leaves: the head and the log as they were, written by another boot.
    await dump(["XDEL", `${owner}log`, `${lost.seq}-0`]);
    for (const [key, image] of images) {
      const fields: unknown = JSON.parse(image);
      await redis.run(owner, ["HSET", key, ...asTexts(fields)]);
    }
    await redis.run(owner, ["HSET", `${owner}head`, "boot", "an-earlier-run"]);
    expect(await log.resume("guild:g1", "beto", { epoch: lost.epoch, seq: lost.seq }, 10)).toMatchObject({
      complete: false,
      reason: "other-epoch",
    });
    expect(await log.resume("guild:g1", "beto", { epoch: kept.epoch, seq: kept.seq }, 10)).toMatchObject({
      complete: true,
    });
    const next = await log.append(aText("sigue"));
    expect(next.epoch).toBeGreaterThan(lost.epoch);
    expect(asNumber(next.seq)).toBeGreaterThan(lost.seq);
    await redis.close();
  });

  test("[CH12] also when the beginning of the new epoch was lost: the next one has another number, and a higher one", async () => {
    const [dir, older] = [await aFolder(), await aFolder()];
    const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
    const one = await aRedis({ url: first.url });
    await aGuild(one.redis, one.keys, "g1", ["ana", "beto"]);
    await makeLog(one.redis, one.keys, options).append(aText("uno"));
    await one.redis.close();
    await first.kill();
    await cp(dir, older, { recursive: true });
    const appendTo = async (folder: string, body: string) => {
      const server = await startEmbeddedRedis({ dir: folder, appendfsync: "always" });
      const { redis } = await aRedis({ url: server.url, keys: one.keys });
      const log = makeLog(redis, one.keys, options);
      return { log, entry: await log.append(aText(body)), close: () => redis.close().then(() => server.kill()) };
    };
    const lost = await appendTo(dir, "dos");
    await lost.close();
    // The disk never got any of that.
    const other = await appendTo(older, "tres");
    expect(other.entry.epoch).toBeGreaterThan(lost.entry.epoch);
    const { epoch, seq } = lost.entry;
    expect(await other.log.resume("guild:g1", "beto", { epoch, seq }, 10)).toMatchObject({
      complete: false,
      reason: "other-epoch",
    });
    await other.close();
  });
});
