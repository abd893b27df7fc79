import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeHome } from "../server/home/home.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asText } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { interleave } from "./interleaving.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const historyLength = 1_000;
let scenes = 0;
const scene = async () => {
  scenes += 1;
  const keys = makeKeys(`t-channels-${process.pid}-${scenes}`);
  await aGuild(redis, keys, "g1", ["ana", "beto", "caro"]);
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength });
  const log = makeLog(redis, keys, { historyLength });
  const reads = makeReads(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength });
  const home = makeHome({ guilds, groups, reads });
  let said = 0;
  const say = (channel: string, author: string, mentions: number[] = []) => {
    said += 1;
    const words = mentions.length === 0 ? `m${said}` : { text: `m${said}`, mentions: { players: mentions } };
    return log.append({
      channel,
      author,
      nonce: `nonce-${said}-said`,
      kind: "text",
      body: words,
      mentions: { players: mentions },
    });
  };
  return { keys, players, groups, log, reads, guilds, home, say };
};
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });

describe("teams and circles", () => {
  test("[CN1] a player is in many; each has its own order, members and numbers", async () => {
    const { groups, log, say } = await scene();
    await groups.found("team:t1", { name: "Los cinco", capacity: 5 });
    await groups.found("circle:c1", { name: "Comercio", capacity: 100 });
    expect(await groups.admit("team:t1", "caro", "leader")).toEqual({ number: 1, newly: true });
    expect(await groups.admit("team:t1", "caro", "recruit")).toEqual({ number: 1, newly: false });
    expect(await groups.admit("circle:c1", "beto", "member")).toEqual({ number: 1, newly: true });
    expect(await groups.admit("circle:c1", "caro", "member")).toEqual({ number: 2, newly: true });
    expect(await say("team:t1", "caro")).toMatchObject({ epoch: 1, seq: 2 });
    expect(await say("circle:c1", "caro")).toMatchObject({ epoch: 1, seq: 3 });
    await expect(say("team:t1", "beto")).rejects.toEqual(byCode("not-member"));
    const { entries } = await log.before("circle:c1", "beto", undefined, 10);
    expect(entries.map(({ kind, from }) => [kind, from])).toEqual([
      ["joined", 0],
      ["joined", 0],
      ["text", 2],
    ]);
  });

  test("[CN2] a full channel, an unknown one and an unknown player are refused; a place that is left is free again", async () => {
    const { groups, players } = await scene();
    await groups.found("team:t1", { name: "Dos", capacity: 2 });
    expect(await groups.found("team:t1", { name: "Tres", capacity: 3 })).toEqual({ newly: false });
    const admitted = await Promise.allSettled(
      ["ana", "beto", "caro"].map((player) => groups.admit("team:t1", player, "member")),
    );
    expect(admitted.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    await expect(groups.admit("team:t0", "ana", "member")).rejects.toEqual(byCode("channel-not-found"));
    await expect(groups.admit("team:t1", "zoe", "member")).rejects.toEqual(byCode("player-not-found"));
    await players.putProfile("zoe", { name: "Zoe" });
    await expect(groups.admit("team:t1", "zoe", "member")).rejects.toEqual(byCode("channel-full"));
    const [first] = ["ana", "beto", "caro"].filter((_, index) => admitted[index]?.status === "fulfilled");
    await groups.release("team:t1", first ?? "", "left");
    await expect(groups.release("team:t1", first ?? "", "left")).rejects.toEqual(byCode("member-not-found"));
    expect(await groups.admit("team:t1", "zoe", "member")).toMatchObject({ newly: true });
  });

  test("[CN3] a player is in at most 50 of them", async () => {
    const { groups } = await scene();
    for (let n = 0; n < LIMITS.channels; n++) {
      await groups.found(`circle:c${n}`, { name: "c", capacity: 10 });
      await groups.admit(`circle:c${n}`, "ana", "member");
    }
    await groups.found("circle:last", { name: "c", capacity: 10 });
    await expect(groups.admit("circle:last", "ana", "member")).rejects.toEqual(byCode("channels-full"));
    expect(await groups.admit("circle:c7", "ana", "member")).toMatchObject({ newly: false });
  });
});

test("[CH19] what is read and written when something is said to all does not grow with the members", async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.stop());
  const own = await aRedis({ url: server.url });
  onTestFinished(() => own.redis.close());
  const log = makeLog(own.redis, own.keys, { historyLength });
  const calls = async (): Promise<Record<string, number>> => {
    const lines = asText(await own.redis.run("x", ["INFO", "commandstats"])).matchAll(/cmdstat_(\w+):calls=(\d+)/g);
    return Object.fromEntries([...lines].map(([, name, count]) => [name, Number(count)]));
  };
  const costs: Record<string, number>[] = [];
  for (const members of [2, 60]) {
    const guild = `g${members}`;
    await aGuild(
      own.redis,
      own.keys,
      guild,
      Array.from({ length: members }, (_, index) => `p${members}x${index}`),
    );
    const mentions = { groups: ["all" as const] };
    const say = (nonce: string) =>
      log.append({ channel: `guild:${guild}`, author: `p${members}x1`, nonce, kind: "text", body: nonce, mentions });
    await say("nonce-of-the-first");
    const before = await calls();
    await say("nonce-of-the-second");
    const after = await calls();
    costs.push(Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])));
  }
  // Its entry, and one notice for all.
  expect(costs[0]).toMatchObject({ xadd: 2, fcall: 1 });
  for (const name of ["fcall", "xadd", "hset", "hget", "hmget", "sadd", "zadd", "spublish"])
    expect([name, costs[1]?.[name]]).toEqual([name, costs[0]?.[name]]);
});

describe("all of a player's channels", () => {
  test("[CN4] unread and calls are exact in each, at once and without joining; the guild comes first, then the liveliest", async () => {
    const { groups, home, say, reads } = await scene();
    for (const channel of ["circle:c1", "team:t1"]) {
      await groups.found(channel, { name: `Canal ${channel}`, capacity: 10 });
      for (const player of ["ana", "caro"]) await groups.admit(channel, player, "member");
    }
    await say("team:t1", "ana");
    const seen = await say("circle:c1", "ana", [2]);
    await say("circle:c1", "ana");
    await say("guild:g1", "beto", [3]);
    await reads.seen("circle:c1", "caro", seen.seq);
    const own = await home.channels("caro");
    expect(own.map(({ channel, name, read }) => [channel, name, read.unread, read.mentions])).toEqual([
      ["guild:g1", "g1", 1, 1],
      ["circle:c1", "Canal circle:c1", 1, 0],
      ["team:t1", "Canal team:t1", 1, 0],
    ]);
    await waitFor(() => Date.now() > (own[1]?.at ?? 0), "another millisecond");
    await say("team:t1", "ana");
    expect((await home.channels("caro")).map(({ channel }) => channel)).toEqual(["guild:g1", "team:t1", "circle:c1"]);
    expect(await home.channels("nobody")).toEqual([]);
  });

  test("[CN5] what an admission that was cut short left on the list is neither shown nor kept for ever", async () => {
    const { groups, home, keys } = await scene();
    await groups.found("team:t1", { name: "Dos", capacity: 1 });
    const list = keys.of("player:caro", "channels");
    await redis.run(list, ["HSET", list, "team:t1", String(Date.now())]);
    expect((await home.channels("caro")).map(({ channel }) => channel)).toEqual(["guild:g1"]);
    expect((await groups.listOf("caro")).has("team:t1")).toBe(true);
    await redis.run(list, ["HSET", list, "team:t1", String(Date.now() - 3_600_000)]);
    await home.channels("caro");
    expect((await groups.listOf("caro")).has("team:t1")).toBe(false);
  });

  test("[CN6] who is refused has nothing on his list of it, however often he tries, and is admitted elsewhere", async () => {
    const { groups } = await scene();
    await groups.found("team:own", { name: "Uno", capacity: 1 });
    await groups.admit("team:own", "caro", "member");
    for (let n = 0; n < LIMITS.channels; n++) {
      await groups.found(`team:full${n}`, { name: "Uno", capacity: 1 });
      await groups.admit(`team:full${n}`, "ana", "member");
      await expect(groups.admit(`team:full${n}`, "caro", "member")).rejects.toEqual(byCode("channel-full"));
    }
    await expect(groups.admit("team:none", "caro", "member")).rejects.toEqual(byCode("channel-not-found"));
    expect([...(await groups.listOf("caro")).keys()]).toEqual(["team:own"]);
    expect(await groups.admit("team:own", "caro", "member")).toMatchObject({ newly: false });
    expect(await groups.admit("team:full0", "ana", "member")).toMatchObject({ newly: false });
    expect((await groups.listOf("ana")).size).toBe(LIMITS.channels);
  });

  test("[CN6] [CN4] a refusal takes off the list no channel that another admission has entered him in", async () => {
    const { groups, home, keys } = await scene();
    const of = (connection: Redis) => makeGroups(connection, keys, makePlayers(redis, keys), { historyLength });
    for (let order = 0; order < 64; order++) {
      const channel = `team:r${order}`;
      await groups.found(channel, { name: "Uno", capacity: 1 });
      await groups.admit(channel, "ana", "member");
      const admit = (connection: Redis) =>
        of(connection)
          .admit(channel, "caro", "member")
          .catch(() => undefined);
      const takeHisPlace = async (connection: Redis) => {
        await of(connection).release(channel, "ana", "left");
        await admit(connection);
      };
      const choices = Array.from({ length: 6 }, (_, bit) => (order >> bit) & 1);
      await interleave(redis, [admit, takeHisPlace], choices, async () => {});
      expect(
        (await home.channels("caro")).map((own) => own.channel),
        channel,
      ).toContain(channel);
      await groups.release(channel, "caro", "left");
    }
  });

  test("[CN4] who is removed and admitted at the same time and is a member in the end finds the channel among his, whatever came first", async () => {
    const { groups, home, keys } = await scene();
    const of = (connection: Redis) => makeGroups(connection, keys, makePlayers(redis, keys), { historyLength });
    let members = 0;
    for (let order = 0; order < 64; order++) {
      const channel = `team:t${order}`;
      await groups.found(channel, { name: "t", capacity: 10 });
      await groups.admit(channel, "caro", "member");
      const choices = Array.from({ length: 6 }, (_, bit) => (order >> bit) & 1);
      const commands = [
        (connection: Redis) => of(connection).release(channel, "caro", "kicked"),
        (connection: Redis) => of(connection).admit(channel, "caro", "member"),
      ];
      await interleave(redis, commands, choices, async () => {});
      const record = await redis.run(keys.of(channel, "members"), ["HGET", keys.of(channel, "members"), "caro"]);
      const listed = (await home.channels("caro")).some((own) => own.channel === channel);
      expect({ choices, listed }).toEqual({ choices, listed: record !== null });
      if (record !== null) {
        members += 1;
        await groups.release(channel, "caro", "left");
      }
    }
    expect(members).toBeGreaterThan(10);
  });
});
