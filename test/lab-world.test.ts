import { expect, test } from "vitest";
import { makeDraws } from "../bench/lab/draws.ts";
import { localTime } from "../bench/lab/local-time.ts";
import { observe } from "../bench/lab/observe.ts";
import { isQuiet, quietEnds } from "../bench/lab/quiet.ts";
import { makeSynthetic } from "../bench/lab/synthetic.ts";
import { toldBy } from "../bench/lab/told-by.ts";
import { makeTraceWorld } from "../bench/lab/trace-world.ts";
import type { Kind, Player, Stretch } from "../bench/lab/world.ts";
import { quietEnd } from "../server/notifier/deciding/quiet-end.ts";
import { aLabPlayer, HOUR_MS, MINUTE_MS, NOON, SECOND_MS } from "./a-lab-player.ts";

const world = makeSynthetic({ seed: 5, guilds: 8, days: 10, largest: 24 });
const all = world.players.flatMap(({ incoming }) => incoming);
const share = <T>(items: readonly T[], is: (item: T) => boolean): number => items.filter(is).length / items.length;
const ofKind = (kind: Kind) => all.filter((one) => one.kind === kind);

test("[LB4] a synthetic world follows from its seed alone", () => {
  const small = { seed: 5, guilds: 2, days: 3, largest: 12 };
  expect(makeSynthetic(small)).toEqual(makeSynthetic(small));
  expect(makeSynthetic({ ...small, seed: 6 })).not.toEqual(makeSynthetic(small));
});

test("[LB4] its guilds talk in bursts and in the evening, fight, call each other and are called; each kind is important as often as it is said to be", () => {
  const sizes = new Set(world.players.map(({ guildSize }) => guildSize));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(24);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(4);
  for (const kind of ["mention", "reply", "here", "announcement", "attack", "war-start", "war-last-hour"] as const)
    expect(ofKind(kind).length, kind).toBeGreaterThan(20);
  expect(share(all, ({ kind }) => kind === "chatter")).toBeGreaterThan(0.9);
  expect(share(ofKind("mention"), ({ important }) => important)).toBeCloseTo(0.85, 0);
  expect(share(ofKind("here"), ({ important }) => important)).toBeLessThan(0.3);
  expect(share(ofKind("chatter"), ({ important }) => important)).toBeLessThan(0.002);

  const [liveliest] = world.players.toSorted((a, b) => b.incoming.length - a.incoming.length);
  const gaps = (liveliest?.incoming ?? []).slice(1).map(({ at }, place) => at - (liveliest?.incoming[place]?.at ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  // Recorded rooms have a burstiness of 0.88; what comes evenly has 0 or less.
  expect((spread - mean) / (spread + mean)).toBeGreaterThan(0.4);

  const starts = world.players.flatMap(({ zone, stretches }) =>
    stretches.map(({ from }) => localTime(zone, from).minute),
  );
  expect(share(starts, (minute) => minute >= 18 * 60 && minute < 23 * 60)).toBeGreaterThan(0.25);
  expect(share(starts, (minute) => minute >= 2 * 60 && minute < 7 * 60)).toBeLessThan(0.15);
  for (const { at } of ofKind("war-start")) expect(at % HOUR_MS).toBe(0);
});

test("[LB4] stretches follow each other, what comes is in order, and nobody reads before it came or while he is not there", () => {
  const wrong: string[] = [];
  const must = (is: boolean, what: string): void => void (is || wrong.push(what));
  for (const { id, stretches, incoming } of world.players) {
    for (const [place, { from, to }] of stretches.entries())
      must(from < to && from >= (stretches[place - 1]?.to ?? 0), `${id}: stretch ${place}`);
    const looks = stretches.filter(({ state }) => state === "focused" || state === "busy");
    for (const [place, { at, readAt }] of incoming.entries()) {
      must(at >= (incoming[place - 1]?.at ?? 0), `${id}: order of ${place}`);
      const isThere = looks.some(({ from, to }) => from <= readAt && to >= readAt);
      must(readAt === Number.POSITIVE_INFINITY || (readAt >= at && isThere), `${id}: reading of ${place}`);
    }
  }
  expect(wrong).toEqual([]);
});

const day: Stretch[] = Array.from({ length: 200 }, (_, hour) => [
  { from: NOON + hour * HOUR_MS, to: NOON + hour * HOUR_MS + 20 * MINUTE_MS, state: "focused" as const },
  { from: NOON + hour * HOUR_MS + 20 * MINUTE_MS, to: NOON + hour * HOUR_MS + 30 * MINUTE_MS, state: "idle" as const },
]).flat();

test("[LB5] without noise the server sees what is; with it, so large a share of ends and idle screens looks present", () => {
  const exact = observe(day, 0, makeDraws(1));
  expect(exact).toEqual(
    day.filter(({ state }) => state === "focused").map(({ from, to }) => ({ from, to, presence: "reading" })),
  );
  const noisy = observe(day, 0.2, makeDraws(1));
  const truth = (at: number): boolean =>
    day.some(({ from, to, state }) => state === "focused" && from <= at && to > at);
  const wrong = noisy.filter(({ from }) => !truth(from + SECOND_MS));
  // Of each hour: an idle screen, one left on, a cut line, and a late end.
  expect(wrong.length / 800).toBeGreaterThan(0.14);
  expect(wrong.length / 800).toBeLessThan(0.26);
  expect(wrong.some(({ swallows }) => swallows)).toBe(true);
  for (const { swallows, touchedAt, presence } of noisy.filter((one) => one.swallows === true))
    expect([swallows, touchedAt, presence]).toEqual([true, undefined, "reading"]);
});

test("[LB6] quiet hours are those of his own wall clock, over midnight and where clocks are moved, as the service has them", () => {
  const player = { zone: "Europe/Madrid", quietHours: { from: 22 * 60 + 30, to: 7 * 60 } };
  for (let at = Date.UTC(2026, 9, 24, 12); at < Date.UTC(2026, 9, 26, 12); at += 17 * MINUTE_MS) {
    const ends = quietEnd({ from: "22:30", to: "07:00" }, player.zone, at);
    expect(isQuiet(player, at)).toBe(ends !== undefined);
    expect(quietEnds(player, at)).toBe(ends ?? at);
  }
  const { minute, weekday } = localTime("America/New_York", Date.UTC(2026, 10, 1, 5, 30));
  expect([minute, weekday]).toEqual([90, 0]);
  expect(localTime("America/New_York", Date.UTC(2026, 10, 1, 6, 30)).minute).toBe(90);
});

test("[LB6] he has to be told within half an hour, not counting quiet hours and a phone without a line", () => {
  const limit = (player: Player, kind: Kind = "mention", at = NOON) => (toldBy(player, kind, at) - NOON) / MINUTE_MS;
  expect(limit(aLabPlayer())).toBe(30);
  expect(limit(aLabPlayer({ quietHours: { from: 12 * 60 + 10, to: 14 * 60 } }))).toBe(140);
  expect(limit(aLabPlayer({ quietHours: { from: 11 * 60, to: 14 * 60 }, through: ["attack"] }), "attack")).toBe(30);
  expect(limit(aLabPlayer({ phoneOff: [{ from: NOON + 5 * MINUTE_MS, to: NOON + 65 * MINUTE_MS }] }))).toBe(90);
});

test("[LB7] a trace's liveliest days become a world: who says what to whom is its own, who speaks is there, and what names him or he answered is important", () => {
  const line = (minutes: number, from: string, mentions?: string[], toAll = false) => ({
    ...{ atMs: NOON + minutes * MINUTE_MS, from, text: "x", toAll },
    ...(mentions && { mentions }),
  });
  const lines = [
    line(-3 * 24 * 60, "long ago"),
    line(0, "ana"),
    line(2, "leo", ["ana"]),
    line(10, "ana", ["leo", "eva", "sol", "max"]),
    line(20, "ana", undefined, true),
  ];
  const made = makeTraceWorld(lines, { name: "a trace", seed: 1, days: 1, zone: "America/Bogota" });
  expect(made).toEqual(makeTraceWorld(lines, { name: "a trace", seed: 1, days: 1, zone: "America/Bogota" }));
  expect(made.players).toHaveLength(5 + 20);
  const [ana, leo, eva] = made.players;
  expect(ana?.zone).toBe("America/Bogota");
  expect(ana?.incoming.map(({ kind, important }) => [kind, important])).toEqual([["mention", true]]);
  expect(leo?.incoming.map(({ kind, important }) => [kind, important])).toEqual([
    ["chatter", true],
    ["mention", false],
    ["here", false],
  ]);
  expect(eva?.incoming.map(({ kind }) => kind)).toEqual(["chatter", "chatter", "mention", "here"]);
  for (const minutes of [0, 10, 20]) {
    const now = NOON + minutes * MINUTE_MS;
    expect(ana?.stretches.find(({ from, to }) => from <= now && to > now)?.state).toBe("focused");
  }
  const guessed = makeTraceWorld([line(0, "ana")], { name: "a trace", seed: 1, days: 1 });
  // She speaks at noon of Greenwich: where she lives it is five in the afternoon.
  expect(localTime(guessed.players[0]?.zone ?? "", NOON).minute).toBe(17 * 60);
  expect(() => makeTraceWorld([], { name: "none", seed: 1, days: 1 })).toThrow(/empty/);
});
