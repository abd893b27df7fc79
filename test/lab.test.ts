import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDraws } from "../bench/lab/draws.ts";
import { estimate, makeResamples } from "../bench/lab/estimate.ts";
import { FIGURES } from "../bench/lab/figures.ts";
import { type LabResult, runLab } from "../bench/lab/lab.ts";
import { HELP, readOptions, WrongOptions } from "../bench/lab/options.ts";
import { ALL_POLICIES } from "../bench/lab/policies/all.ts";
import { makePool } from "../bench/lab/pool.ts";
import { reportOf } from "../bench/lab/report.ts";
import type { Outcome, Sent } from "../bench/lab/simulate.ts";
import { makeSynthetic } from "../bench/lab/synthetic.ts";
import { tableOf } from "../bench/lab/table.ts";
import { type Tally, tally } from "../bench/lab/tally.ts";
import { reachesGoal, verdictsOf } from "../bench/lab/verdicts.ts";
import { aFolder } from "./a-folder.ts";
import { aLabPlayer, HOUR_MS, MINUTE_MS, NOON, SECOND_MS } from "./a-lab-player.ts";
import { run } from "./run.ts";

const options = {
  // Not those of `npm run lab`, on which the defaults were chosen.
  worlds: [41, 42].map((seed) => () => makeSynthetic({ seed, guilds: 3, days: 6, largest: 16 })),
  ...{ noises: [0, 0.2], resamples: 40, seed: 1 },
};
const result: LabResult = await runLab(options);
const atTwenty = result.atNoise[1] ?? { noise: 0, rows: [] };
const figuresOf = (policy: string) => {
  const row = atTwenty.rows.find((one) => one.policy === policy);
  if (row === undefined) throw new Error(`no row of ${policy}`);
  return row.figures;
};

const sent = (minutes: number, sort: Sent["sort"], notices: number[], alreadyRead = false): Sent => ({
  ...{ at: NOON + minutes * MINUTE_MS, sort, notices, alreadyRead },
});
const zero = (counts: Partial<Tally>): Tally => ({ ...none, ...counts });
const none = tally({ player: aLabPlayer(), sent: [], readAt: [] }, { from: NOON, to: NOON + 48 * HOUR_MS });

test("[LB8] what a policy did to a player is counted against what really happened, as computed by hand", () => {
  const player = aLabPlayer({
    quietHours: { from: 22 * 60, to: 23 * 60 },
    through: ["attack"],
    incoming: [
      // 0: told after 2 min. 1: told too late. 2: never told, and read by himself in time. 3: never told. 4: not important.
      ...[0, 1].map((minute) => ({ at: NOON + minute * MINUTE_MS, important: true })),
      { at: NOON + 2 * MINUTE_MS, important: true, readAt: NOON + 20 * MINUTE_MS },
      { at: NOON + 3 * MINUTE_MS, important: true },
      { at: NOON + 4 * MINUTE_MS, kind: "chatter" },
      // 5: comes in quiet hours and is over before they are. 6: held until they end. 7: let through.
      { at: NOON + 601 * MINUTE_MS, important: true, expiresAt: NOON + 620 * MINUTE_MS },
      { at: NOON + 602 * MINUTE_MS, important: true },
      { at: NOON + 603 * MINUTE_MS, important: true, kind: "attack" },
      // 8: he did it himself before he had to be told.
      { at: NOON + 700 * MINUTE_MS, important: true, overAt: NOON + 710 * MINUTE_MS },
    ],
  });
  const readAt = player.incoming.map((one) => one.readAt);
  const outcome: Outcome = {
    ...{ player, readAt },
    sent: [
      sent(2, "alert", [0]),
      sent(40, "alert", [1]),
      sent(50, "alert", [0, 4], true),
      sent(603, "alert", [7]),
      sent(604, "digest", [4]),
      sent(660, "alert", [6]),
    ],
  };
  expect(tally(outcome, { from: NOON, to: NOON + 48 * HOUR_MS })).toEqual({
    ...{ days: 2, perDay: [5, 0], alerts: 5, importantAlerts: 5, mostInHour: 3, digests: 1, mostDigestsInDay: 1 },
    ...{ important: 8, missed: 2, sleptThrough: 1, readInTime: 1 },
    toNotify: [2 * MINUTE_MS, 39 * MINUTE_MS, 0],
    heldToNotify: [58 * MINUTE_MS],
    ...{ alreadyRead: 1, readSoonAnyway: 0, violations: 1, through: 1, duplicates: 2 },
  });
  const digests = (...hours: number[]) => hours.map((hour) => sent(60 * hour, "digest", []));
  const most = (...hours: number[]): number =>
    tally({ player, sent: digests(...hours), readAt }, { from: NOON, to: NOON + 72 * HOUR_MS }).mostDigestsInDay;
  expect([most(0, 24, 48), most(0, 23.9, 48), most(0, 1, 25)]).toEqual([1, 2, 2]);
  // Before its phone has a line again, nothing is told.
  const late = aLabPlayer({
    phoneOff: [{ from: NOON - HOUR_MS, to: NOON + 10 * SECOND_MS }],
    incoming: [{ important: true }],
  });
  const { toNotify } = tally(
    { player: late, sent: [sent(0, "alert", [0])], readAt: [Infinity] },
    { from: NOON, to: NOON + HOUR_MS * 24 },
  );
  expect(toNotify).toEqual([10 * SECOND_MS]);
});

test("[LB9] figures are over all players, and their intervals over resampled seeds and players", () => {
  const tallies = [
    zero({ alerts: 2, important: 4, missed: 1, perDay: [2, 0], toNotify: [1_000, 9_000] }),
    zero({ alerts: 6, perDay: [3, 3], toNotify: [5_000] }),
  ];
  const pool = makePool(tallies);
  const once = new Uint16Array([1, 1]);
  expect(FIGURES.pushes.of(pool, once)).toBe(2);
  expect(FIGURES.missed.of(pool, once)).toBe(0.25);
  expect(FIGURES.toNotifyP50.of(pool, once)).toBe(5);
  expect(FIGURES.toNotifyP95.of(pool, once)).toBe(9);
  expect(FIGURES.pushesP95.of(pool, once)).toBe(3);
  expect(FIGURES.pushes.of(pool, new Uint16Array([2, 0]))).toBe(1);
  const resamples = makeResamples([1, 1], 200, makeDraws(1));
  for (const weights of resamples) expect((weights[0] ?? 0) + (weights[1] ?? 0)).toBe(2);
  expect(estimate((weights) => FIGURES.pushes.of(pool, weights), 2, resamples)).toEqual({ value: 2, low: 1, high: 3 });
  expect(estimate(() => 7, 2, resamples)).toEqual({ value: 7, low: 7, high: 7 });
});

test("[LB3] the oracle is never worse than ours: it misses no more, disturbs no more and breaks no quiet hours", () => {
  for (const { rows } of result.atNoise) {
    const [ours, oracle] = ["ours", "oracle"].map((name) => rows.find(({ policy }) => policy === name)?.figures);
    expect(oracle?.missed.value).toBeLessThanOrEqual(ours?.missed.value ?? 0);
    expect(oracle?.pushes.value).toBeLessThanOrEqual(ours?.pushes.value ?? 0);
    expect(oracle?.violations.value).toBe(0);
  }
});

test("[LB10] at 20 % noise ours sends fewer pushes than every baseline that misses no more, at most one digest in 24 hours, and none in quiet hours", () => {
  const ours = figuresOf("ours");
  expect(reachesGoal(atTwenty)).toBe(true);
  expect(ours.violations.value).toBe(0);
  expect(ours.alreadyRead.value).toBe(0);
  expect(ours.digests.value).toBeGreaterThan(0.5);
  expect(ours.mostDigests.value).toBe(1);
  expect(ours.duplicates.value).toBe(0);
  // Whoever tells nobody anything is quiet, too: ours misses less than all that look at where a player is.
  for (const name of ["Mattermost", "Zulip, offline only", "Discord"])
    expect(ours.missed.value, name).toBeLessThan(figuresOf(name).missed.value);
  const missNoMore = ALL_POLICIES.filter(({ name }) => name !== "ours" && name !== "oracle")
    .map(({ name }) => figuresOf(name))
    .filter(({ missed }) => missed.value <= ours.missed.value);
  expect(missNoMore.length).toBeGreaterThan(1);
  for (const { pushes, importantPushes } of missNoMore) {
    expect(ours.pushes.value).toBeLessThan(pushes.value);
    expect(ours.importantPushes.value).toBeLessThan(importantPushes.value);
  }
});

test("[LB11] table and report have every policy and noise, say where ours loses, and need nothing from elsewhere; the same seed gives the same bytes", async () => {
  const report = reportOf(result, "npm run lab");
  for (const { name, source } of ALL_POLICIES) {
    expect(tableOf(atTwenty)).toContain(name);
    expect(report.split(name).length).toBeGreaterThan(result.atNoise.length + 3);
    expect(report).toContain(source.slice(0, 40));
  }
  expect(report).toContain("Where ours loses");
  expect(report).toContain("What is modelled");
  expect(report).toContain("prefers-color-scheme:dark");
  expect(report.match(/<svg/g)).toHaveLength(4);
  expect(report).not.toMatch(/NaN|Infinity|undefined/);
  expect(report).not.toMatch(/<script|<link|url\(|src=|href=|https?:/);
  expect(reportOf(await runLab(options), "npm run lab")).toBe(report);
});

test("[LB11] a loss is told as one, whatever it is", () => {
  const ours = atTwenty.rows.find(({ policy }) => policy === "ours");
  if (ours === undefined) throw new Error("no row of ours");
  const better = { value: 0, low: 0, high: 0 };
  const quieter = {
    policy: "quieter",
    figures: { ...ours.figures, pushes: better, importantPushes: better, missed: better },
  };
  const { losses } = verdictsOf({ noise: 0.2, rows: [ours, quieter] });
  expect(losses.some((line) => line.includes("quieter misses no more"))).toBe(true);
  expect(reachesGoal({ noise: 0.2, rows: [ours, quieter] })).toBe(false);
  const much = {
    policy: "ours",
    figures: { ...ours.figures, digests: { value: 1.5, low: 1, high: 2 }, violations: { ...better, value: 0.1 } },
  };
  const told = verdictsOf({ noise: 0.2, rows: [much] }).losses;
  expect(told.some((line) => line.includes("1.50 digests"))).toBe(true);
  const silent = { policy: "silent", figures: { ...ours.figures, digests: better } };
  const both = verdictsOf({ noise: 0.2, rows: [ours, silent] }).losses;
  expect(both.some((line) => line.startsWith("With digests counted") && line.includes("silent"))).toBe(true);
  expect(told.some((line) => line.includes("breaks quiet hours 0.100 times"))).toBe(true);
  expect(reachesGoal({ noise: 0.2, rows: [much] })).toBe(false);
  expect(reachesGoal({ noise: 0.2, rows: [ours] })).toBe(true);
  const once = { policy: "ours", figures: { ...ours.figures, mostDigests: { ...better, value: 2 } } };
  expect(reachesGoal({ noise: 0.2, rows: [once] })).toBe(false);
  expect(verdictsOf({ noise: 0.2, rows: [once] }).losses.some((line) => line.includes("in 24 hours is 2"))).toBe(true);
});

test("[LB12] options are checked, and a trace that cannot be read ends with 2", async () => {
  expect(readOptions(["--help"])).toBeUndefined();
  expect(readOptions([])).toMatchObject({ seeds: 3, noise: [0, 0.1, 0.2, 0.3], trace: [] });
  expect(readOptions(["--trace", "a.gz=America/Bogota", "--noise", "5"])).toMatchObject({
    ...{ seeds: 1, noise: [0.05], trace: [{ file: "a.gz", zone: "America/Bogota" }] },
  });
  for (const wrong of [
    ["--noise", "x"],
    ["--noise", "101"],
    ["--days", "0"],
    ["--trace", "a=Nowhere"],
    ["--what"],
    ["--policy", "{"],
    ["--policy", '{"perHour":0}'],
    ["file"],
  ])
    expect(() => readOptions(wrong), wrong.join(" ")).toThrow(WrongOptions);
  expect(HELP).toContain("--trace");
  const folder = await aFolder();
  const trace = join(folder, "few.ndjson");
  await writeFile(trace, '{"at":"2026-10-26T12:00:00.000Z","from":"p1","text":"x","mentions":["p2"]}\n');
  const lab = ["bench/lab/main.ts", "--days", "1", "--noise", "0", "--out", join(folder, "report.html")];
  const done = await run(process.execPath, [...lab, "--trace", trace]);
  expect([done.code, done.out.includes("| ours")]).toEqual([0, true]);
  expect(await readFile(join(folder, "report.html"), "utf8")).toContain("few");
  expect((await run(process.execPath, [...lab, "--trace", join(folder, "missing")])).code).toBe(2);
});
