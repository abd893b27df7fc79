import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRosters } from "../server/channel/rosters.ts";
import { startLease } from "../server/presence/lease.ts";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const aWorld = async (people: string[]) => {
  const { redis, keys } = await aRedis();
  await redis.close();
  return { keys, ...(await aGuildLife({ redis: connected.redis, keys }, people)) };
};
const DAY_MS = 86_400_000;

test("[GU60] a leader who was seen within the time cannot be succeeded, and it is told when he can", async () => {
  const { succeed, away, guilds } = await aWorld(["ana", "beto"]);
  await away({ ana: { joined: 40, seen: 13 }, beto: { joined: 30 } });
  const tried = await succeed("g1", "beto").catch((error: unknown) => error);
  expect(tried).toMatchObject(byCode("leader-present"));
  expect(tried).toMatchObject({ retryAtMs: expect.any(Number) });
  const { retryAtMs } = Object(tried);
  expect(Math.abs(retryAtMs - Date.now() - DAY_MS)).toBeLessThan(60_000);
  await away({ ana: { joined: 40, seen: 14.1 } });
  await expect(succeed("g1", "nobody")).rejects.toMatchObject(byCode("not-member"));
  await expect(succeed("g0", "beto")).rejects.toMatchObject(byCode("guild-not-found"));
  await succeed("g1", "beto");
  await succeed("g1", "beto");
  expect((await guilds.snapshot("g1")).members.map(({ rank }) => rank)).toEqual(["officer", "leader"]);
});

test("[GU61] active officers come first, then members, then recruits, of each the longest there", async () => {
  const { succeed, away, guilds, entries, events } = await aWorld(["ana", "old", "new", "first", "second", "fresh"]);
  for (const officer of ["old", "new", "first"]) await guilds.setRank("g1", officer, "officer");
  await guilds.setRank("g1", "fresh", "recruit");
  await away({
    ...{ ana: { joined: 90, seen: 20 }, old: { joined: 80, seen: 15 } },
    ...{ new: { joined: 30, seen: 2 }, first: { joined: 50, seen: 3 } },
    ...{ second: { joined: 85, seen: 0 }, fresh: { joined: 86, seen: 0 } },
  });
  for (const other of ["new", "second", "fresh"])
    await expect(succeed("g1", other), other).rejects.toMatchObject(byCode("not-successor"));
  await away({ first: { joined: 50, seen: 16 }, new: { joined: 30, seen: 16 } });
  await expect(succeed("g1", "fresh")).rejects.toMatchObject(byCode("not-successor"));
  await succeed("g1", "second");
  const ranks = new Map((await guilds.snapshot("g1")).members.map(({ player, rank }) => [player, rank]));
  expect([ranks.get("ana"), ranks.get("second"), ranks.get("first")]).toEqual(["officer", "leader", "officer"]);
  expect((await entries("rank")).slice(-2).map(({ body }) => body)).toEqual([
    { who: 1, rank: "officer" },
    { who: 5, rank: "leader" },
  ]);
  expect((await events("rank-changed")).at(-1)).toMatchObject({
    player: "second",
    rank: "leader",
    reason: "succession",
  });
});

test("[GU60] who is connected counts as seen, as long as the process that holds him lives", async () => {
  const { keys, succeed, away } = await aWorld(["ana", "beto"]);
  const { redis } = connected;
  const rosters = makeRosters(redis, keys);
  const lease = await startLease(redis, keys, 60_000);
  await rosters.setSession("guild:g1", "ana", "s1", lease.incarnation);
  await away({ ana: { joined: 90, seen: 30 }, beto: { joined: 80 } });
  await expect(succeed("g1", "beto")).rejects.toMatchObject(byCode("leader-present"));
  await lease.release();
  await waitFor(
    () =>
      succeed("g1", "beto")
        .then(() => true)
        .catch(() => false),
    "the dead process to be noticed",
  );
});
