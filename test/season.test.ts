import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeDisbanding } from "../server/guild/disbanding.ts";
import { makeLifeUpkeep } from "../server/guild/life-upkeep.ts";
import { makeLinks } from "../server/link/link.ts";
import { bucketOf, type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { nextSeason } from "../server/season/next-season.ts";
import { makeSeasons } from "../server/season/seasons.ts";
import { startSeasons } from "../server/season/start-seasons.ts";
import { makeSteadyClock } from "../server/season/steady-clock.ts";
import { aRedis } from "./a-redis.ts";
import { aSeasonWorld, BRACKETS, named } from "./a-season.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());
const someKeys = (): Keys => makeKeys(`t-${randomUUID().slice(0, 12)}`);
const silent = pino({ level: "silent" });
const HISTORY = { historyLength: 100 };
const ask = { offset: 0, limit: 50 };

test("[RK10] only one season runs at a time; what has begun keeps its beginning, what is over stays as it was", async () => {
  const seasons = makeSeasons(redis, someKeys());
  const { now } = await seasons.open();
  const first = { season: "s1", names: named("s1"), startsAt: now - 1_000, endsAt: now + 60_000, brackets: BRACKETS };
  const second = { ...first, season: "s2", startsAt: now + 60_000, endsAt: now + 120_000 };
  const codeOf = (put: Promise<unknown>) => put.then(() => "done").catch(({ code }) => code);
  expect(await codeOf(seasons.put({ ...first, endsAt: now - 1 }))).toBe("bad-request");
  expect(await seasons.put(first)).toMatchObject({ season: "s1", state: "running" });
  expect(await codeOf(seasons.put(first))).toBe("done");
  expect(await codeOf(seasons.put({ ...second, startsAt: now + 59_999 }))).toBe("season-overlaps");
  expect(await codeOf(seasons.put(second))).toBe("done");
  expect(await codeOf(seasons.put({ ...first, endsAt: now + 60_001 }))).toBe("season-overlaps");
  expect(await codeOf(seasons.put({ ...first, startsAt: now - 999 }))).toBe("season-settled");
  expect(await codeOf(seasons.put({ ...second, startsAt: now + 70_000 }))).toBe("done");
  expect(await codeOf(seasons.put({ ...first, endsAt: now + 65_000, brackets: [] }))).toBe("done");
  expect(await seasons.get("current")).toMatchObject({ season: "s1", endsAt: now + 65_000, brackets: [] });
  expect((await seasons.list(10)).map(({ season }) => season)).toEqual(["s2", "s1"]);
  expect((await seasons.list(1)).map(({ season }) => season)).toEqual(["s2"]);
  await expect(seasons.get("s3")).rejects.toMatchObject({ code: "season-not-found" });
});

test("[RK11] a movement counts in the season its moment belongs to; each season begins with nothing", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 1 });
  await world.move("g0", 100);
  const first = await world.begin("s1");
  await world.move("g0", 5, "g0-p1");
  await world.move("g0", -3);
  expect(await world.guilds.snapshot("g0")).toMatchObject({ points: 102, earned: 105, seasonPoints: 5 });
  await world.end(first, "s2");
  await world.move("g0", 7, "g0-p1");
  const { seasonPoints, members } = await world.guilds.snapshot("g0");
  expect([seasonPoints, members.map((member) => member.seasonPoints)]).toEqual([7, [0, 7, 0]]);
  expect(members.map(({ points }) => points)).toEqual([0, 12, 0]);
  await world.close("s1");
  const { rows } = await world.ranking.page({ season: "s1", ...ask });
  expect(rows).toMatchObject([{ guild: "g0", points: 5 }]);
  expect(await world.guilds.snapshot("g0")).toMatchObject({ seasonPoints: 7 });
});

test("[RK12] what is taken back counts less in the season in which it was earned, while that runs, and in no other", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 1 });
  await world.move("g0", 100, "g0-p0", "before");
  const back = (key: string) => world.ledger.reverse({ book: { guild: "g0" }, key, reason: "mistake" });
  await world.begin("s1");
  await world.move("g0", 10, "g0-p1", "within");
  await world.move("g0", 4, "g0-p1");
  await back("before");
  await back("within");
  const { seasonPoints, earned, members } = await world.guilds.snapshot("g0");
  expect({ seasonPoints, earned }).toEqual({ seasonPoints: 4, earned: 4 });
  expect(members.map((member) => [member.points, member.seasonPoints])).toEqual([
    [0, 0],
    [4, 4],
    [0, 0],
  ]);
});

test("[RK13] [RK17] each rank has its reward, shared by those who share it, for members who brought enough and are there; it counts in no season", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 5, members: 3 });
  const first = await world.begin("s1");
  for (const [guild, points] of Object.entries({ g0: 30, g1: 20, g2: 20, g3: 1, g4: 20 }))
    await world.move(guild, points, `${guild}-p1`);
  await world.move("g0", 9, "g0-p2");
  await world.move("g1", 15, "g1-p2");
  await world.guilds.remove("g1", "g1-p2", "left");
  const links = makeLinks(
    redis,
    keys,
    {
      players: world.players,
      groups: makeGroups(redis, keys, world.players, HISTORY),
      ledger: world.ledger,
    },
    HISTORY,
  );
  await world.end(first, "s2");
  for (const state of ["running", "closing"]) {
    await waitFor(async () => {
      const stepped = await world.closer.step("s1");
      return stepped.state === state;
    }, `${state} to be over`);
  }
  await waitFor(
    async () => (await world.seasons.get("s1")).state === "ranked" || world.closer.step("s1").then(() => false),
    "ranking",
  );
  // Between the fence and the reward: one leaves, a guest becomes an account, and that another. (It was once taken that an account
  // is nobody's guest: the reward of who had been linked twice was written into the log as refused, and lost. It reaches the last.)
  await world.guilds.remove("g2", "g2-p1", "left");
  await links.link("g4-p1", "g4-middle");
  await links.link("g4-middle", "g4-account");
  await world.close("s1");

  const { rows } = await world.ranking.page({ season: "s1", ...ask });
  expect(rows.map(({ guild, points, rank }) => [guild, points, rank])).toEqual([
    ["g0", 39, 1],
    ["g1", 35, 2],
    ["g2", 20, 3],
    ["g4", 20, 3],
    ["g3", 1, 5],
  ]);
  const balance = (player: string) => world.ledger.balance({ player });
  expect([await balance("g0-p1"), await balance("g0-p2")]).toEqual([100, 0]);
  expect([await balance("g1-p1"), await balance("g1-p2")]).toEqual([7, 0]);
  expect([await balance("g2-p1"), await balance("g4-account"), await balance("g3-p1")]).toEqual([7, 7, 0]);
  expect(await world.guilds.snapshot("g0")).toMatchObject({ points: 1_039, seasonPoints: 0 });
  expect((await world.ranking.page({ season: "s2", ...ask })).rows).toEqual([]);
  expect(
    (await world.ranking.contributions({ guild: "g1", season: "s1", ...ask })).rows.map(({ player }) => player),
  ).toEqual(["g1-p1", "g1-p2"]);
});

test("[RK18] the end of a season is told in each guild, in events, and how far it has come can be read", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 2, members: 1 });
  await world.guilds.change("g1", { language: "pt-BR" });
  const season = await world.begin("s1");
  await world.move("g0", 12, "g0-p0");
  await world.move("g1", 11);
  await world.end(season);
  const states: string[] = [];
  const seen = async (): Promise<boolean> => {
    const { state, progress } = await world.seasons.get("s1");
    const told = progress === undefined ? state : `${state} ${progress.fenced} ${progress.guilds} ${progress.rewarded}`;
    if (states.at(-1) !== told) states.push(told);
    return state === "closed";
  };
  while (!(await seen())) await world.closer.step("s1");
  expect([states[0], states[1], ...states.slice(-5)]).toEqual([
    ...[
      "running",
      "closing 0 0 0",
      "closing 256 0 0",
      "ranked 256 2 0",
      "paying 256 2 0",
      "paying 256 2 2",
      "closed 256 2 2",
    ],
  ]);
  expect(await world.newsOf("g0", "s1")).toEqual([
    { template: "season-ended", params: { season: "s1 es", rank: "1", points: "12" } },
  ]);
  expect(await world.newsOf("g1", "s1")).toMatchObject([{ params: { season: "s1 pt", rank: "2", points: "11" } }]);
  expect(await world.events("season-started", ["ranking"])).toMatchObject([{ season: "s1" }]);
  expect(await world.events("season-closed", ["ranking"])).toMatchObject([{ season: "s1", guilds: 2 }]);
  const rewards = await world.events("season-reward", ["guild:g0", "guild:g1", "player:g0-p0"]);
  expect(rewards.map(({ guild, player, rank, points, items }) => ({ guild, player, rank, points, items }))).toEqual(
    expect.arrayContaining([
      { guild: "g0", player: undefined, rank: 1, points: 1_000, items: undefined },
      { guild: "g0", player: "g0-p0", rank: 1, points: 100, items: [{ item: "crown", count: 1 }] },
      { guild: "g1", player: undefined, rank: 2, points: 0, items: [{ item: "banner", count: 2 }] },
    ]),
  );
});

test("[RK6] a guild that ends between its season's end and its turn to be rewarded keeps its rank and name there", async () => {
  // A season is over, its points are final, and the first guild ends before anybody was rewarded.
  // Its members get what it was worth, the others their ranks behind it.
  // The closed ranking begins with it: no rank is missing.
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 2 });
  const season = await world.begin("s1");
  for (const [guild, points] of [
    ["g0", 500],
    ["g1", 400],
  ] as const)
    await world.move(guild, points, `${guild}-p1`);
  await world.end(season);
  while ((await world.closer.step("s1")).state !== "ranked");
  await makeDisbanding(redis, keys, { graceMs: 0, ...HISTORY }).announce("g0");
  await makeLifeUpkeep(redis, keys, { ...HISTORY, totals: [] }).bucket(bucketOf("guild:g0"));
  await world.close("s1");
  expect((await world.ranking.page({ season: "s1", ...ask })).rows).toMatchObject([
    { guild: "g0", name: "Guild g0", tag: "TAG", rank: 1 },
    { guild: "g1", name: "Guild g1", rank: 2 },
  ]);
  expect(await world.ledger.balance({ player: "g0-p1" })).toBe(100);
  expect(await world.ledger.balance({ player: "g1-p1" })).toBe(7);
});

test("[RK6] a closed season keeps a guild that is no more, as it was called then", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 2, members: 1 });
  const season = await world.begin("s1");
  await world.move("g0", 12);
  await world.move("g1", 11);
  await world.end(season);
  await world.close("s1");
  await world.guilds.change("g0", { name: "De hoy" });
  const info = keys.of("guild:g1", "info");
  await redis.run(info, ["DEL", info]);
  const { rows } = await world.ranking.page({ season: "s1", ...ask });
  expect(rows.map(({ name }) => name)).toEqual(["De hoy", "Guild g1"]);
});

test("[RK16] when a season is closed nothing of it changes any more, whatever a bucket's clock says", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 1, members: 1 });
  const season = await world.begin("s1");
  await world.move("g0", 5);
  await world.end(season);
  await world.close("s1");
  // As a bucket would have it whose clock was set back, or which was told late.
  const plan = keys.prefixes("guild:g0")[1];
  await redis.run(plan, ["SET", `${plan}plan`, `9;s1,0,${9e15}`]);
  await world.move("g0", 50);
  expect(await world.guilds.snapshot("g0")).toMatchObject({ seasonPoints: 0 });
  const fenced = await redis.fcall("season_fence", [plan], ["s1", "10", "0", "10"]);
  expect(fenced).toMatchObject(["ok", 1, "g0", "5", expect.anything(), "", ""]);
});

test("[RK19] what Redis may lose is waited for before anything is built on it", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 1, members: 1 });
  const season = await world.begin("s1");
  await world.move("g0", 50, "g0-p0");
  await world.end(season);
  const { closer } = world.dying(0, { settleMs: 30 });
  let waits = 0;
  await waitFor(async () => {
    const { state, againInMs } = await closer.step("s1");
    if (againInMs > 0) waits += 1;
    return state === "closed";
  }, "the season to be closed");
  // After fencing, after ranking and after paying.
  expect(waits).toBeGreaterThanOrEqual(3);
  expect((await world.seasons.get("s1")).progress).toMatchObject({ pass: 2 });
});

test("[RK14] a season that repeats ends a month later at the same local time; the next is planned when one begins", async () => {
  const at = (text: string): number => Date.parse(text);
  const first = {
    ...{ season: "liga-09", names: named("Liga {number}"), brackets: [] },
    ...{ startsAt: at("2026-10-01T03:00:00Z"), endsAt: at("2026-10-31T03:00:00Z") },
    repeat: { every: "month" as const, zone: "America/Santiago" },
  };
  const second = nextSeason(first, 0);
  // Midnight of a place whose clocks do not change; the last day where a month is shorter, and the day again after it.
  expect(second).toMatchObject({ season: "liga-10", startsAt: first.endsAt, endsAt: at("2026-11-30T03:00:00Z") });
  const later = ["2026-12-31T03:00:00Z", "2027-01-31T03:00:00Z", "2027-02-28T03:00:00Z", "2027-03-31T03:00:00Z"];
  let season = second;
  for (const end of later) {
    season = season && nextSeason(season, 0);
    expect(new Date(season?.endsAt ?? 0).toISOString()).toBe(new Date(end).toISOString());
  }
  // Nobody ran for a while: what would be over is passed over.
  expect(nextSeason(first, at("2027-01-15T00:00:00Z"))).toMatchObject({
    season: "liga-10",
    endsAt: at(later[1] ?? ""),
  });
  expect(nextSeason({ ...first, repeat: undefined }, 0)).toBeUndefined();

  const seasons = makeSeasons(redis, someKeys());
  const { now } = await seasons.open();
  const running = { ...first, startsAt: now - 1_000, endsAt: now + 60_000 };
  await seasons.put(running);
  expect(await seasons.get("current")).toMatchObject({ names: { en: "Liga 09 en" } });

  const alone = makeSeasons(redis, someKeys());
  await alone.put({ ...running, season: "spring", repeat: undefined });
  expect(await alone.get("current")).toMatchObject({ names: { en: "Liga 1 en" } });
});

test("[RK15] a season that ended while nobody ran is closed by whoever comes, once, however many there are", async () => {
  const keys = someKeys();
  const world = await aSeasonWorld(redis, keys, { guilds: 2, members: 1 });
  const asked = { repeat: { every: "month" as const, zone: "America/Bogota" }, names: named("Liga {number}") };
  const begun = await world.begin("liga-1", asked);
  await world.move("g0", 20, "g0-p0");
  const season = await world.end(begun);
  const options = { historyLength: 100, paceMs: 20, closer: { settleMs: 0 } };
  for (let index = 0; index < 3; index++) {
    const one = startSeasons(redis, keys, makeSeasons(redis, keys), silent, options);
    onTestFinished(() => one.close());
  }
  await waitFor(async () => (await world.seasons.get("liga-1")).state === "closed", "the season to be closed");
  expect(await world.ledger.balance({ guild: "g0" })).toBe(1_020);
  expect(await world.events("season-closed", ["ranking"])).toHaveLength(1);
  expect(await world.seasons.get("liga-2")).toMatchObject({ startsAt: season.endsAt, state: "running" });
  await world.move("g0", 3);
  expect(await world.guilds.snapshot("g0")).toMatchObject({ seasonPoints: 3 });
});

test("[RK15] after the clock has jumped, what is due waits for a second reading", () => {
  let elapsed = 0;
  const isSteady = makeSteadyClock(() => elapsed);
  const reads = (afterMs: number, read: number): boolean => {
    elapsed += afterMs;
    return isSteady(read);
  };
  expect(reads(0, 1_000_000)).toBe(false);
  expect(reads(1_000, 1_001_000)).toBe(true);
  expect(reads(1_000, 1_006_900)).toBe(true);
  expect(reads(1_000, 9_999_999)).toBe(false);
  expect(reads(1_000, 10_000_999)).toBe(true);
  expect(reads(1_000, 1_010_000)).toBe(false);
  expect(reads(1_000, 1_011_000)).toBe(true);
});
