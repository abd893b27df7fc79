import { expect, test } from "vitest";
import { OUR_SETTINGS } from "../bench/lab/our-settings.ts";
import { oracle } from "../bench/lab/policies/oracle.ts";
import { ours } from "../bench/lab/policies/ours.ts";
import { simulate } from "../bench/lab/simulate.ts";
import type { Incoming } from "../bench/lab/world.ts";
import { aLabPlayer, aSession, HOUR_MS, MINUTE_MS, NOON, SECOND_MS, sentBy } from "./a-lab-player.ts";

const at = (seconds: number, more: Partial<Incoming> = {}): Partial<Incoming> => ({
  at: NOON + seconds * SECOND_MS,
  ...more,
});
const alone = (more: Partial<Incoming> = {}) => aLabPlayer({ incoming: [at(0, more)] });
const grace = OUR_SETTINGS.graceMs / SECOND_MS;

test("[LB2] ours asks decide() on arrival, when due and before sending: grace, match, quiet hours and bursts come out as it decides", () => {
  expect(sentBy(ours, alone())).toEqual(["0:0"]);
  expect(sentBy(ours, alone(), [aSession(0, 3_600)])).toEqual([`${grace}:0`]);
  expect(sentBy(ours, alone({ readAt: NOON + 30 * SECOND_MS }), [aSession(0, 3_600)])).toEqual([]);
  const match = aSession(0, 900, { presence: "in-match", matchUntil: NOON + 480 * SECOND_MS });
  expect(sentBy(ours, alone(), [match])).toEqual(["480:0"]);
  // The match is over before it was expected, and he has left: it is seen within a grace.
  expect(sentBy(ours, alone(), [{ ...match, to: NOON + 200 * SECOND_MS }])).toEqual(["240:0"]);
  const asleep = { quietHours: { from: 11 * 60, to: 14 * 60 } };
  expect(sentBy(ours, { ...alone(), ...asleep })).toEqual(["7200:0"]);
  expect(sentBy(ours, { ...alone({ kind: "attack" }), ...asleep, through: ["attack"] })).toEqual(["0:0"]);
  const storm = aLabPlayer({ incoming: [0, 5, 10, 70, 80].map((second) => at(second)) });
  const pushes = sentBy(ours, storm);
  expect(pushes.slice(0, 2)).toEqual(["0:0", "60:1+2"]);
  expect(pushes.length).toBeLessThan(5);
  // He has done by then what it calls for: it is not told by itself.
  const fought = sentBy(ours, alone({ kind: "war-start", overAt: NOON + 30 * SECOND_MS }), [aSession(0, 3_600)]);
  expect(fought.filter((push) => !push.startsWith("d"))).toEqual([]);
});

test("[LB2] ours sums plain talk up, once until he reads, not while he is there, never in quiet hours, and never more than the studio's policy allows", () => {
  const talk = aLabPlayer({
    incoming: Array.from({ length: 60 }, (_, minute) => at(minute * 60, { kind: "chatter" })),
  });
  const sent = sentBy(ours, talk);
  expect(sent).toHaveLength(1);
  const [, due, told] = /^d(\d+):(.*)$/.exec(sent[0] ?? "") ?? [];
  expect(Number(due)).toBeGreaterThanOrEqual(OUR_SETTINGS.windowMs / SECOND_MS);
  expect(Number(due)).toBeLessThanOrEqual((OUR_SETTINGS.windowMs + OUR_SETTINGS.spreadMs + 4 * MINUTE_MS) / SECOND_MS);
  expect(told?.split("+").length).toBeGreaterThanOrEqual(10);
  const [later = ""] = sentBy(ours, talk, [aSession(0, 7_000)]);
  expect(Number(/^d(\d+)/.exec(later)?.[1])).toBeGreaterThanOrEqual(7_000);
  const [awake = ""] = sentBy(ours, { ...talk, quietHours: { from: 11 * 60, to: 15 * 60 } });
  expect(Number(/^d(\d+)/.exec(awake)?.[1])).toBeGreaterThanOrEqual(10_800);
  const reading = Array.from({ length: 500 }, (_, minute) =>
    at(minute * 60, { kind: "chatter", readAt: NOON + Math.ceil((minute + 1) / 60) * 60 * MINUTE_MS }),
  );
  expect(sentBy(ours, aLabPlayer({ incoming: reading })).length).toBeLessThanOrEqual(OUR_SETTINGS.policy.digestsPerDay);
});

test("[LB2] a digest of ours leaves out what is about to be told by itself, and where a day has 25 hours two of them are 24 apart all the same", () => {
  const talk = (minute: number) => at(minute * 60, { kind: "chatter" });
  // The second call waits between two pushes of a burst for longer than the digest does.
  const first = sentBy(ours, aLabPlayer({ incoming: [talk(0)] }));
  const due = Number(/^d(\d+)/.exec(first[0] ?? "")?.[1]);
  const called = [talk(0), ...[due - 30, due - 20].map((second) => at(second))];
  const sent = sentBy(ours, aLabPlayer({ incoming: called }));
  expect(sent.filter((push) => push.startsWith("d"))).toEqual([`d${due}:0`]);
  expect(sent.filter((push) => !push.startsWith("d"))).toEqual([`${due - 30}:1`, `${due + 30}:2`]);
  // Clocks are moved back in Madrid on 25 October, the day before noon of these players.
  const midnight = NOON - 38 * HOUR_MS;
  const hourly = Array.from({ length: 60 }, (_, hour) => ({
    ...{ at: midnight + hour * HOUR_MS, kind: "chatter" as const, readAt: midnight + (hour + 0.9) * HOUR_MS },
  }));
  const night = simulate(aLabPlayer({ zone: "Europe/Madrid", incoming: hourly }), [], ours, midnight + 60 * HOUR_MS);
  const times = night.sent.map((push) => push.at);
  expect(times.length).toBeGreaterThan(1);
  for (const [place, time] of times.slice(1).entries())
    expect(time - (times[place] ?? 0)).toBeGreaterThan(24 * HOUR_MS);
});

test("[LB3] the oracle tells what is important and would be read too late, once for all that is unread, and lets who sleeps sleep", () => {
  expect(sentBy(oracle, alone({ important: true }))).toEqual(["0:0"]);
  expect(sentBy(oracle, alone())).toEqual([]);
  expect(sentBy(oracle, alone({ important: true, readAt: NOON + 29 * MINUTE_MS }))).toEqual([]);
  expect(sentBy(oracle, alone({ important: true, readAt: NOON + 31 * MINUTE_MS }))).toEqual(["0:0"]);
  const three = aLabPlayer({ incoming: [0, 60, 120].map((second) => at(second, { important: true })) });
  expect(sentBy(oracle, { ...three, seed: 3 })).toEqual(["0:0", "900:1+2"]);
  expect(sentBy(oracle, { ...alone({ important: true }), quietHours: { from: 11 * 60, to: 14 * 60 } })).toEqual([
    "7200:0",
  ]);
});
