import { afterAll, beforeAll, expect, test } from "vitest";
import { type Guilds, makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { aRedis } from "./a-redis.ts";

const PROCESSES = 3;
const connections: Redis[] = [];
beforeAll(async () => {
  for (let index = 0; index < PROCESSES; index++) connections.push((await aRedis()).redis);
});
afterAll(() => Promise.all(connections.map((redis) => redis.close())));

/** Several connections, as several processes have, to guilds `g0` … of one namespace; each with a leader `l0` …. */
const aWorld = async (count: number) => {
  const { redis, keys } = await aRedis();
  await redis.close();
  const processes = connections.map((connection) =>
    makeGuilds(connection, keys, makePlayers(connection, keys), { historyLength: 1000 }),
  );
  const [guilds] = processes;
  const [connection] = connections;
  if (guilds === undefined || connection === undefined) throw new Error("no connection");
  const players = makePlayers(connection, keys);
  const ids = Array.from({ length: count }, (_, index) => `g${index}`);
  for (const [index, id] of ids.entries()) {
    await players.putProfile(`l${index}`, { name: `l${index}` });
    await guilds.create({ id, name: id, tag: "TAG", leader: `l${index}` });
  }
  const guildsWith = async (player: string): Promise<string[]> => {
    const snapshots = await Promise.all(ids.map((id) => guilds.snapshot(id)));
    return snapshots.flatMap(({ id, members }) => (members.some((member) => member.player === player) ? [id] : []));
  };
  return { keys, ids, processes, guilds, players, connection, guildsWith };
};

/** A connection whose process dies (-9, seen from Redis) before its `n`th call. */
const dyingBefore = (redis: Redis, n: number): Redis => {
  let calls = 0;
  const die = () => {
    calls += 1;
    if (calls >= n) throw new RedisUnavailable(new Error("killed"));
  };
  return {
    ...redis,
    run: async (key, args) => {
      die();
      return redis.run(key, args);
    },
    fcall: async (name, keys, args) => {
      die();
      return redis.fcall(name, keys, args);
    },
  };
};

/** Whoever is told `outcome-unknown`, as on a slow machine, asks again. */
const settled = async <T>(admit: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await admit();
    } catch (error) {
      if (!(error instanceof GremioError && error.code === "outcome-unknown")) throw error;
    }
};

test("[GU9] of many guilds that admit one player at the same time exactly one gets him", async () => {
  const { ids, processes, guilds, players, guildsWith } = await aWorld(12);
  for (let round = 0; round < 15; round++) {
    const player = `wanted${round}`;
    await players.putProfile(player, { name: player });
    const tried = await Promise.allSettled(
      ids.flatMap((id, index) =>
        processes.map((process, at) =>
          settled(() => process.admit(id, player, (index + at) % 2 ? "member" : "recruit")),
        ),
      ),
    );
    const [home, ...others] = await guildsWith(player);
    expect(others).toEqual([]);
    expect(await guilds.guildOf(player)).toBe(home);
    const newly = tried.filter((result) => result.status === "fulfilled" && result.value.newly);
    expect(newly).toHaveLength(1);
    for (const result of tried)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "already-in-guild" });
  }
});

test("[GU9] while a player is admitted, removed and admitted all at once, he is never in two guilds", async () => {
  const { ids, processes, guilds, players, guildsWith } = await aWorld(4);
  await players.putProfile("p", { name: "p" });
  for (let round = 0; round < 60; round++) {
    const each = (act: (guilds: Guilds, id: string) => Promise<unknown>) =>
      ids.flatMap((id) => processes.map((process) => act(process, id)));
    await Promise.allSettled(
      [
        ...each((process, id) => process.admit(id, "p", "member")),
        ...each((process, id) => process.remove(id, "p", "left")),
        ...each((process, id) => process.admit(id, "p", "member")),
      ].sort(() => Math.random() - 0.5),
    );
    const homes = await guildsWith("p");
    expect(homes.length).toBeLessThanOrEqual(1);
    expect(await guilds.guildOf("p")).toBe(homes[0]);
  }
  const [home] = await guildsWith("p");
  if (home !== undefined) await guilds.remove(home, "p", "left");
  expect(await guilds.admit("g0", "p", "member")).toMatchObject({ newly: true });
});

test("[GU10] whatever moment a process dies in while it admits or removes, the player is free for another guild or a member of one", async () => {
  for (let calls = 1; calls <= 8; calls++) {
    const { keys, guilds, players, connection, guildsWith } = await aWorld(3);
    await players.putProfile("p", { name: "p" });
    const dying = (n: number) => {
      const redis = dyingBefore(connection, n);
      return makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength: 1000 });
    };
    await dying(calls)
      .admit("g0", "p", "member")
      .catch(() => {});
    await dying(calls)
      .admit("g1", "p", "member")
      .catch(() => {});
    const homes = await guildsWith("p");
    expect(homes.length).toBeLessThanOrEqual(1);
    expect(await guilds.guildOf("p")).toBe(homes[0]);
    if (homes[0] === undefined) await guilds.admit("g2", "p", "member");
    expect(await guildsWith("p")).toEqual([homes[0] ?? "g2"]);

    const home = homes[0] ?? "g2";
    await dying(calls)
      .remove(home, "p", "left")
      .catch(() => {});
    if ((await guildsWith("p")).length > 0) await guilds.remove(home, "p", "left");
    expect(await guilds.guildOf("p")).toBeUndefined();
    await guilds.admit("g1", "p", "member");
    expect(await guildsWith("p")).toEqual(["g1"]);
  }
});

test("[GU11] a profile changed while its owner joins, or by a process that died, is right in the guild after the next look", async () => {
  const { guilds, players, keys, connection } = await aWorld(1);
  for (let round = 0; round < 20; round++) {
    const player = `p${round}`;
    await players.putProfile(player, { name: "before" });
    await Promise.all([guilds.admit("g0", player, "member"), players.putProfile(player, { name: "after" })]);
    const member = (await guilds.snapshot("g0")).members.find((one) => one.player === player);
    expect(member?.profile).toMatchObject({ name: "after", version: 2 });
  }
  const dying = makePlayers(dyingBefore(connection, 3), keys);
  await expect(dying.putProfile("p0", { name: "last" })).rejects.toThrow();
  await players.putProfile("p0", {});
  const member = (await guilds.snapshot("g0")).members.find((one) => one.player === "p0");
  expect(member?.profile).toMatchObject({ name: "last", version: 3 });
});
