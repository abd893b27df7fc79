import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MOST_REPORTS } from "../shared/api/war.ts";
import type { PutWarMode } from "../shared/api/war-mode.ts";
import "./property-seed.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { type QuickWars, quickWars } from "./a-quick-war.ts";
import { refusal } from "./a-room.ts";
import { MINUTE_MS } from "./a-war-world.ts";
import { fought, steps } from "./war-scoring.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const codeOf = async (asked: Promise<unknown>): Promise<unknown> => Object((await refusal(asked)) ?? {}).code ?? "ok";
const codes = async (asked: ReturnType<QuickWars["wars"]["report"]>) =>
  (await asked).battles.map(({ code, repeated }) => (repeated ? "repeated" : code));

test("[PV17] a battle takes an attempt when it begins, once for its nonce, and its result is taken once, from him who began it, while the battle may last", async () => {
  const world = await quickWars(clock);
  const { wars } = world;
  const war = await world.begun({ minutes: 20 });
  const first = await wars.start(war, "g0-p0", "nonce-001");
  expect(await wars.start(war, "g0-p0", "nonce-001")).toEqual(first);
  expect(first).toMatchObject({ attemptsLeft: 1, until: first.beganAt + 5 * MINUTE_MS });
  const tell = (battle: string, more: object = {}) =>
    codes(wars.report(war, [{ battle, token: first.token, player: "g0-p0", score: 5, ...more }]));
  expect(await tell("b1", { player: "g0-p1" })).toEqual(["battle-token"]);
  expect(await tell("b1", { token: "x".repeat(22) })).toEqual(["battle-token"]);
  expect(await tell("b1")).toEqual(["ok"]);
  expect(await tell("b1")).toEqual(["repeated"]);
  expect(await tell("b1", { score: 6 })).toEqual(["battle-reused"]);
  expect(await tell("b2")).toEqual(["battle-token"]);
  expect(await codeOf(wars.start(war, "g0-p0", "nonce-001"))).toBe("battle-token");

  // One that did not take place gives its attempt back, once; not one that was told.
  const second = await wars.start(war, "g0-p0", "nonce-002");
  expect(await codeOf(wars.start(war, "g0-p0", "nonce-003"))).toBe("no-attempts");
  await wars.drop(war, second.token);
  await wars.drop(war, second.token);
  expect(await codeOf(wars.drop(war, first.token))).toBe("battle-told");
  expect(await wars.start(war, "g0-p0", "nonce-003")).toMatchObject({ attemptsLeft: 0 });
  expect(await codeOf(wars.start(war, "nobody", "nonce-001"))).toBe("not-fighter");

  // Results come late.
  const slow = await wars.start(war, "g1-p0", "nonce-004");
  await clock.jump(6 * MINUTE_MS);
  const late = { battle: "b3", token: slow.token, player: "g1-p0", score: 9 };
  expect(await codes(wars.report(war, [late]))).toEqual(["battle-late"]);
  await clock.jump(11 * MINUTE_MS);
  const inTime = await wars.start(war, "g1-p1", "nonce-005");
  await clock.jump(4 * MINUTE_MS);
  await wars.advance(war, true);
  // It is over, and waits for what was begun before.
  expect(await codeOf(wars.start(war, "g1-p2", "nonce-006"))).toBe("war-not-active");
  expect(await wars.get(war)).toMatchObject({ phase: "active" });
  const told = { battle: "b4", token: inTime.token, player: "g1-p1", score: 9 };
  expect(await codes(wars.report(war, [told]))).toEqual(["ok"]);
  await clock.jump(5 * MINUTE_MS);
  await wars.advance(war, true);
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 1, scores: [5, 9] } });
  expect(await codes(wars.report(war, [told, { ...told, battle: "b5" }]))).toEqual(["repeated", "war-not-active"]);
});

test("[PV18] of results that are told together each is taken or refused by itself", async () => {
  const world = await quickWars(clock);
  const { wars } = world;
  const war = await world.begun({ attempts: MOST_REPORTS, scoring: "best-of-target" });
  const begin = async (player: string, n: number) => (await wars.start(war, player, `nonce-${player}-${n}`)).token;
  const [one, two, three] = [await begin("g0-p0", 1), await begin("g0-p0", 2), await begin("g1-p0", 3)];
  const row = { battle: "b1", token: one, player: "g0-p0", score: 7, target: "t1" };
  expect(
    await wars.report(war, [
      row,
      row,
      { ...row, score: 8 },
      { ...row, battle: "b2" },
      { ...row, battle: "b3", token: two, target: "" },
      { ...row, battle: "b4", token: three },
      { ...row, battle: "b5", token: three, player: "g1-p0", score: 3 },
      { ...row, battle: "b6", token: two, score: 9 },
    ]),
  ).toEqual({
    battles: [
      { battle: "b1", code: "ok", repeated: false, scores: [7, 0], added: 7 },
      { battle: "b1", code: "ok", repeated: true, scores: [7, 0], added: 0 },
      { battle: "b1", code: "battle-reused", repeated: false, scores: [7, 0], added: 0 },
      { battle: "b2", code: "battle-token", repeated: false, scores: [7, 0], added: 0 },
      { battle: "b3", code: "target-missing", repeated: false, scores: [7, 0], added: 0 },
      { battle: "b4", code: "battle-token", repeated: false, scores: [7, 0], added: 0 },
      { battle: "b5", code: "ok", repeated: false, scores: [3, 7], added: 3 },
      { battle: "b6", code: "ok", repeated: false, scores: [9, 3], added: 2 },
    ],
  });
});

test("[PV19] what the battles come to is right in any order, told together, told again, or taken back, and its recount agrees", async () => {
  const world = await quickWars(clock, { members: 2 });
  for (const scoring of ["sum", "best", "best-of-target"] as const)
    await fc.assert(
      fc.asyncProperty(steps, (plan) => fought(world, scoring, plan)),
      { numRuns: 4 },
    );
  // Two against the same target in the same moment; the worse one is told first and has the greater id.
  const both = { tell: [0, 1].map((who) => ({ who, score: 5 + 3 * who, target: 1 })) };
  await fought(world, "best-of-target", [both]);
});

test("[PV20] at equal scores the mode's tie-breaks decide in their order; where none does nobody has won", async () => {
  const world = await quickWars(clock);
  const { wars } = world;
  const ends = async (
    tieBreaks: PutWarMode["tieBreaks"],
    ...fights: readonly (readonly [player: string, score: number])[]
  ) => {
    const war = await world.begun({ tieBreaks, rated: false });
    for (const [player, score] of fights) await world.fight(war, player, score);
    const { result } = await world.over(war);
    return [result?.winner, result?.by];
  };
  const equal = [
    ["g0-p0", 5],
    ["g1-p0", 5],
  ] as const;
  expect(await ends([], ...equal)).toEqual([null, "draw"]);
  expect(await ends(["earlier"], ...equal)).toEqual([0, "earlier"]);
  expect(await ends(["earlier"], ["g0-p0", 3], ["g1-p0", 5], ["g0-p0", 2])).toEqual([1, "earlier"]);
  expect(await ends(["earlier"])).toEqual([null, "draw"]);
  expect(await ends(["fewer-attempts"], ...equal, ["g0-p1", 0])).toEqual([1, "fewer-attempts"]);
  expect(await ends(["fewer-attempts", "earlier"], ...equal)).toEqual([0, "earlier"]);
  const more = [
    ["g0-p0", 2],
    ["g0-p0", 3],
    ["g1-p0", 2],
    ["g1-p1", 3],
  ] as const;
  expect(await ends(["fewer-attempts", "more-fighters", "earlier"], ...more)).toEqual([1, "more-fighters"]);
  expect(await ends(["earlier", "more-fighters"], ...equal, ["g0-p1", 1])).toEqual([0, "score"]);
  expect(await wars.ofGuild("g0")).toMatchObject({ record: { won: 3, drawn: 2, lost: 3 } });
});

test("[PV21] a war that is counted by battles lets each side fight so many, and ends as soon as both have, unless one is taken back before", async () => {
  const world = await quickWars(clock);
  const { wars } = world;
  const war = await world.begun({ battles: 2 });
  for (const player of ["g0-p0", "g0-p1", "g1-p0"]) await world.fight(war, player, 1, `nonce-${player}`);
  expect(await codeOf(wars.start(war, "g0-p2", "nonce-more"))).toBe("no-attempts");
  const last = await wars.start(war, "g1-p1", "nonce-last");
  await wars.voidBattle(war, "b-nonce-g1-p0", true, "crashed");
  expect(await codes(wars.report(war, [{ battle: "last", token: last.token, player: "g1-p1", score: 5 }]))).toEqual([
    "ok",
  ]);
  expect(await wars.get(war)).toMatchObject({ phase: "active" });
  await world.fight(war, "g1-p2", 1);
  expect(await wars.get(war)).toMatchObject({
    ...{ phase: "settled", result: { winner: 1, scores: [2, 6], battles: [2, 2] } },
  });
});

test("[PV22] a fighter who has left his guild begins no battle; what he has done counts, and his reward is his where the mode says so", async () => {
  const world = await quickWars(clock);
  const { wars, guilds, balance } = world;
  const leaves = async (leavers: "keep" | "forfeit"): Promise<string> => {
    const war = await world.begun({ leavers, rated: false });
    await world.fight(war, "g0-p1", 5, `nonce-${leavers}`);
    await world.fight(war, "g0-p2", 1);
    const { token } = await wars.start(war, "g0-p1", `open-${leavers}`);
    await guilds.remove("g0", "g0-p1", "left");
    expect(await codeOf(wars.start(war, "g0-p1", "nonce-late"))).toBe("not-member");
    const begun = { battle: "begun", token, player: "g0-p1", score: 2 };
    expect(await codes(wars.report(war, [begun]))).toEqual(["ok"]);
    expect(await world.over(war)).toMatchObject({ result: { winner: 0, scores: [8, 0] } });
    return war;
  };
  await leaves("keep");
  expect(await Promise.all(["g0-p1", "g0-p2"].map((player) => balance({ player })))).toEqual([10, 10]);
  await guilds.admit("g0", "g0-p1", "member");
  const war = await leaves("forfeit");
  expect(await Promise.all(["g0-p1", "g0-p2"].map((player) => balance({ player })))).toEqual([10, 20]);
  // Who leaves after the end keeps what he got, also when the result is corrected; who had left gets nothing by coming back.
  await guilds.remove("g0", "g0-p2", "left");
  await guilds.admit("g0", "g0-p1", "member");
  await wars.voidBattle(war, "begun", false, "cheats");
  expect(await wars.get(war)).toMatchObject({ result: { round: 2, scores: [6, 0] } });
  expect(await Promise.all(["g0-p1", "g0-p2"].map((player) => balance({ player })))).toEqual([10, 20]);
});
