import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisClusterForTests, startRedisCluster } from "../deploy/redis-cluster.ts";
import { type Log, type LogOptions, makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTexts } from "../server/redis/reply.ts";
import { aGuild } from "./a-guild.ts";
import { aPace } from "./a-pace.ts";
import { aRedis } from "./a-redis.ts";
import { aText } from "./a-text.ts";
import { removeMember } from "./remove-member.ts";
import { waitFor } from "./wait-for.ts";

const options: LogOptions = { historyLength: 1_000 };

const suite = (connect: () => Promise<{ redis: Redis; keys: Keys }>): void => {
  let redis: Redis;
  const open: Redis[] = [];
  const scene = async (changed: Partial<LogOptions> = {}): Promise<{ keys: Keys; log: Log; redis: Redis }> => {
    const { keys, redis: own } = await connect();
    redis = own;
    open.push(own);
    await aGuild(redis, keys, "g1", ["ana", "beto", "caro"]);
    return { keys, redis, log: makeLog(redis, keys, { ...options, ...changed }) };
  };
  afterAll(() => Promise.all(open.map((each) => each.close())));

  test("[CH1] concurrent writers get consecutive seqs and times that never run backwards", async () => {
    const { log } = await scene();
    const written = await Promise.all(
      Array.from({ length: 200 }, (_, n) => log.append(aText(`m${n}`, n % 2 ? "ana" : "beto"))),
    );
    expect(written.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n + 4));
    const { entries } = await log.before("guild:g1", "caro", undefined, 1_000);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 203 }, (_, n) => n + 1));
    for (const [index, entry] of entries.entries())
      expect(entry.at).toBeGreaterThanOrEqual(entries[index - 1]?.at ?? 0);
  });

  test("[CH2] the same nonce is the same entry, also after its author has left", async () => {
    const { log, redis, keys } = await scene();
    const first = await log.append(aText("hola", "beto"));
    const again = await Promise.all(Array.from({ length: 20 }, () => log.append(aText("hola", "beto"))));
    for (const answer of again) expect(answer).toEqual({ ...first, repeated: true });
    await removeMember(redis, keys, "guild:g1", "beto");
    expect(await log.append(aText("hola", "beto"))).toEqual({ ...first, repeated: true });
    await expect(log.append(aText("adiós", "beto"))).rejects.toMatchObject({ code: "not-member" });
  });

  test("[CH2] a nonce of yesterday is still known; one of the day before may be forgotten", async () => {
    const { log, redis, keys } = await scene();
    const first = await log.append(aText("hola"));
    const day = Math.floor(first.at / 86_400_000);
    const key = (of: number) => keys.of("guild:g1", `nonce:${of}`);
    await redis.run(key(day), ["RENAME", key(day), key(day - 1)]);
    expect(await log.append(aText("hola"))).toEqual({ ...first, repeated: true });
    expect(Number(await redis.run(key(day - 1), ["PTTL", key(day - 1)]))).toBeGreaterThan(24 * 3_600_000 - 1);
    await redis.run(key(day - 1), ["RENAME", key(day - 1), key(day - 2)]);
    expect(await log.append(aText("hola"))).toMatchObject({ repeated: false });
  });

  test("[CH1] `at` does not run backwards when Redis' clock does", async () => {
    const { log, redis, keys } = await scene();
    const head = keys.of("guild:g1", "head");
    const ahead = Date.now() + 60_000;
    await redis.run(head, ["HSET", head, "at", String(ahead)]);
    expect((await log.append(aText("hola"))).at).toBe(ahead);
  });

  test("[CH3] two authors may use the same nonce", async () => {
    const { log } = await scene();
    const [a, b] = [
      await log.append(aText("uno", "ana", "same-nonce")),
      await log.append(aText("dos", "beto", "same-nonce")),
    ];
    expect(b.seq).toBe(a.seq + 1);
  });

  test("[CH4] a refusal writes nothing and is not remembered", async () => {
    const { log, redis, keys } = await scene();
    const [owner] = keys.prefixes("guild:g1");
    const mute = (until: number) =>
      redis.run(`${owner}members`, [
        "HSET",
        `${owner}members`,
        "beto",
        JSON.stringify({ n: 2, rank: "member", at: 1, mutedUntil: until }),
      ]);
    const head = async () => (await log.before("guild:g1", undefined, undefined, 1)).lineage.head;
    const before = await head();
    await mute(Date.now() + 60_000);
    await expect(log.append(aText("hola", "beto"))).rejects.toMatchObject({
      code: "muted",
      retryAtMs: expect.any(Number),
    });
    await expect(log.append(aText("hola", "nadie"))).rejects.toMatchObject({ code: "not-member" });
    await expect(
      log.append({ ...aText("¡!", "caro"), kind: "announcement", permission: "announce" }),
    ).rejects.toMatchObject({
      code: "not-permitted",
    });
    expect(await head()).toBe(before);
    await mute(0);
    expect(await log.append(aText("hola", "beto"))).toMatchObject({ seq: before + 1, repeated: false });
  });

  test("[CH5] a member's budget refuses the surplus and says when to try again", async () => {
    const { log } = await scene({ pace: { guild: aPace({ sender: { burst: 3, perSecond: 0.001 } }) } });
    for (const n of [1, 2, 3]) await log.append(aText(`m${n}`));
    const refused = await log.append(aText("m4")).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "rate-limited" });
    expect(refused).toHaveProperty(
      "retryAtMs",
      expect.toSatisfy((at: number) => at > Date.now() + 900_000),
    );
    expect(await log.append(aText("m1"))).toMatchObject({ repeated: true });
    expect(await log.append(aText("x", "beto"))).toMatchObject({ repeated: false });
  });

  test("[CH2] a nonce is still known when the clock is set back over midnight", async () => {
    const { log, redis, keys } = await scene();
    const first = await log.append(aText("hola"));
    const day = Math.floor(first.at / 86_400_000);
    const nonces = (of: number) => keys.of("guild:g1", `nonce:${of}`);
    await redis.run(nonces(day), ["RENAME", nonces(day), nonces(day + 1)]);
    expect(await log.append(aText("hola"))).toEqual({ ...first, repeated: true });
  });

  test("[CH14] a clock that was set back keeps nobody from writing", async () => {
    const { log, redis, keys } = await scene({ pace: { guild: aPace({ sender: { burst: 2, perSecond: 0.001 } }) } });
    for (const n of [1, 2]) await log.append(aText(`m${n}`));
    await expect(log.append(aText("m3"))).rejects.toMatchObject({ code: "rate-limited" });
    const inAnHour = Date.now() + 3_600_000;
    const pace = keys.of("guild:g1", "pace");
    await redis.run(pace, ["HSET", pace, "ana", `0.5 ${inAnHour} ${inAnHour} ${inAnHour} - 0 0 1 ${inAnHour}|`]);
    await log.append(aText("m4"));
    await log.append(aText("m5"));
    await expect(log.append(aText("m6"))).rejects.toMatchObject({ code: "rate-limited" });
  });

  test("[CH6] resuming gives everything after the cursor, in pages, or says plainly why it cannot", async () => {
    const { log } = await scene({ historyLength: 100 });
    for (let n = 0; n < 450; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, k) => log.append(aText(`m${n + k}`))));
    const recent = await log.resume("guild:g1", "beto", { epoch: 1, seq: 400 }, 30);
    expect(recent).toMatchObject({ complete: true, more: true });
    expect(recent.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, n) => 401 + n));
    expect(await log.resume("guild:g1", "beto", { epoch: 1, seq: 453 }, 30)).toMatchObject({
      complete: true,
      more: false,
      entries: [],
    });
    const old = await log.resume("guild:g1", "beto", { epoch: 1, seq: 5 }, 30);
    expect(old).toMatchObject({ complete: false, reason: "too-old" });
    expect(old.entries.at(-1)?.seq).toBe(453);
    expect(await log.resume("guild:g1", "beto", { epoch: 7, seq: 5 }, 30)).toMatchObject({
      complete: false,
      reason: "other-epoch",
    });
    expect(await log.resume("guild:g1", "beto", { epoch: 1, seq: 9_999 }, 30)).toMatchObject({
      complete: false,
      reason: "other-epoch",
    });
    expect(await log.resume("guild:g1", "beto", { epoch: 0, seq: 0 }, 30)).toMatchObject({
      complete: false,
      reason: "no-cursor",
    });
    await expect(log.resume("guild:g1", "nadie", { epoch: 1, seq: 440 }, 30)).rejects.toMatchObject({
      code: "not-member",
    });
  });

  test("[CH7] pages lead back from the newest to the oldest without hole or repetition", async () => {
    const { log } = await scene();
    for (let n = 0; n < 25; n++) await log.append(aText(`m${n}`));
    const seqs: number[] = [];
    for (let before: number | undefined; ; ) {
      const page = await log.before("guild:g1", "caro", before, 10);
      seqs.unshift(...page.entries.map(({ seq }) => seq));
      if (!page.more) break;
      before = page.entries[0]?.seq;
    }
    expect(seqs).toEqual(Array.from({ length: 28 }, (_, n) => n + 1));
  });

  test("[CH8] unread counts messages and news after the read position, which never moves back nor past the head", async () => {
    const { log, redis, keys } = await scene();
    const reads = makeReads(redis, keys);
    const unread = async () => (await log.before("guild:g1", "beto", undefined, 1)).read.unread;
    const start = await unread();
    const first = await log.append(aText("uno"));
    await log.append(aText("dos"));
    await log.append({ channel: "guild:g1", nonce: "n-news-1", kind: "news", body: "¡Jefe!" });
    expect((await unread()) - start).toBe(3);
    expect(await reads.seen("guild:g1", "beto", first.seq)).toMatchObject({ seq: first.seq, unread: 2 });
    expect(await reads.seen("guild:g1", "beto", first.seq - 1)).toMatchObject({ seq: first.seq, unread: 2 });
    expect(await reads.seen("guild:g1", "beto", 9_999)).toMatchObject({ seq: first.seq + 2, unread: 0 });
    await log.append(aText("mío", "beto"));
    expect(await unread()).toBe(0);
  });

  test("[CH9] a notice stands in the outbox with its entry; plain chat marks news once until a digest begins", async () => {
    const { log, redis, keys } = await scene();
    const [owner, bucket] = keys.prefixes("guild:g1");
    const outbox = async () => {
      const rows = await redis.run(`${bucket}outbox`, ["XRANGE", `${bucket}outbox`, "-", "+"]);
      const documents = (Array.isArray(rows) ? rows : []).map((row: unknown): unknown => {
        const fields = Array.isArray(row) ? asTexts(row[1]) : [];
        return JSON.parse(fields[1] ?? "null");
      });
      return documents.filter((document) => !JSON.stringify(document).includes('"type":"event"'));
    };
    await log.append(aText("uno"));
    await log.append(aText("dos"));
    expect(await outbox()).toEqual([{ type: "news", channel: "guild:g1" }]);
    const announced = await log.append({
      ...aText('¡"Guerra"!'),
      kind: "announcement",
      permission: "announce",
      notice: { type: "notice", about: "announcement" },
    });
    expect((await outbox())[1]).toEqual({
      type: "notice",
      about: "announcement",
      channel: "guild:g1",
      epoch: announced.epoch,
      seq: announced.seq,
      at: announced.at,
      from: 1,
      author: "ana",
      kind: 2,
      body: '¡"Guerra"!',
    });
    await redis.fcall("digest_open", [owner, bucket], ["guild:g1"]);
    await log.append(aText("tres"));
    expect(await outbox()).toHaveLength(3);
  });

  test("[CH10] every entry is published as it lies in the log, in order", async () => {
    const { log, redis, keys } = await scene();
    const heard: string[] = [];
    const stop = await redis.subscribe(keys.of("guild:g1", "feed"), (message) => heard.push(message));
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(aText(`m${n}`))));
    const live = await waitFor(() => {
      const entries = heard.filter((message) => message.startsWith("["));
      return entries.length === 50 && entries;
    }, "50 published entries");
    const rows = await redis.run(keys.of("guild:g1", "log"), ["XRANGE", keys.of("guild:g1", "log"), "4-0", "+"]);
    const stored = (Array.isArray(rows) ? rows : []).map((row: unknown) =>
      Array.isArray(row) ? asTexts(row[1])[1] : undefined,
    );
    expect(live).toEqual(stored);
    await stop();
  });
};

describe("on one Redis", () => suite(() => aRedis()));

describe("[CH13] on a Redis Cluster of three masters", () => {
  let cluster: RedisClusterForTests;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());
  suite(() => aRedis({ url: cluster.url, cluster: true }));
});
