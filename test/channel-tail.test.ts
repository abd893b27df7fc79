import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { makeLog } from "../server/channel/log.ts";
import { Shard } from "../server/channel/shard.ts";
import type { TailListener } from "../server/channel/tail.ts";
import { makeTails } from "../server/channel/tails.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { aFolder } from "./a-folder.ts";
import { aGuild } from "./a-guild.ts";
import { aReader, weigh } from "./a-reader.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const options = { historyLength: 10_000 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const listener = (): TailListener & { entries: Entry[]; epochs: Lineage[]; resets: Lineage[]; pokes: number } => {
  const seen: ReturnType<typeof listener> = {
    entries: [],
    epochs: [],
    resets: [],
    pokes: 0,
    onEntries: (entries) => seen.entries.push(...entries),
    onEpoch: (lineage) => seen.epochs.push(lineage),
    onReset: (lineage) => seen.resets.push(lineage),
    onState: () => {
      seen.pokes += 1;
    },
  };
  return seen;
};

const scene = async (checkMs = 60_000, at: { url?: string; keys?: Keys } = {}) => {
  const { redis, keys } = await aRedis(at);
  if (at.keys === undefined) await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const log = makeLog(redis, keys, options);
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), checkMs);
  cleanups.push(
    () => redis.close(),
    () => tails.close(),
  );
  const say = (body: string, author = "ana") =>
    log.append({ channel: "guild:g1", author, nonce: `nonce-${body}`, kind: "text", body });
  return { redis, keys, log, tails, say };
};

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const consecutive = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

const killSubscribers = async (redis: Redis): Promise<void> => {
  await redis.run("any", ["CLIENT", "KILL", "TYPE", "pubsub"]);
};

test("[TL1] everyone who follows a channel in a process sees every entry once and in order", async () => {
  const { tails, say } = await scene();
  const [one, two] = [listener(), listener()];
  const follows = await Promise.all([tails.follow("guild:g1"), tails.follow("guild:g1")]);
  expect(follows[0].tail).toBe(follows[1].tail);
  follows[0].tail.listen(one);
  follows[1].tail.listen(two);
  await Promise.all(consecutive(0, 300).map((n) => say(`m${n}`, n % 2 ? "ana" : "beto")));
  await waitFor(() => two.entries.length === 300, "300 entries");
  expect(seqs(one.entries)).toEqual(consecutive(3, 300));
  expect(seqs(two.entries)).toEqual(consecutive(3, 300));
});

test("[TL2] what was published while the subscription was cut is read from the log when it is back", async () => {
  const server = await startEmbeddedRedis();
  cleanups.push(() => server.stop());
  const { tails, say, redis } = await scene(60_000, { url: server.url });
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  for (let round = 0; round < 5; round++) {
    await say(`before${round}`);
    await killSubscribers(redis);
    await Promise.all(consecutive(0, 20).map((n) => say(`r${round}-${n}`)));
  }
  await waitFor(() => seen.entries.length === 105, "all entries");
  expect(seqs(seen.entries)).toEqual(consecutive(3, 105));
});

test("[TL3] a lost last message is found by comparing heads", async () => {
  const server = await startEmbeddedRedis();
  cleanups.push(() => server.stop());
  const { tails, say, redis, keys } = await scene(60_000, { url: server.url });
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  await say("uno");
  await waitFor(() => seen.entries.length === 1, "the first");
  // A publish that reaches nobody: the channel's feed is renamed for one append by writing through another prefix's function call.
  const [owner, bucket] = keys.prefixes("guild:g1");
  const swallow = [
    "EVAL",
    `redis.call('XADD', KEYS[1] .. 'log', '4-0', 'd', '[4,1,'..ARGV[1]..',1,1,2,"dos"]') redis.call('HSET', KEYS[1] .. 'head', 'head', 4, 'count', 2) redis.call('HSET', KEYS[2] .. 'heads', 'guild:g1', '1:4')`,
    "2",
    owner,
    bucket,
    String(Date.now()),
  ];
  await redis.run(owner, swallow);
  expect(seen.entries).toHaveLength(1);
  await tails.checkHeads();
  await waitFor(() => seen.entries.length === 2, "the swallowed one");
  expect(seen.entries[1]).toMatchObject({ seq: 4, body: "dos" });
});

test("[TL4] a restart of Redis changes the epoch without a loss; a lost tail resets the followers", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
  const { tails, say, keys } = await scene(50, { url: first.url });
  const seen = listener();
  const { tail } = await tails.follow("guild:g1");
  tail.listen(seen);
  await say("uno");
  await waitFor(() => seen.entries.length === 1, "the first");
  await first.kill();
  const second = await startEmbeddedRedis({ dir, port: first.port, appendfsync: "always" });
  cleanups.push(() => second.stop());
  const other = await scene(60_000, { url: second.url, keys });
  await other.say("dos");
  await waitFor(() => seen.entries.length === 2, "the one after the restart");
  expect(seen.entries.map(({ body }) => body)).toEqual(["uno", "dos"]);
  expect(seen.entries[1]?.epoch).toBeGreaterThan(1);
  expect(seen.epochs).toHaveLength(1);
  expect(seen.resets).toHaveLength(0);

  const [owner, bucket] = keys.prefixes("guild:g1");
  const head = tail.position.seq;
  await other.redis.run(owner, ["XDEL", `${owner}log`, `${head}-0`]);
  await other.redis.run(owner, ["HSET", `${owner}head`, "head", String(head - 1), "boot", "an-earlier-run"]);
  await other.redis.run(owner, ["HSET", `${bucket}heads`, "guild:g1", `${tail.position.epoch}:${head - 1}`]);
  await waitFor(() => seen.resets.length === 1, "the reset");
  await other.say("tres");
  await waitFor(() => seen.entries.length === 3, "the next");
  expect(seen.entries[2]).toMatchObject({ body: "tres" });
  expect(seen.entries[2]?.epoch).toBeGreaterThan(seen.entries[1]?.epoch ?? 0);
});

test("[TL5] a reader who resumes while others write gets every entry exactly once, whatever he knew", async () => {
  const { tails, say, log } = await scene();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  cleanups.push(() => shard.close());
  const writing = (async () => {
    for (let n = 0; n < 400; n += 20) await Promise.all(consecutive(n, 20).map((k) => say(`m${k}`)));
  })();
  const readers = consecutive(0, 20).map(async (n) => {
    const reader = aReader("beto", 2);
    await say(`reader${n}`);
    const known = tail.position;
    shard.add(reader);
    const paged: Entry[] = [];
    for (let cursor = known; ; ) {
      const page = await shard.resume(reader, cursor);
      paged.push(...page.entries);
      const last = page.entries.at(-1);
      if (last !== undefined) cursor = { epoch: last.epoch, seq: last.seq };
      if (!page.more) break;
    }
    await writing;
    await say(`end${n}`);
    const head = (await log.before("guild:g1", undefined, undefined, 1)).lineage.head;
    await waitFor(() => [...paged, ...reader.entries].some(({ seq }) => seq >= head), "the last entry");
    const all = seqs([...paged, ...reader.entries]);
    expect(all).toEqual(consecutive(known.seq + 1, all.length));
  });
  await Promise.all(readers);
});

test("[TL6] a member's own leaving entry is the last he gets, and ends his connection", async () => {
  const { tails, say, log, redis, keys } = await scene();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  cleanups.push(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  await shard.resume(reader, { epoch: 1, seq: 2 });
  await say("uno");
  await redis.fcall("guild_remove", keys.prefixes("guild:g1"), ["guild:g1", "beto", "6", "1000"]);
  await say("dos");
  await waitFor(() => reader.ended === "dismissed", "the dismissal");
  await waitFor(() => tail.position.seq === 5, "the tail");
  expect(reader.entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
  await expect(shard.resume(reader, { epoch: 1, seq: 4 })).rejects.toMatchObject({ code: "not-member" });
});

test("[TL6] what is written right after a member's leaving entry does not reach him in the same frame", async () => {
  const { tails, say, log, redis, keys } = await scene();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  cleanups.push(() => shard.close());
  const [ana, beto] = [aReader("ana", 1), aReader("beto", 2)];
  for (const each of [ana, beto]) {
    shard.add(each);
    await shard.resume(each, { epoch: 1, seq: 2 });
  }
  const kick = ["guild:g1", "beto", "6", "1000"];
  const remove = () => redis.fcall("guild_remove", keys.prefixes("guild:g1"), kick);
  await Promise.all([say("uno"), remove(), say("dos"), say("tres")]);
  await waitFor(() => beto.ended === "dismissed", "the dismissal");
  await waitFor(() => seqs(ana.entries).length === 4, "all of it at those who stay");
  expect(beto.entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
});

test("[TL6] a member who is removed while he resumes gets the entry that says so, and nothing after it", async () => {
  const { tails, say, log, redis, keys } = await scene();
  const { tail } = await tails.follow("guild:g1");
  const removedMeanwhile: typeof log = {
    ...log,
    resume: async (...asked) => {
      const page = await log.resume(...asked);
      await say("uno");
      await redis.fcall("guild_remove", keys.prefixes("guild:g1"), ["guild:g1", "beto", "6", "1000"]);
      await say("dos");
      await waitFor(() => tail.position.seq === 5, "the tail");
      return page;
    },
  };
  const shard = new Shard(tail, removedMeanwhile, { encode: weigh, onState: () => undefined });
  cleanups.push(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  const { entries } = await shard.resume(reader, { epoch: 1, seq: 2 });
  expect(entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
  await waitFor(() => reader.ended === "dismissed", "the dismissal");
  expect(reader.entries).toEqual([]);
});

test("[TL5] a resume during which the reader was dismissed for an earlier one does not say that what follows will come", async () => {
  const { tails, log, redis, keys } = await scene();
  const { tail } = await tails.follow("guild:g1");
  let pages = 0;
  const backMeanwhile: typeof log = {
    ...log,
    resume: async (...asked) => {
      pages += 1;
      if (pages > 1) {
        const page = await log.resume(...asked);
        await waitFor(() => reader.ended === "dismissed", "the dismissal");
        return page;
      }
      const page = await log.resume(...asked);
      await redis.fcall("guild_remove", keys.prefixes("guild:g1"), ["guild:g1", "beto", "6", "1000"]);
      const back = ["guild:g1", "beto", "member", "9", '{"name":"beto","version":1}', "1", "1000"];
      await redis.fcall("guild_admit", keys.prefixes("guild:g1"), back);
      await waitFor(() => tail.position.seq === 4, "the tail");
      return page;
    },
  };
  const shard = new Shard(tail, backMeanwhile, { encode: weigh, onState: () => undefined });
  cleanups.push(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  const first = await shard.resume(reader, { epoch: 1, seq: 2 });
  const second = shard.resume(reader, { epoch: 1, seq: 2 });
  expect(first.entries.map(({ kind }) => kind)).toEqual(["kicked"]);
  await expect(second).rejects.toMatchObject({ code: "unavailable" });
});

test("[TL7] a lost word that the state has changed is found by comparing versions", async () => {
  const { tails, redis, keys } = await scene();
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  await redis.fcall("guild_change", keys.prefixes("guild:g1"), ["Otro nombre", ""]);
  await waitFor(() => seen.pokes === 1, "the poke");
  await tails.checkHeads();
  expect(seen.pokes).toBe(1);
  const [, bucket] = keys.prefixes("guild:g1");
  await redis.run(bucket, ["HINCRBY", `${bucket}versions`, "guild:g1", "1"]);
  await tails.checkHeads();
  expect(seen.pokes).toBe(2);
});

test("[TL8] a message on the feed that cannot be read disturbs nothing", async () => {
  const { tails, redis, keys, say } = await scene();
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  const feed = keys.of("guild:g1", "feed");
  for (const rubbish of ["[", "[1,2]", '["a",{}]', "[1,2,3,4,5,6,7,8]", "{}", "", "v", "vx"])
    await redis.run(feed, ["SPUBLISH", feed, rubbish]);
  for (const body of ["a", "b", "c"]) await say(body);
  await waitFor(() => seen.entries.length === 3, "what was written");
  expect(seqs(seen.entries)).toEqual(consecutive(3, 3));
});

test("[TL26] a frame is encoded once for all who get the same entries", async () => {
  const { tails, say, log } = await scene();
  const { tail } = await tails.follow("guild:g1");
  const encoded: number[] = [];
  const encode: typeof weigh = (entries) => {
    encoded.push(entries.length);
    return weigh(entries);
  };
  const shard = new Shard(tail, log, { encode, onState: () => undefined });
  cleanups.push(() => shard.close());
  const readers = consecutive(0, 50).map(() => aReader("beto", 2));
  for (const reader of readers) {
    shard.add(reader);
    await shard.resume(reader, { epoch: 1, seq: 2 });
  }
  for (const body of ["uno", "dos"]) {
    await say(body);
    await waitFor(() => readers.every(({ entries }) => entries.at(-1)?.body === body), "the message at all");
  }
  expect(encoded).toEqual([1, 1]);
});
