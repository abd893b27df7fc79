import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import type { TailListener } from "../server/channel/tail.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { aFolder } from "./a-folder.ts";
import { aFollowedGuild } from "./a-followed-guild.ts";
import { waitFor } from "./wait-for.ts";

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

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const consecutive = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

const killSubscribers = async (redis: Redis): Promise<void> => {
  await redis.run("any", ["CLIENT", "KILL", "TYPE", "pubsub"]);
};

test("[TL1] everyone who follows a channel in a process sees every entry once and in order", async () => {
  const { tails, say } = await aFollowedGuild();
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
  onTestFinished(() => server.stop());
  const { tails, say, redis } = await aFollowedGuild(60_000, { url: server.url });
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
  onTestFinished(() => server.stop());
  const { tails, say, redis, keys } = await aFollowedGuild(60_000, { url: server.url });
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
  const { tails, say, keys } = await aFollowedGuild(50, { url: first.url });
  const seen = listener();
  const { tail } = await tails.follow("guild:g1");
  tail.listen(seen);
  await say("uno");
  await waitFor(() => seen.entries.length === 1, "the first");
  await first.kill();
  const second = await startEmbeddedRedis({ dir, port: first.port, appendfsync: "always" });
  onTestFinished(() => second.stop());
  const other = await aFollowedGuild(60_000, { url: second.url, keys });
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

test("[TL7] a lost word that the state has changed is found by comparing versions", async () => {
  const { tails, redis, keys } = await aFollowedGuild();
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  await redis.fcall("guild_change", keys.prefixes("guild:g1"), ["", "profile", "name", "Otro nombre"]);
  await waitFor(() => seen.pokes === 1, "the poke");
  await tails.checkHeads();
  expect(seen.pokes).toBe(1);
  const [, bucket] = keys.prefixes("guild:g1");
  await redis.run(bucket, ["HINCRBY", `${bucket}versions`, "guild:g1", "1"]);
  await tails.checkHeads();
  expect(seen.pokes).toBe(2);
});

test("[TL8] a message on the feed that cannot be read disturbs nothing", async () => {
  const { tails, redis, keys, say } = await aFollowedGuild();
  const seen = listener();
  (await tails.follow("guild:g1")).tail.listen(seen);
  const feed = keys.of("guild:g1", "feed");
  for (const rubbish of ["[", "[1,2]", '["a",{}]', "[1,2,3,4,5,6,7,8]", "{}", "", "v", "vx"])
    await redis.run(feed, ["SPUBLISH", feed, rubbish]);
  for (const body of ["a", "b", "c"]) await say(body);
  await waitFor(() => seen.entries.length === 3, "what was written");
  expect(seqs(seen.entries)).toEqual(consecutive(3, 3));
});
