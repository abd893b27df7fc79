import { afterAll, beforeAll, expect, test } from "vitest";
import { makeReadAudience } from "../server/broadcast/audience.ts";
import { makeBroadcasts } from "../server/broadcast/broadcasts.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type Audience, type BroadcastSpec, MOST_BROADCASTS } from "../shared/api/broadcast.ts";
import { GremioError } from "../shared/errors.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const spec: BroadcastSpec = {
  ...{ to: { players: ["ana"] }, kind: "event", perMinute: 60, texts: { en: { title: "Hi", body: "There" } } },
};
const device = (player: string) => ({ kind: "token", target: `phone-${player}`, platform: "android" }) as const;

const aWorld = async () => {
  const { redis: own, keys } = await aRedis();
  await own.close();
  const players = makePlayers(redis, keys);
  const readAudience = makeReadAudience(redis, keys);
  const withDevice = async (player: string) => {
    await players.putProfile(player, { name: player, locale: "en" });
    await players.putDevice(player, "d1", device(player));
  };
  /** All pages; between them something may happen. */
  const walk = async (
    audience: Audience,
    most: number,
    meanwhile: (page: number) => Promise<void> = async () => {},
  ) => {
    const met: string[] = [];
    let cursor: string | undefined = "";
    for (let page = 0; cursor !== undefined; page += 1) {
      const found = await readAudience(audience, cursor, most);
      expect(found.players.length).toBeLessThanOrEqual(most);
      met.push(...found.players);
      cursor = found.next;
      await meanwhile(page);
    }
    return met;
  };
  return { keys, players, withDevice, walk };
};

test("[BC6] whoever has a device from the beginning to the end is met once, whatever the size of a page and whoever comes and goes meanwhile", async () => {
  const { players, withDevice, walk, keys } = await aWorld();
  const staying = Array.from({ length: 40 }, (_, n) => `stays${n}`);
  const going = Array.from({ length: 10 }, (_, n) => `goes${n}`);
  await Promise.all([...staying, ...going].map(withDevice));
  for (const most of [1, 7, 100])
    expect((await walk({ all: true }, most)).sort()).toEqual([...staying, ...going].sort());
  const met = await walk({ all: true }, 3, async (page) => {
    const leaves = going[page];
    if (leaves !== undefined) await players.removeDevice(leaves, "d1");
    await withDevice(`comes${page}`);
  });
  expect(met.filter((player) => player.startsWith("stays")).sort()).toEqual([...staying].sort());
  expect(new Set(met).size).toBe(met.length);
  const indexed = async () => {
    const counts = Array.from({ length: 256 }, (_, bucket) => keys.inBucket(bucket, "pushable"));
    const sizes = await Promise.all(counts.map((key) => redis.run(key, ["ZCARD", key])));
    return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
  };
  expect((await walk({ all: true }, 100)).length).toBe(await indexed());
});

test("[BC1] named players are met once, in pages", async () => {
  const { walk } = await aWorld();
  expect(await walk({ players: ["b", "a", "b", "c"] }, 2)).toEqual(["b", "a", "c"]);
});

test("[BC10] at most 100 are waiting or running; they are listed, newest first, in pages; one that is over has its time noted", async () => {
  const { keys } = await aWorld();
  const broadcasts = makeBroadcasts(redis, keys);
  const id = (n: number) => `b${String(n).padStart(20, "0")}`;
  for (let n = 0; n < MOST_BROADCASTS; n += 1) await broadcasts.create(id(n), spec, { lifeMs: 60_000 });
  await expect(broadcasts.create(id(100), spec, { lifeMs: 60_000 })).rejects.toEqual(
    new GremioError("broadcasts-full"),
  );
  expect(await broadcasts.create(id(7), spec, { lifeMs: 60_000 })).toBe(false);
  await broadcasts.step(id(7), "", undefined, [{ outcome: "now", reason: "away" }]);
  // Somebody who was slower.
  await broadcasts.step(id(7), "", undefined, [{ outcome: "now", reason: "away" }]);
  expect(await broadcasts.find(id(7))).toMatchObject({ state: "done", looked: 1, endedAt: expect.any(Number) });
  expect(await broadcasts.next(id(7))).toBeUndefined();
  await broadcasts.create(id(100), spec, { lifeMs: 60_000, expiresAt: Date.now() - 1 });
  expect(await broadcasts.next(id(100))).toBeUndefined();
  expect(await broadcasts.find(id(100))).toMatchObject({ state: "expired", looked: 0 });
  const first = await broadcasts.page({ limit: 60 });
  const rest = await broadcasts.page({ limit: 60, before: first.at(-1)?.broadcast });
  expect(new Set([...first, ...rest].map(({ broadcast }) => broadcast)).size).toBe(101);
  expect(rest).toHaveLength(41);
});
