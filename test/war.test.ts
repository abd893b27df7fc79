import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAudit } from "../server/moderation/audit.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const pass = async (world: WarWorld, minutes: number): Promise<void> => {
  await clock.jump(minutes * MINUTE_MS);
  await world.upkeep();
};

test("[PV1] a war goes from its challenge to its settlement, and each is paid once", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars, balance } = world;
  const asked = await world.challenge();
  expect(asked).toMatchObject({ phase: "challenged", mode: "duel" });
  expect(await world.newsOf("g1")).toEqual(["war-challenged"]);
  expect(await wars.answer(asked.war, { accept: true }, "g1-p0")).toMatchObject({ phase: "preparing" });
  await pass(world, 6);
  expect(await wars.get(asked.war)).toMatchObject({ sides: [{ fighters: 3 }, { fighters: 3 }] });
  await pass(world, 5);
  expect(await wars.get(asked.war)).toMatchObject({ phase: "active" });
  expect(await world.fight(asked.war, "g0-p1", 5, "nonce-b1")).toMatchObject({
    battles: [{ code: "ok", scores: [5, 0] }],
  });
  await world.fight(asked.war, "g1-p2", 7);
  await world.fight(asked.war, "g0-p0", 4);
  await pass(world, 61);
  const settled = await wars.get(asked.war);
  expect(settled).toMatchObject({ phase: "settled", result: { winner: 0, by: "score", scores: [9, 7] } });
  expect(await Promise.all([balance({ guild: "g0" }), balance({ guild: "g1" })])).toEqual([100, 30]);
  expect(await Promise.all(["g0-p0", "g0-p1", "g1-p2"].map((player) => balance({ player })))).toEqual([10, 10, 3]);
  expect(await world.newsOf("g0")).toEqual(["war-accepted", "war-started", "war-lead-ours", "war-result"]);
  expect(await wars.past("g1", { limit: 10 })).toMatchObject({
    wars: [{ war: asked.war, opponent: "g0", outcome: "loss" }],
  });
  await world.upkeep();
  expect(await balance({ guild: "g0" })).toBe(100);
  const audit = makeAudit(clock.redis, world.keys);
  const acts = async (guild: string) =>
    (await audit.ofChannel(`guild:${guild}`, { limit: 9 })).acts.map(({ act, by }) => [act, by]);
  expect(await acts("g0")).toEqual([["challenge", "g0-p0"]]);
  expect(await acts("g1")).toEqual([["accept-war", "g1-p0"]]);
});
