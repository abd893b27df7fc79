import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeWarFeeds } from "../server/pvp/war-feeds.ts";
import type { WarView } from "../server/pvp/war-views.ts";
import { topOf } from "../server/pvp/war-views.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { aWrittenWar } from "./a-written-war.ts";
import { waitFor } from "./wait-for.ts";

const NEVER_MS = 2 ** 31 - 1;

/** Feeds of one process, its readings counted; they compare versions only when told to. */
const aProcess = async (checkMs = NEVER_MS) => {
  const world = await aRedis();
  const readings: string[] = [];
  let refusing = false;
  const redis: Redis = {
    ...world.redis,
    fcall: async (name, keys, args) => {
      readings.push(name);
      if (refusing) throw new Error("away");
      return world.redis.fcall(name, keys, args);
    },
  };
  const feeds = makeWarFeeds(redis, world.keys, pino({ level: "silent" }), checkMs);
  onTestFinished(async () => {
    feeds.close();
    await world.redis.close();
  });
  return { ...world, feeds, readings, refuse: (on: boolean) => (refusing = on) };
};

test("[PV53] all rooms of a process share one reading per change, and no more come than four a second", async () => {
  const process = await aProcess();
  const war = await aWrittenWar(process, "w1", ["g1", "g2"]);
  const seen: (WarView | undefined)[][] = [[], [], []];
  const stops = seen.map((views) => process.feeds.follow("w1", (view) => views.push(view)));
  await waitFor(() => seen.every((views) => views.length === 1), "the first view");
  expect(process.readings).toEqual(["war_view"]);
  const late: (WarView | undefined)[] = [];
  const stopLate = process.feeds.follow("w1", (view) => late.push(view));
  expect(late).toEqual(seen[0]);

  const began = performance.now();
  await war.lock([["ana", "abel"], ["beto"]]);
  for (let n = 1; n <= 40; n++) await war.fight(n % 2 === 0 ? 0 : 1, n % 2 === 0 ? "ana" : "beto", n);
  const view = await waitFor(() => late.find((each) => each?.version === 42), "the last battle");
  expect(view.sides.map(({ score, battles, fighters }) => [score, battles, fighters])).toEqual([
    [420, 20, 2],
    [400, 20, 1],
  ]);
  expect(topOf(view, 0)).toMatchObject([{ player: "ana", used: 20, score: 420 }]);
  expect(view.names.get("abel")).toBe("The abel");
  expect(process.readings.length).toBeLessThanOrEqual(3 + Math.ceil((4 * (performance.now() - began)) / 1_000));
  expect(seen[1]).toEqual(late);

  for (const stop of [...stops, stopLate]) stop();
  const readings = process.readings.length;
  await war.fight(0, "abel", 1);
  await process.feeds.check();
  const again: (WarView | undefined)[] = [];
  process.feeds.follow("w1", (each) => again.push(each));
  await waitFor(() => again.length > 0, "a view of the new follower's");
  expect(again[0]?.version).toBe(43);
  expect(process.readings).toHaveLength(readings + 1);
  expect(late.at(-1)?.version).toBe(42);
});

test("[PV53] what a lost message or a failed reading left out is seen with the next comparison of versions", async () => {
  const process = await aProcess();
  const war = await aWrittenWar(process, "w1", ["g1", "g2"]);
  let seen: WarView | undefined;
  process.feeds.follow("w1", (view) => {
    seen = view;
  });
  let missing: unknown = "not asked";
  process.feeds.follow("w2", (view) => {
    missing = view;
  });
  await waitFor(() => seen?.phase === "preparing" && missing === undefined, "both wars");
  await war.set({ phase: "active" }, true);
  await process.feeds.check();
  await waitFor(() => seen?.phase === "active", "the change nobody heard of");
  const readings = process.readings.length;
  await process.feeds.check();
  expect(process.readings).toHaveLength(readings);

  process.refuse(true);
  await war.set({ phase: "settling" });
  await waitFor(() => process.readings.length > readings + 1, "the readings that fail");
  process.refuse(false);
  await process.feeds.check();
  await waitFor(() => seen?.phase === "settling", "the change that could not be read");

  // Its end was not heard of, and takes its version away.
  await war.conclude(null);
  await war.set({ phase: "settled", ended: Date.now() }, true);
  const versions = process.keys.inBucket(bucketOf("war:w1"), "warversions");
  await process.redis.run(versions, ["DEL", versions]);
  await process.feeds.check();
  await waitFor(() => seen?.outcome === "draw", "the end");
  await aWrittenWar(process, "w2", ["g3", "g4"]);
  await waitFor(() => missing !== undefined, "the war that was not there yet");
});

test("[PV53] where Redis has lost its end, what is there now is shown, with the names of the roster that is there now", async () => {
  const process = await aProcess();
  const war = await aWrittenWar(process, "w1", ["g1", "g2"]);
  await war.lock([["ana"], ["beto"]]);
  await war.fight(0, "ana", 5);
  let seen: WarView | undefined;
  process.feeds.follow("w1", (view) => {
    seen = view;
  });
  await waitFor(() => seen?.sides[0].score === 5, "the score");
  for (const part of ["info", "members", "events", "roster:0", "roster:1"]) {
    const key = process.keys.of("war:w1", part);
    await process.redis.run(key, ["DEL", key]);
  }
  const lesser = await aWrittenWar(process, "w1", ["g1", "g2"]);
  await lesser.lock([["caro"], ["beto"]]);
  await process.feeds.check();
  await waitFor(() => seen?.names.get("caro") === "The caro", "the other roster");
  expect(seen).toMatchObject({ version: 2, events: [] });
  expect([...(seen?.names.keys() ?? [])]).toEqual(["caro", "beto"]);
});
