import { afterAll, beforeAll, expect, test } from "vitest";
import { makeEndGuild } from "../server/guild/end-guild.ts";
import { rankingProjection } from "../server/ranking/projection.ts";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { aSeasonWorld, type SeasonWorld } from "./a-season.ts";

let redis: Redis;
let keys: Keys;
let world: SeasonWorld;
/** Points of g0, g1 …; equal ones of g1 and g2, and of g4 and g5. */
const POINTS = [50, 40, 40, 30, 20, 20, 10];
const ever = { season: "ever", offset: 0, limit: 50 } as const;
const short = (rows: readonly { guild: string; rank: number }[]) => rows.map(({ guild, rank }) => `${guild} ${rank}`);

beforeAll(async () => {
  ({ redis, keys } = await aRedis());
  world = await aSeasonWorld(redis, keys, { guilds: 9, members: 2 });
  for (const [index, points] of POINTS.entries()) await world.move(`g${index}`, points);
  await world.totals.refresh(world.ids);
});
afterAll(() => redis.close());

test("[RK1] equal points share a rank and are listed by id, whole or by pages; who has no points is in no ranking", async () => {
  const all = await world.ranking.page(ever);
  expect(all).toMatchObject({ season: null, total: 7, next: null });
  expect(all.rows[0]).toEqual({ guild: "g0", name: "Guild g0", tag: "TAG", points: 50, rank: 1 });
  const expected = ["g0 1", "g1 2", "g2 2", "g3 4", "g4 5", "g5 5", "g6 7"];
  expect(short(all.rows)).toEqual(expected);
  const paged: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const { rows, next }: { rows: { guild: string; rank: number }[]; next: number | null } = await world.ranking.page({
      ...{ ...ever, offset, limit: 2 },
    });
    paged.push(...short(rows));
    offset = next;
  }
  expect(paged).toEqual(expected);
});

test("[RK3] a guild sees those just above and below it, and its own rank", async () => {
  const around = async (guild: string, limit: number) => {
    const { rows, own, total } = await world.ranking.around({ season: "ever", guild, limit });
    return { rows: short(rows), rank: own?.rank, total };
  };
  expect(await around("g4", 2)).toEqual({ rows: ["g2 2", "g3 4", "g4 5", "g5 5", "g6 7"], rank: 5, total: 7 });
  expect(await around("g0", 1)).toEqual({ rows: ["g0 1", "g1 2"], rank: 1, total: 7 });
  expect(await around("g6", 0)).toEqual({ rows: ["g6 7"], rank: 7, total: 7 });
  expect(await around("g8", 5)).toEqual({ rows: [], rank: undefined, total: 7 });
  await expect(around("nowhere", 5)).rejects.toMatchObject({ code: "guild-not-found" });
});

test("[RK2] by region, language and both; a guild that moves, moves there too", async () => {
  const own = { season: "ever", offset: 0, limit: 50 } as const;
  const where = async (filter: object) => short((await world.ranking.page({ ...own, ...filter })).rows);
  await world.guilds.change("g1", { region: "MX", language: "es-419" });
  await world.guilds.change("g3", { region: "mx", language: "en" });
  await world.guilds.change("g4", { language: "en" });
  await world.totals.refresh(["g1", "g3", "g4"]);
  expect(await where({ region: "Mx" })).toEqual(["g1 1", "g3 2"]);
  expect(await where({ language: "en" })).toEqual(["g3 1", "g4 2"]);
  expect(await where({ region: "MX", language: "en" })).toEqual(["g3 1"]);
  await world.guilds.change("g3", { region: "BR", language: "" });
  await world.totals.refresh(["g3"]);
  expect(await where({ region: "MX" })).toEqual(["g1 1"]);
  expect(await where({ region: "BR" })).toEqual(["g3 1"]);
  expect(await where({ language: "en" })).toEqual(["g4 1"]);
});

test("[RK4] what counts is what was earned: spending and transfers change no rank, a reversal does", async () => {
  const points = async () => {
    await world.totals.refresh(["g6"]);
    return (await world.ranking.around({ season: "ever", guild: "g6", limit: 0 })).own?.points;
  };
  await world.move("g6", 5, undefined, "later-reversed");
  await world.move("g6", -12);
  await world.ledger.transfer({ from: { guild: "g0" }, to: { guild: "g6" }, amount: 30, id: "t1", reason: "help" });
  expect(await points()).toBe(15);
  await world.ledger.reverse({ book: { guild: "g6" }, key: "later-reversed", reason: "mistake" });
  expect(await points()).toBe(10);
});

test("[RK5] of two readings the newest stays, whichever is written last", async () => {
  const own = makeKeys(`${keys.namespace}-late`);
  const late = await aSeasonWorld(redis, own, { guilds: 1, members: 1 });
  await late.move("g0", 5);
  const bucket = own.prefixes("guild:g0")[1];
  const read = async (): Promise<string[]> => {
    const reply = await redis.fcall("ranking_totals", [bucket], ["g0"]);
    if (!Array.isArray(reply)) throw new Error("no list");
    return reply.slice(1).map(String);
  };
  const put = (totals: readonly string[]) => redis.fcall("ranking_put", own.prefixes("ranking"), totals);
  const points = async () => (await late.ranking.page(ever)).rows.map((row) => row.points);
  const old = await read();
  await late.move("g0", 5);
  const [boot = "", ...recent] = await read();
  await put([boot, ...recent]);
  await put(old);
  expect(await points()).toEqual([10]);
  // Redis has lost its end and counts on from an earlier version, under another boot.
  await put(["f".repeat(32), ...old.slice(1)]);
  expect(await points()).toEqual([5]);
  await put([boot, "g0", "1", "99", "", "0", "", ""]);
  expect(await points()).toEqual([5]);
});

test("[RK6] a renamed guild shows its name of now, and one that is no more leaves the ranking that runs", async () => {
  await world.guilds.change("g5", { name: "Los Nuevos", tag: "NEW" });
  const before = await world.ranking.page(ever);
  expect(before.rows.find(({ guild }) => guild === "g5")).toMatchObject({ name: "Los Nuevos", tag: "NEW" });
  const info = keys.of("guild:g5", "info");
  await redis.run(info, ["HSET", info, "disbandsAt", "1"]);
  expect(await makeEndGuild(redis, keys, { historyLength: 100 })("g5")).toBe(true);
  const [gone] = await world.events("guild-disbanded", ["guild:g5"]);
  if (gone === undefined) throw new Error("nobody told that the guild is no more");
  await rankingProjection(world.totals).take([gone]);
  const { rows, total } = await world.ranking.page(ever);
  expect(total).toBe(6);
  expect(short(rows)).toContain("g4 5");
  expect(short(rows)).toContain("g6 6");
});

test("[RK8] a ranking that has lost something, or never was, is filled from all guilds, once", async () => {
  const own = makeKeys(`${keys.namespace}-fill`);
  const filled = await aSeasonWorld(redis, own, { guilds: 3, members: 1 });
  for (const guild of filled.ids) await filled.move(guild, 7);
  expect((await filled.ranking.page(ever)).total).toBe(0);
  expect(await filled.totals.fill()).toBe(true);
  expect(short((await filled.ranking.page(ever)).rows)).toEqual(["g0 1", "g1 1", "g2 1"]);
  expect(await filled.totals.fill()).toBe(false);
  filled.totals.doubt();
  expect(await filled.totals.fill()).toBe(true);
});

test("[RK7] who brought how much to a guild, ever and in the season, with the caller's own row wherever he is", async () => {
  const own = makeKeys(`${keys.namespace}-brought`);
  const guild = await aSeasonWorld(redis, own, { guilds: 1, members: 4 });
  await guild.move("g0", 5, "g0-p1");
  await guild.move("g0", 5, "g0-p2");
  const season = await guild.begin("s1");
  await guild.move("g0", 3, "g0-p2");
  await guild.move("g0", 2, "g0-p3");
  const ask = { guild: "g0", offset: 0, limit: 10 };
  const brought = async (which: string, caller?: string) => {
    const { rows, own: mine } = await guild.ranking.contributions({ ...ask, season: which }, caller);
    return [...rows, ...(mine ? [mine] : [])].map(({ player, points, rank }) => `${player} ${points} ${rank}`);
  };
  expect(await brought("ever")).toEqual(["g0-p2 8 1", "g0-p1 5 2", "g0-p3 2 3", "g0-p0 0 4"]);
  expect(await brought("current", "g0-p0")).toEqual([
    ...["g0-p2 3 1", "g0-p3 2 2", "g0-p0 0 3", "g0-p1 0 3"],
    "g0-p0 0 3",
  ]);
  const page = await guild.ranking.contributions({ ...ask, season: "s1", offset: 1, limit: 1 }, "g0-p2");
  expect(page).toMatchObject({ total: 4, next: 2, rows: [{ player: "g0-p3", name: "g0-p3" }] });
  expect(page.own).toEqual({ player: "g0-p2", name: "g0-p2", points: 3, rank: 1 });
  expect(season.season).toBe("s1");
  await expect(brought("s9")).rejects.toMatchObject({ code: "season-not-found" });
});
