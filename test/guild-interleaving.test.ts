import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { aRedis } from "./a-redis.ts";
import { interleave } from "./interleaving.ts";

let redis: Redis;
let keys: Keys;
beforeAll(async () => {
  ({ redis, keys } = await aRedis());
});
afterAll(() => redis.close());

const of = (connection: Redis, ownKeys: Keys) => {
  const players = makePlayers(connection, ownKeys);
  return { players, guilds: makeGuilds(connection, ownKeys, players, { historyLength: 100 }) };
};

type World = ReturnType<typeof of>;
const COMMANDS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  admitA: ({ guilds }) => guilds.admit("a", "p", "member"),
  admitB: ({ guilds }) => guilds.admit("b", "p", "member"),
  create: ({ guilds }) => guilds.create({ id: "c", name: "c", tag: "CC", leader: "p" }),
  removeA: ({ guilds }) => guilds.remove("a", "p", "left"),
  removeB: ({ guilds }) => guilds.remove("b", "p", "kicked"),
  rename: ({ players }) => players.putProfile("p", { name: "renamed" }),
};

const commands = fc.array(fc.constantFrom("admitA", "admitA", "removeA", "admitB", "removeB", "create", "rename"), {
  minLength: 2,
  maxLength: 5,
});

type Race = [begun: boolean, commands: ("admitA" | "removeA" | "rename")[], choices: number[]];

const RACES: Race[] = [
  // The first admission comes to the guild only after a second one was admitted and removed again: it must not bring him back without a claim.
  [false, ["admitA", "admitA", "removeA"], [0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]],
  // He is renamed after the admission has read his profile and before he is a member, when the guild does not listen yet.
  [false, ["admitA", "rename"], [0, 0, 1, 1, 1, 1, 0, 0, 0, 0]],
];

test("[GU9, GU11] in whatever order the steps of concurrent commands fall, a player is in one guild at most, and it knows his profile", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      commands,
      fc.array(fc.nat(11), { minLength: 40, maxLength: 40 }),
      async (begun, names, choices) => {
        const own = makeKeys(`${keys.namespace}-${randomUUID().slice(0, 8)}`);
        const { guilds, players } = of(redis, own);
        for (const leader of ["la", "lb", "p"]) await players.putProfile(leader, { name: leader });
        for (const id of ["a", "b"]) await guilds.create({ id, name: id, tag: "TT", leader: `l${id}` });
        if (begun) await guilds.admit("a", "p", "member");

        const homes = async (): Promise<string[]> => {
          const members = ["a", "b", "c"].map((id) => own.of(`guild:${id}`, "members"));
          const found = await Promise.all(members.map((key) => redis.run(key, ["HEXISTS", key, "p"])));
          return ["a", "b", "c"].filter((_, index) => found[index] === 1);
        };
        let most = 0;
        const results = await interleave(
          redis,
          names.map((name) => (stepwise: Redis) => COMMANDS[name]?.(of(stepwise, own)) ?? Promise.resolve()),
          choices,
          async () => {
            most = Math.max(most, (await homes()).length);
          },
        );
        expect(most).toBeLessThanOrEqual(1);
        for (const result of results)
          if (result.status === "rejected") expect(result.reason).toBeInstanceOf(GremioError);

        const [home] = await homes();
        expect(await guilds.guildOf("p")).toBe(home);
        if (home === undefined) return;
        const known = (await guilds.snapshot(home)).members.find(({ player }) => player === "p");
        expect(known?.profile).toEqual(await players.profile("p"));
      },
    ),
    { numRuns: 250, examples: RACES },
  );
});
