import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { aTeamProcess, aTeamWorld } from "./a-team-world.ts";
import { aDeath, dyingRedis, type Fault } from "./dying-before.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

type World = ReturnType<typeof aTeamWorld>;
type Process = ReturnType<typeof aTeamProcess>;
/** What is done, by a process that may die on the way and once more by one that lives, and what must be so afterwards. */
type Scenario = {
  name: string;
  prepare(world: World): Promise<string>;
  act(process: Process, team: string): Promise<unknown>;
  /** Nobody asks again. */
  onlyUpkeep?: true;
  check(world: World, team: string): Promise<void>;
};

const NONCE = "nonce-of-the-team";
const both = [{ player: "ana" }, { player: "beto" }];
const listed = async ({ groups }: World, player: string) =>
  [...(await groups.listOf(player)).keys()].filter((channel) => channel.startsWith("team:"));

const PARTY = { nonce: "nonce-of-the-party", host: "ana", open: { guild: "g1" } };
const aGuild = async ({ guilds }: World): Promise<string> => {
  await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
  await guilds.admit("g1", "beto", "member");
  return "";
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: "a player makes one",
    prepare: async () => "",
    act: ({ teams }) => teams.create({ nonce: NONCE, founder: "ana" }, "ana"),
    check: async (world) => {
      const { team } = await world.teams.create({ nonce: NONCE, founder: "ana" }, "ana");
      expect(await world.ranks(team)).toEqual({ ana: "leader" });
      expect(await listed(world, "ana")).toEqual([team]);
    },
  },
  {
    name: "the backend makes one",
    prepare: async () => "",
    act: ({ teams }) => teams.create({ nonce: NONCE, members: both }),
    check: async (world) => {
      const { team } = await world.teams.create({ nonce: NONCE, members: both });
      expect(await world.ranks(team)).toEqual({ ana: "leader", beto: "member" });
      expect([await listed(world, "ana"), await listed(world, "beto")]).toEqual([[team], [team]]);
      expect((await world.kinds(team)).filter((kind) => kind === "joined")).toHaveLength(2);
    },
  },
  {
    name: "a player makes a party of his guild",
    prepare: aGuild,
    act: ({ parties }) => parties.create(PARTY, "ana"),
    check: async (world) => {
      const team = await world.parties.create(PARTY, "ana");
      expect(await world.ranks(team)).toEqual({ ana: "leader" });
      expect(await listed(world, "ana")).toEqual([team]);
      expect((await world.parties.of("beto")).map((one) => [one.team, one.count])).toEqual([[team.slice(5), 1]]);
    },
  },
  {
    name: "a player enters a party",
    prepare: async (world) => {
      await aGuild(world);
      return world.parties.create(PARTY, "ana");
    },
    act: ({ parties }, team) => parties.enter(team, "beto"),
    check: async (world, team) => {
      expect(await world.ranks(team)).toEqual({ ana: "leader", beto: "member" });
      expect(await listed(world, "beto")).toEqual([team]);
      expect((await world.teams.view(team)).members.map(({ speaks }) => speaks)).toEqual(["host", "listener"]);
    },
  },
  {
    name: "whoever has left the guild is put out of its party",
    prepare: async (world) => {
      await aGuild(world);
      const team = await world.parties.create(PARTY, "ana");
      await world.parties.enter(team, "beto");
      await world.guilds.remove("g1", "beto", "left");
      return team;
    },
    act: ({ parties }) => parties.leftOf("guild:g1", "beto"),
    check: async (world, team) => {
      expect(await world.ranks(team)).toEqual({ ana: "leader" });
      expect(await world.members.isMember(team, "beto")).toBe(false);
      expect((await world.kinds(team)).filter((kind) => kind === "left")).toHaveLength(1);
    },
  },
  {
    name: "a player comes by an invitation",
    prepare: async (world) => {
      const team = await world.made({ members: both });
      await world.invitations.invite(team, "caro", "ana");
      return team;
    },
    act: ({ invitations }, team) => invitations.join(team, "caro"),
    check: async (world, team) => {
      expect(await world.ranks(team)).toEqual({ ana: "leader", beto: "member", caro: "member" });
      expect(await listed(world, "caro")).toEqual([team]);
      expect(await world.invitations.of("caro")).toEqual([]);
    },
  },
  {
    name: "the leader leaves",
    prepare: (world) => world.made({ members: both }),
    act: ({ members }, team) => members.leave(team, "ana", "ana").catch(unlessGone),
    check: async (world, team) => {
      expect(await world.ranks(team)).toEqual({ beto: "leader" });
      expect((await world.kinds(team)).filter((kind) => kind === "left")).toHaveLength(1);
      expect(await world.members.isMember(team, "ana")).toBe(false);
    },
  },
  ...([false, true] as const).map(
    (onlyUpkeep): Scenario => ({
      name: onlyUpkeep ? "it is ended, and nobody asks again" : "it is ended",
      prepare: (world) => world.made({ members: both }),
      act: ({ teams }, team) => teams.end(team),
      ...(onlyUpkeep && { onlyUpkeep }),
      check: async (world, team) => {
        if (onlyUpkeep && (await world.members.isMember(team, "ana"))) return;
        expect([await listed(world, "ana"), await listed(world, "beto")]).toEqual([[], []]);
        expect((await world.eventNames(team)).filter((name) => name === "team-ended")).toHaveLength(1);
        expect((await world.kinds(team)).slice(-3)).toEqual(["team-ended", "left", "left"]);
      },
    }),
  ),
];

const unlessGone = (error: unknown): void => {
  if (!(error instanceof Error && "code" in error && error.code === "member-not-found")) throw error;
};

test("[TE11] [PA4] killed at any step, or cut off from Redis, and asked again, a team is made, entered, left and ended once, with everybody's list right", async () => {
  const faults: readonly Fault[] = ["before", "after", "unheard"];
  let died = 0;
  for (const scenario of SCENARIOS)
    for (const fault of faults)
      for (let n = 1; ; n++) {
        const world = aTeamWorld(redis, makeKeys(`t-${randomUUID().slice(0, 12)}`));
        await world.people("ana", "beto", "caro");
        const team = await scenario.prepare(world);
        let dead = false;
        const step = aDeath(n, fault);
        const dying = aTeamProcess(
          dyingRedis(redis, (does) =>
            step(does).catch((error: unknown) => {
              dead = true;
              throw error;
            }),
          ),
          world.keys,
        );
        await scenario.act(dying, team).catch(() => undefined);
        dying.readiness.close();
        if (!scenario.onlyUpkeep) await scenario.act(aTeamProcess(redis, world.keys), team);
        if (team !== "") await world.upkeep.bucket(bucketOf(team));
        await scenario.check(world, team);
        if (!dead) break;
        died += 1;
      }
  expect(died).toBeGreaterThan(60);
});
