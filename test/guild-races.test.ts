import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDirectory } from "../server/directory/directory.ts";
import { makeMatches } from "../server/directory/matches.ts";
import { makeQuickJoin } from "../server/directory/quick-join.ts";
import { makeDisbanding } from "../server/guild/disbanding.ts";
import { makeLifeUpkeep } from "../server/guild/life-upkeep.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asPairs } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import { OPERATIONS } from "../shared/operations.ts";
import { aJoiningWorld, joiningOf } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";
import { interleave } from "./interleaving.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const CAPACITY = 3;
const people = ["la", "lb", "p", "q", "r"];

/** Guild `a` of la, p and q has a code and is full; `b` of lb alone is open. r is free. */
const scene = async () => {
  const world = await aJoiningWorld(redis, people, { capacity: CAPACITY });
  const { keys } = world;
  await world.guild("a", "open", ["la", "p", "q"]);
  await world.guild("b", "open", ["lb"]);
  await world.guilds.setRank("a", "p", "officer");
  const { code } = await world.joining.invitations.createCode({
    ...{ guild: "b", nonce: "nonce-0001", lifeMs: 60_000, uses: 2, caller: "lb" },
  });
  const directory = makeDirectory(redis, keys);
  for (const id of ["a", "b"]) await directory.refresh(`guild:${id}`);
  const rows = async (id: string): Promise<[string, string][]> => {
    const key = keys.of(`guild:${id}`, "members");
    return [...asPairs(await redis.run(key, ["HGETALL", key]))];
  };
  const of = (by: Redis) => joiningOf(by, keys, { capacity: CAPACITY });
  const quick = (by: Redis, player: string) => {
    const { players, guilds, joining } = of(by);
    const index = makeDirectory(by, keys);
    const deps = { redis: by, keys, directory: index, matches: makeMatches(index), players, guilds };
    const cards = { post: async () => undefined };
    const { joinOpen: join, joinOrAsk: request, doors: standing } = joining;
    return makeQuickJoin({ ...deps, join, request, standing, cards })({ player, nonce: `quick-of-${player}` });
  };
  const end = async (by: Redis, id: string, caller: string) => {
    await makeDisbanding(by, keys, { graceMs: 0, historyLength: 100 }).announce(id, caller);
    await makeLifeUpkeep(by, keys, { historyLength: 100, totals: [] }).bucket(bucketOf(`guild:${id}`));
  };
  const acts: Readonly<Record<string, (by: Redis) => Promise<unknown>>> = {
    leaves: (by) => of(by).guilds.remove("a", "p", "left", { caller: "p" }),
    leaderLeaves: (by) => of(by).guilds.remove("b", "lb", "left", { caller: "lb" }),
    kicked: (by) => of(by).guilds.remove("a", "p", "kicked", { caller: "la" }),
    kicksBack: (by) => of(by).guilds.remove("a", "q", "kicked", { caller: "p" }),
    banned: (by) => of(by).joining.bans.ban({ guild: "a", player: "p", caller: "la" }),
    handsOver: (by) => of(by).guilds.setRank("a", "p", "leader", "la"),
    handsBack: (by) => of(by).guilds.setRank("a", "la", "leader", "p"),
    putAway: (by) => of(by).guilds.setRank("a", "q", "leader"),
    code: (by) => of(by).joining.invitations.redeem(code, "p", true),
    codeOfR: (by) => of(by).joining.invitations.redeem(code, "r", true),
    joins: (by) => of(by).joining.joinOpen("a", "r"),
    quick: (by) => quick(by, "r"),
    quickOfP: (by) => quick(by, "p"),
    disbandsA: (by) => end(by, "a", "la"),
    disbandsB: (by) => end(by, "b", "lb"),
    founds: (by) => of(by).guilds.create({ id: "c", name: "c", tag: "CC", leader: "r" }),
  };
  return { ...world, acts, rows, directory };
};

test("[GU70] in whatever order joining, leaving, kicks, bans, ranks and ends fall, each is in one guild, no guild is overfull, and one that has members has one leader", async () => {
  const { acts } = await scene();
  const names = fc.array(fc.constantFrom(...Object.keys(acts)), { minLength: 2, maxLength: 5 });
  const orders = fc.array(fc.nat(11), { minLength: 60, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(names, orders, async (chosen, choices) => {
      const { acts, rows, guilds, keys, directory } = await scene();
      const judge = async (): Promise<void> => {
        const found = await Promise.all(["a", "b", "c"].map(rows));
        const all = found.flat().map(([player]) => player);
        expect(new Set(all).size).toBe(all.length);
        for (const members of found) {
          const leaders = members.filter(([, row]) => row.includes('"leader"'));
          expect([leaders.length, members.length <= CAPACITY]).toEqual([members.length === 0 ? 0 : 1, true]);
        }
      };
      const results = await interleave(
        redis,
        chosen.map((name) => (by: Redis) => acts[name]?.(by) ?? Promise.resolve()),
        choices,
        judge,
      );
      for (const result of results) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(GremioError);
      // What was begun is ended by whoever comes by, and then all agree.
      for (const id of ["a", "b", "c"])
        await makeLifeUpkeep(redis, keys, { historyLength: 100, totals: [] }).bucket(bucketOf(`guild:${id}`));
      for (const player of people) {
        const homes = await Promise.all(["a", "b", "c"].map(async (id) => [id, await rows(id)] as const));
        const home = homes.find(([, members]) => members.some(([member]) => member === player))?.[0];
        expect(await guilds.guildOf(player)).toBe(home);
        if (home === undefined) await guilds.create({ id: `free-${player}`, name: "f", tag: "FF", leader: player });
      }
      for (const id of ["a", "b"]) {
        await directory.refresh(`guild:${id}`);
        const members = (await rows(id)).length;
        expect((await directory.read(`guild:${id}`))?.members).toBe(members === 0 ? undefined : members);
      }
    }),
    { numRuns: 60 },
  );
});

test("[GU70] from the moment a guild begins to end nobody becomes a member and nothing is changed, whoever asks", async () => {
  const { guilds, joining, keys, guild } = await aJoiningWorld(redis, ["la", "p"]);
  await guild("a", "open", ["la"]);
  const info = keys.of("guild:a", "info");
  await redis.run(info, ["HSET", info, "ending", "1", "capacity", "0"]);
  const gone = { code: "guild-not-found" };
  await expect(guilds.change("a", { capacity: 10 })).rejects.toMatchObject(gone);
  await expect(guilds.admit("a", "p", "member")).rejects.toMatchObject(gone);
  await expect(joining.requests.join({ guild: "a", player: "p", bound: true })).rejects.toMatchObject(gone);
  await expect(joining.invitations.invite("a", "p")).rejects.toMatchObject(gone);
});

test("[GU27] a ban ends at a time that comes back as it was set, or is refused", () => {
  const { request } = OPERATIONS.banFromGuild;
  const until = (ms: number) => request.safeParse({ guild: "a", player: "p", until: ms }).success;
  expect([until(99_999_999_999_999), until(Number.MAX_SAFE_INTEGER)]).toEqual([true, false]);
});

test("[GU27] bans that are over take no place from new ones", async () => {
  const { joining, keys, guild } = await aJoiningWorld(redis, ["la", "p"]);
  await guild("a", "open", ["la"]);
  const bans = keys.of("guild:a", "bans");
  const over = JSON.stringify({ ends: Date.now() - 1_000, by: "", reason: "", at: 1 });
  await redis.run(bans, ["HSET", bans, ...[...Array(1_000).keys()].flatMap((n) => [`x${n}`, over])]);
  await joining.bans.ban({ guild: "a", player: "p" });
  expect(await redis.run(bans, ["HKEYS", bans])).toHaveLength(1);
});
