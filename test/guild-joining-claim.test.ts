import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Redis } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { aJoiningWorld, joiningOf } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";
import { interleave } from "./interleaving.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const USES = 3;

/** Guild `a` is open, `b` lets in who asked, `c` has a code; `p` has asked `b`. */
const scene = async () => {
  const world = await aJoiningWorld(redis, ["la", "lb", "lc", "p"]);
  await world.guild("a", "open", ["la"]);
  await world.guild("b", "request", ["lb"]);
  await world.guild("c", "invitation", ["lc"]);
  await world.join("p", "b");
  const { code } = await world.joining.invitations.createCode({
    ...{ guild: "c", nonce: "nonce-0001", lifeMs: 60_000, uses: USES, caller: "lc" },
  });
  const homes = async (): Promise<string[]> => {
    const members = ["a", "b", "c"].map((id) => world.keys.of(`guild:${id}`, "members"));
    const found = await Promise.all(members.map((key) => redis.run(key, ["HEXISTS", key, "p"])));
    return ["a", "b", "c"].filter((_, index) => found[index] === 1);
  };
  const used = async (): Promise<number> => {
    const [one] = await world.joining.invitations.codes("c");
    return USES - (one?.left ?? 0);
  };
  const acts: Readonly<Record<string, (by: Redis) => Promise<unknown>>> = {
    open: (by) => joiningOf(by, world.keys).joining.requests.join({ guild: "a", player: "p", bound: true }),
    accept: (by) =>
      joiningOf(by, world.keys).joining.requests.answer({ guild: "b", player: "p", accept: true, caller: "lb" }),
    decline: (by) =>
      joiningOf(by, world.keys).joining.requests.answer({ guild: "b", player: "p", accept: false, caller: "lb" }),
    code: (by) => joiningOf(by, world.keys).joining.invitations.redeem(code, "p", true),
    leave: (by) => joiningOf(by, world.keys).guilds.remove("c", "p", "left", { caller: "p" }),
    ban: (by) => joiningOf(by, world.keys).joining.bans.ban({ guild: "a", player: "p", caller: "la" }),
  };
  return { ...world, acts, homes, used };
};

const names = fc.array(fc.constantFrom("open", "accept", "decline", "code", "code", "leave", "ban"), {
  minLength: 2,
  maxLength: 4,
});

test("[GU35] in whatever order the steps of several ways in fall, a player is in one guild at most, and a code is used by who came by it", async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.array(fc.nat(11), { minLength: 40, maxLength: 40 }), async (chosen, choices) => {
      const { acts, homes, used, guilds, bodies } = await scene();
      let most = 0;
      const results = await interleave(
        redis,
        chosen.map((name) => (stepwise: Redis) => acts[name]?.(stepwise) ?? Promise.resolve()),
        choices,
        async () => {
          most = Math.max(most, (await homes()).length);
        },
      );
      expect(most).toBeLessThanOrEqual(1);
      for (const result of results) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(GremioError);
      const [home] = await homes();
      expect(await guilds.guildOf("p")).toBe(home);
      const came = (await bodies("c")).filter(
        ([, body]) => typeof body === "object" && body !== null && "how" in body && body.how === "code",
      );
      expect(await used()).toBe(came.length);
    }),
    { numRuns: 80 },
  );
});

test("[GU35] whatever moment a process dies in while it lets a player in or bans him, he is free for another guild or a member of one", async () => {
  for (const name of ["open", "accept", "code", "ban"])
    for (let calls = 1; calls <= 12; calls++) {
      const { acts, homes, guilds, join } = await scene();
      if (name === "ban") await guilds.admit("a", "p", "member");
      await acts[name]?.(dyingRedis(redis, aDeath(calls))).catch(() => {});
      const [home, ...others] = await homes();
      expect(others).toEqual([]);
      expect(await guilds.guildOf("p")).toBe(home);
      if (home === undefined) await guilds.admit("c", "p", "member");
      else if (home === "b") await expect(join("p", "a")).rejects.toMatchObject({ code: "already-in-guild" });
      expect(await homes()).toEqual([home ?? "c"]);
      // What was begun can be done again.
      if (home === undefined && name !== "ban") continue;
      if (name === "ban") await acts.ban?.(redis);
      else await acts[name]?.(redis);
      expect(await homes()).toEqual(name === "ban" && home === "a" ? [] : [home ?? "c"]);
    }
});
