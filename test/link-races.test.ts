import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeGuildJoining } from "../server/guild/joining.ts";
import { makeLinks } from "../server/link/link.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { bucketOf, type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTexts } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import { aRedis } from "./a-redis.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";
import { interleave } from "./interleaving.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const historyLength = 1_000;
const of = (connection: Redis, keys: Keys) => {
  const players = makePlayers(connection, keys);
  const groups = makeGroups(connection, keys, players, { historyLength });
  const ledger = makeLedger(connection, keys);
  return {
    ...{ players, groups, ledger },
    guilds: makeGuilds(connection, keys, players, { historyLength }),
    joining: makeGuildJoining({ redis: connection, keys, players, historyLength }),
    links: makeLinks(connection, keys, { players, groups, ledger }, { historyLength }),
    reads: makeReads(connection, keys),
  };
};
type World = ReturnType<typeof of>;

/** Guilds `a`, which is the guest's own in some, and `b`; both open. */
const scene = async (isLeader: boolean) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const world = of(redis, keys);
  for (const player of ["la", "lb", "guest", "account"]) await world.players.putProfile(player, { name: player });
  const leader = isLeader ? "guest" : "la";
  await world.guilds.create({ id: "a", name: "a", tag: "AA", leader, joinMode: "open" });
  await world.guilds.create({ id: "b", name: "b", tag: "BB", leader: "lb", joinMode: "open" });
  if (isLeader) await world.guilds.admit("a", "la", "officer");
  await world.groups.found("circle:c", { name: "c", capacity: 10 });
  const homes = async (player: string): Promise<string[]> => {
    const found = await Promise.all(
      ["guild:a", "guild:b"].map((id) =>
        redis.run(keys.of(id, "members"), ["HEXISTS", keys.of(id, "members"), player]),
      ),
    );
    return ["a", "b"].filter((_, index) => found[index] === 1);
  };
  const leaders = async (id: string): Promise<number> => {
    const rows = asTexts(
      await redis.run(keys.of(`guild:${id}`, "members"), ["HVALS", keys.of(`guild:${id}`, "members")]),
    );
    return rows.filter((row) => row.includes('"leader"')).length;
  };
  return { ...world, keys, homes, leaders };
};

const ACTS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  link: ({ links }) => links.link("guest", "account"),
  guestToA: ({ guilds }) => guilds.admit("a", "guest", "member"),
  guestToB: ({ joining }) => joining.joinOpen("b", "guest"),
  accountToA: ({ joining }) => joining.joinOpen("a", "account"),
  accountToB: ({ guilds }) => guilds.admit("b", "account", "recruit"),
  kick: ({ guilds }) => guilds.remove("a", "guest", "kicked", { caller: "la" }),
  handOver: ({ guilds }) => guilds.setRank("a", "la", "leader", "guest"),
  takeOver: ({ guilds }) => guilds.setRank("a", "account", "leader"),
  ban: ({ joining }) => joining.bans.ban({ guild: "a", player: "account" }),
  circle: ({ groups }) => groups.admit("circle:c", "guest", "member"),
};

test("[LI7] in whatever order the steps of a link and of what others do fall, each is in one guild at most, a guest who is linked in none, and each guild has its leader", async () => {
  const names = fc.array(fc.constantFrom(...Object.keys(ACTS)), { minLength: 1, maxLength: 3 });
  const orders = fc.array(fc.nat(11), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), names, orders, async (isLeader, others, choices) => {
      const world = await scene(isLeader);
      const { keys, homes, leaders, links, guilds, reads } = world;
      const results = await interleave(
        redis,
        ["link", ...others].map((name) => (stepwise: Redis) => ACTS[name]?.(of(stepwise, keys)) ?? Promise.resolve()),
        choices,
        async () => {
          expect((await homes("guest")).length).toBeLessThanOrEqual(1);
          expect((await homes("account")).length).toBeLessThanOrEqual(1);
          expect(await leaders("a")).toBe(1);
        },
      );
      for (const result of results) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(GremioError);
      const profile = keys.of("player:guest", "profile");
      if ((await redis.run(profile, ["HEXISTS", profile, "to"])) === 0) return;
      // An account that went to another guild meanwhile has to leave one first.
      const home = await guilds.guildOf("account");
      const { stay } = await links.resume(bucketOf("player:guest"));
      if (stay > 0 && home !== undefined) {
        await guilds.remove(home, "account", "left");
        expect(await links.resume(bucketOf("player:guest"))).toEqual({ stay: 0 });
      } else expect(stay).toBe(0);
      expect(await homes("guest")).toEqual([]);
      expect(await guilds.guildOf("account")).toBe((await homes("account"))[0]);
      await expect(reads.status("circle:c", "guest")).rejects.toMatchObject({ code: "not-member" });
    }),
    { numRuns: 30 },
  );
});

test("[LI7] a linked guest becomes a member of nothing any more, by no way", async () => {
  const { links, guilds, joining, groups } = await scene(false);
  await links.link("guest", "account");
  const linked = { code: "player-linked" };
  await expect(guilds.admit("a", "guest", "member")).rejects.toMatchObject(linked);
  await expect(joining.joinOpen("b", "guest")).rejects.toMatchObject(linked);
  await expect(groups.admit("circle:c", "guest", "member")).rejects.toMatchObject(linked);
  await guilds.change("b", { joinMode: "request" });
  await expect(joining.requests.join({ guild: "b", player: "guest", bound: false })).rejects.toMatchObject(linked);
});

test("[LI3] a leader who becomes an account of his own guild leads it as that account", async () => {
  const { links, guilds } = await scene(true);
  expect(await links.link("guest", "la")).toMatchObject({ guild: "a" });
  expect((await guilds.snapshot("a")).members.map(({ player, rank }) => [player, rank])).toEqual([["la", "leader"]]);
});

test("[LI8] nobody gets rid of a ban or a mute by being linked, and whom he blocked he has blocked still", async () => {
  const world = await scene(false);
  const { links, guilds, joining, players, keys } = world;
  await guilds.admit("a", "guest", "member");
  await joining.bans.ban({ guild: "a", player: "account" });
  const standing = keys.of("player:guest", "standing");
  const blocks = keys.of("player:account", "blocks");
  const until = Date.now() + 60_000;
  await redis.run(standing, ["HSET", standing, "muted", JSON.stringify({ until, reason: "spam", at: 1 })]);
  await redis.run(keys.of("player:guest", "blocks"), ["HSET", keys.of("player:guest", "blocks"), "la", "1"]);
  expect(await links.link("guest", "account")).toMatchObject({ guild: undefined });
  expect((await guilds.snapshot("a")).members.map(({ player }) => player)).toEqual(["la"]);
  const taken = keys.of("player:account", "standing");
  expect(JSON.parse(String(await redis.run(taken, ["HGET", taken, "muted"])))).toMatchObject({ until });
  expect(String(await redis.run(blocks, ["HGET", blocks, "la"]))).toBe("1");
  // The guild's leader stays its leader, whatever account he becomes.
  await players.putProfile("second", { name: "second" });
  await joining.bans.ban({ guild: "b", player: "second" });
  await guilds.admit("b", "la2", "member").catch(() => undefined);
  await guilds.admit("b", "account", "member");
  expect(await links.link("lb", "second")).toMatchObject({ guild: "b" });
});

test("[LI8, GU77] a guest's request is the account's, and whoever invited him is still told that he stayed", async () => {
  const { links, guilds, joining, keys } = await scene(false);
  await guilds.change("b", { joinMode: "request" });
  await joining.requests.join({ guild: "b", player: "guest", text: "hola", bound: true });
  await joining.invitations.invite("a", "guest", "la");
  await joining.joinOpen("a", "guest");
  await joining.requests.join({ guild: "b", player: "account", text: "soy yo", bound: true });
  const { version, requests } = await guilds.snapshot("b");
  expect(requests).toBe(2);
  await links.link("guest", "account");
  const after = await guilds.snapshot("b");
  expect(after.requests).toBe(1);
  expect(after.version).toBeGreaterThan(version);
  expect((await joining.requests.list("b")).map(({ player }) => player)).toEqual(["account"]);
  expect((await joining.doors.of("account")).requests).toMatchObject([{ guild: "b", state: "pending" }]);
  const friends = keys.inBucket(bucketOf("guild:a"), "friends");
  const items = await redis.run(friends, ["ZRANGE", friends, "0", "-1"]);
  expect(JSON.stringify(items)).toContain("account");
});

test("[LI2] a link that cannot end yet keeps no other waiting, and a sweep ends the others", async () => {
  const { links, guilds, players, keys, homes } = await scene(false);
  const other = [...Array(5_000).keys()]
    .map((n) => `g${n}`)
    .find((id) => bucketOf(`player:${id}`) === bucketOf("player:guest"));
  if (other === undefined) throw new Error("no player of the same bucket");
  await players.putProfile(other, { name: "other" });
  await guilds.admit("a", "guest", "member");
  await guilds.admit("a", other, "member");
  // Both die after the first step; then the account of one goes to another guild.
  for (const [guest, account] of [
    ["guest", "account"],
    [other, "la"],
  ] as const) {
    let steps = 1;
    const begun = async (): Promise<boolean> => {
      const profile = keys.of(`player:${guest}`, "profile");
      return (await redis.run(profile, ["HEXISTS", profile, "to"])) === 1;
    };
    while (!(await begun()))
      await of(dyingRedis(redis, aDeath(steps++)), keys)
        .links.link(guest, account)
        .catch(() => {});
  }
  await guilds.admit("b", "account", "member");
  expect(await links.resume(bucketOf("player:guest"))).toMatchObject({ stay: 1, error: { code: "already-in-guild" } });
  expect([await homes(other), await homes("guest")]).toEqual([[], ["a"]]);
  await guilds.remove("b", "account", "left");
  expect(await links.resume(bucketOf("player:guest"))).toEqual({ stay: 0 });
  expect([await homes("guest"), await homes("account")]).toEqual([[], ["a"]]);
});
