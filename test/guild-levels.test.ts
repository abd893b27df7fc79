import { afterAll, beforeAll, expect, test } from "vitest";
import { levelEndsAt, levelOf } from "../shared/guild-level.ts";
import { aGuildLife } from "./a-guild-life.ts";
import { aRedis } from "./a-redis.ts";
import { aRoom } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const aWorld = async () => {
  const { redis, keys } = await aRedis();
  await redis.close();
  return aGuildLife({ redis: connected.redis, keys });
};
const g1 = { guild: "g1" } as const;

test("[GU52] the level is one more than the totals that were reached", () => {
  const totals = [100, 300, 600];
  expect([0, 99, 100, 299, 300, 600, 1e15].map((earned) => levelOf(earned, totals))).toEqual([1, 1, 2, 2, 3, 4, 4]);
  expect([1, 2, 3, 4].map((level) => levelEndsAt(level, totals))).toEqual([100, 300, 600, undefined]);
  expect(levelOf(5, [])).toBe(1);
});

test("[GU53] each level is told once, whoever looks at the same time, and stays when points are taken back", async () => {
  const { ledger, levels, guilds, entries, events } = await aWorld();
  await ledger.move({ book: g1, key: "k1", amount: 350, reason: "quest" });
  expect(await Promise.all(Array.from({ length: 10 }, () => levels.raise("g1")))).toEqual(Array(10).fill(3));
  const told = (await entries("news")).map(({ body }) => body);
  expect(told).toEqual(["2", "3"].map((level) => ({ template: "guild-level-up", params: { level } })));
  expect((await events("level-up")).map(({ guild, level }) => [guild, level])).toEqual([
    ["g1", 2],
    ["g1", 3],
  ]);
  await ledger.reverse({ book: g1, key: "k1", reason: "mistake" });
  expect(await levels.raise("g1")).toBe(3);
  expect(await guilds.snapshot("g1")).toMatchObject({ level: 3, earned: 0, points: 0 });
  await ledger.move({ book: g1, key: "k2", amount: 300, reason: "quest" });
  expect(await levels.raise("g1")).toBe(3);
  expect(await entries("news")).toHaveLength(2);
});

test("[GU54] a level reached while nobody is there is told by whatever process comes by", async () => {
  const { ledger, upkeep, bucket, guilds, entries } = await aWorld();
  await upkeep.bucket(bucket);
  for (const [key, amount] of [["k1", 99] as const, ["k2", 1] as const]) {
    await ledger.move({ book: g1, key, amount, reason: "quest" });
    await upkeep.bucket(bucket);
    expect((await guilds.snapshot("g1")).level).toBe(key === "k1" ? 1 : 2);
  }
  await upkeep.bucket(bucket);
  expect(await entries("news")).toHaveLength(1);
});

test("[GU53] connected members see the level rise in state and channel", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"], { GREMIO_GUILD_LEVELS: "10,20" });
  const beto = await seat("beto");
  await beto.resume();
  const response = await fetch(`http://127.0.0.1:${chat.port}/v1/guilds/g1/points`, {
    method: "POST",
    headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
    body: JSON.stringify({ key: "k1", amount: 15, reason: "quest" }),
  });
  expect(response.status).toBe(200);
  await waitFor(() => beto.room.state.level === 2 && beto.room.state.earned === 15, "level 2 in the state");
  await waitFor(() => beto.entries.some(({ kind }) => kind === "news"), "the news");
});
