import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeLeases, startLease } from "../server/presence/lease.ts";
import { makePresence, type Presence } from "../server/presence/presence.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber, asPairs } from "../server/redis/reply.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const LEASE_MS = 600;

describe("presence", () => {
  let redis: Redis;
  let keys: Keys;
  beforeAll(async () => {
    ({ redis } = await aRedis());
  });
  beforeEach(async () => {
    const fresh = await aRedis();
    await fresh.redis.close();
    keys = fresh.keys;
  });
  afterAll(() => redis.close());

  const sessions = async (presence: Presence, player: string): Promise<string[]> =>
    ((await presence.of([player])).get(player) ?? []).map(({ session }) => session).sort();
  const stored = async (player: string): Promise<string[]> => {
    const key = keys.of(`player:${player}`, "presence");
    return [...asPairs(await redis.run(key, ["HGETALL", key])).keys()].sort();
  };

  test("[PR1] knows each session of a player: where it is and whether he is reading", async () => {
    const lease = await startLease(redis, keys, LEASE_MS);
    const presence = makePresence(redis, keys, lease.incarnation);
    await presence.put("ana", { session: "s1", channel: "guild:g1", reading: true });
    await presence.put("ana", { session: "s2", channel: "guild:g1", reading: false });
    await presence.put("ana", { session: "s1", channel: "guild:g1", reading: false });
    const found = await presence.of(["ana", "nobody"]);
    expect(found.get("nobody")).toEqual([]);
    expect(found.get("ana")).toHaveLength(2);
    expect(found.get("ana")).toContainEqual({
      session: "s1",
      incarnation: lease.incarnation,
      channel: "guild:g1",
      reading: false,
      matchUntil: 0,
      at: expect.any(Number),
      activeAt: expect.any(Number),
      idle: false,
    });
    await presence.remove("ana", "s1");
    expect(await sessions(presence, "ana")).toEqual(["s2"]);
    await lease.release();
  });

  test("[PR2] of a process killed with -9 ends for all its players at once, without a write", async () => {
    const players = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const child = spawn(
      process.execPath,
      [
        `${import.meta.dirname}/presence-process.ts`,
        process.env.GREMIO_TEST_REDIS_URL ?? "",
        keys.namespace,
        String(LEASE_MS),
        ...players,
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const presence = makePresence(redis, keys, "only-reads");
    const present = async (): Promise<number> =>
      [...(await presence.of(players)).values()].filter((list) => list.length > 0).length;
    await once(child.stdout, "data");
    expect(await present()).toBe(50);
    const before = await stored("p7");
    child.kill("SIGKILL");
    await once(child, "exit");
    const seen = new Set<number>();
    await waitFor(async () => {
      seen.add(await present());
      return seen.has(0);
    }, "all players to be away");
    expect([...seen].filter((count) => count !== 50 && count !== 0)).toEqual([]);
    expect(await stored("p7")).toEqual(before);
  });

  test("[PR2] lasts as long as the process gives signs of life, much longer than one lease", async () => {
    const lease = await startLease(redis, keys, 300);
    const presence = makePresence(redis, keys, lease.incarnation);
    await presence.put("eva", { session: "s1", channel: "guild:g1", reading: true });
    const key = keys.of(`process:${lease.incarnation}`, "lease");
    let renewals = 0;
    let last = 300;
    await waitFor(async () => {
      const left = asNumber(await redis.run(key, ["PTTL", key]));
      expect(left).toBeGreaterThan(0);
      if (left > last) renewals += 1;
      last = left;
      return renewals >= 6;
    }, "six renewals");
    expect(await sessions(presence, "eva")).toEqual(["s1"]);
    await lease.release();
    expect(await makeLeases(redis, keys).alive([lease.incarnation])).toEqual(new Set());
    expect(await sessions(makePresence(redis, keys, "only-reads"), "eva")).toEqual([]);
  });

  test("[PR3] left by dead processes is swept when the player is next seen, and what lives stays", async () => {
    const [dead, other, mine] = await Promise.all([1, 2, 3].map(() => startLease(redis, keys, LEASE_MS)));
    const at = (lease: { incarnation: string } | undefined): Presence =>
      makePresence(redis, keys, lease?.incarnation ?? "");
    for (const session of ["d1", "d2"]) await at(dead).put("leo", { session, channel: "guild:g1", reading: true });
    await at(other).put("leo", { session: "o1", channel: "guild:g1", reading: true });
    await dead?.release();
    await at(mine).put("leo", { session: "m1", channel: "guild:g1", reading: true });
    expect(await stored("leo")).toEqual(["m1", "o1", "seen:"]);
    expect(await sessions(at(mine), "leo")).toEqual(["m1", "o1"]);
    await Promise.all([other?.release(), mine?.release()]);
  });

  test("[PR3] of a player who never comes back is gone after a day", async () => {
    const presence = makePresence(redis, keys, "x");
    await presence.put("old", { session: "s1", channel: "guild:g1", reading: true });
    const key = keys.of("player:old", "presence");
    expect(asNumber(await redis.run(key, ["TTL", key]))).toBeGreaterThan(86_000);
  });

  test("[PR4] a record this version cannot read counts for nothing and harms nobody", async () => {
    const lease = await startLease(redis, keys, LEASE_MS);
    const presence = makePresence(redis, keys, lease.incarnation);
    const key = keys.of("player:ivy", "presence");
    await redis.run(key, ["HSET", key, "bad", "{", "other", '{"v":2}']);
    await presence.put("ivy", { session: "s1", channel: "guild:g1", reading: true });
    expect(await sessions(presence, "ivy")).toEqual(["s1"]);
    await lease.release();
  });
});
