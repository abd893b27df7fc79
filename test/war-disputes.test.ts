import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLinks } from "../server/link/link.ts";
import { makeWars } from "../server/pvp/wars.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { type QuickWars, quickWars } from "./a-quick-war.ts";
import { refusal } from "./a-room.ts";
import { MINUTE_MS } from "./a-war-world.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const codeOf = async (asked: Promise<unknown>): Promise<unknown> => Object((await refusal(asked)) ?? {}).code ?? "ok";
const FOUGHT = [
  ["g0-p0", 4],
  ["g0-p1", 5],
  ["g1-p0", 7],
] as const;
const BOOKS = [{ guild: "g0" }, { guild: "g1" }, { player: "g0-p0" }, { player: "g0-p1" }, { player: "g1-p0" }];

/** 9 to 7; not yet over. */
const fought = async (world: QuickWars, without = ""): Promise<string> => {
  const war = await world.begun();
  for (const [player, score] of FOUGHT)
    if (player !== without) await world.fight(war, player, score, `${war.slice(0, 8)}-${player}`);
  return war;
};
const battle = (war: string, player: string): string => `b-${war.slice(0, 8)}-${player}`;
const books = (world: QuickWars) => Promise.all(BOOKS.map(world.balance));
const ratings = (world: QuickWars) =>
  Promise.all(["g0", "g1"].map(async (guild) => (await world.wars.ofGuild(guild)).rating));

test("[PV23] a war whose sums differ from its battles is held: an alarm is logged and told, nobody is paid, and the guilds stay bound until the studio has it settled by its battles, or takes a battle or the war back", async () => {
  const world = await quickWars(clock, { members: 2 });
  const { redis, keys, wars } = world;
  const logged: unknown[] = [];
  const logger = { warn: () => {}, error: (line: unknown) => logged.push(line) };
  const { ledger, modes, lineUp } = world;
  const watched = makeWars(
    { redis, keys, logger, ledger, modes, lineUp },
    { historyLength: 1_000, settleMs: async () => 0 },
  );
  const held = async (): Promise<string> => {
    const war = await fought(world);
    const info = keys.of(`war:${war}`, "info");
    await redis.run(info, ["HSET", info, "score:0", "0"]);
    await clock.jump(66 * MINUTE_MS);
    await watched.advance(war, true);
    await watched.advance(war, true);
    expect(await wars.get(war)).toMatchObject({ phase: "held", reason: "score of side 0: 0, by its battles 9" });
    return war;
  };
  const first = await held();
  expect(logged).toEqual([{ event: "war-held", war: first, difference: "score of side 0: 0, by its battles 9" }]);
  expect(await world.told("war-held")).toMatchObject([{ war: first, guild: "g0", opponent: "g1" }]);
  expect(await books(world)).toEqual([0, 0, 0, 0, 0]);
  expect(await codeOf(world.challenge("nonce-other"))).toBe("guild-at-war");
  expect(await wars.settleByBattles(first)).toMatchObject({
    ...{ phase: "settled", result: { winner: 0, scores: [9, 7], round: 1 } },
  });
  await wars.settleByBattles(first);
  expect(await books(world)).toEqual([100, 30, 10, 10, 3]);
  expect(await codeOf(wars.settleByBattles(await fought(world)))).toBe("war-phase");
  const { war: open } = await wars.ofGuild("g0");
  await wars.voidWar(open?.war ?? "", "test");

  const second = await held();
  expect(await wars.voidWar(second, "broken")).toMatchObject({ phase: "voided", result: { winner: null } });
  expect(await books(world)).toEqual([100, 30, 10, 10, 3]);
  const third = await held();
  expect(await wars.voidBattle(third, battle(third, "g0-p1"), false, "cheats")).toMatchObject({
    ...{ phase: "settled", result: { winner: 1, scores: [4, 7] } },
  });
  expect(await books(world)).toEqual([130, 130, 13, 10, 13]);
  expect((await wars.ofGuild("g0")).war).toBeUndefined();
});

test("[PV24] a battle that is taken back counts no more: at once while the war is active, and of a settled war the result, the rewards and the ratings become those of a war without it", async () => {
  const plain = await quickWars(clock, { members: 2 });
  await plain.over(await fought(plain, "g0-p1"));

  const world = await quickWars(clock, { members: 2 });
  const { wars } = world;
  const active = await fought(world);
  const given = await wars.voidBattle(active, battle(active, "g1-p0"), true, "crashed");
  expect(given).toMatchObject({ phase: "active", lead: 0, sides: [{ score: 9 }, { score: 0, battles: 0 }] });
  expect(await wars.voidBattle(active, battle(active, "g1-p0"), true, "crashed")).toMatchObject({ phase: "active" });
  const { fighters } = await wars.fighters(active);
  expect(fighters.find(({ player }) => player === "g1-p0")).toMatchObject({ attemptsLeft: 2, battles: 0, score: 0 });
  await wars.voidBattle(active, battle(active, "g0-p1"), false, "cheats");
  await world.fight(active, "g1-p0", 7);
  expect(await world.over(active)).toMatchObject({ phase: "settled", result: { winner: 1, scores: [4, 7], round: 1 } });
  expect(await books(world)).toEqual(await books(plain));
  expect(await ratings(world)).toEqual(await ratings(plain));

  const late = await quickWars(clock, { members: 2 });
  const war = await fought(late);
  await late.over(war);
  expect(await books(late)).toEqual([100, 30, 10, 10, 3]);
  // What is spent cannot be taken.
  await late.ledger.move({ book: { guild: "g0" }, key: "spent", amount: -90, reason: "banner" });
  for (let n = 0; n < 2; n++)
    expect(await late.wars.voidBattle(war, battle(war, "g0-p1"), true, "cheats")).toMatchObject({
      ...{ phase: "settled", result: { round: 2, winner: 1, scores: [4, 7], battles: [1, 1] } },
    });
  expect(await books(late)).toEqual([30, 100, 3, 0, 10]);
  const [found, expected] = [await ratings(late), await ratings(plain)];
  for (const side of [0, 1] as const)
    for (const part of ["mu", "sigma"] as const)
      expect(found[side]?.[part]).toBeCloseTo(expected[side]?.[part] ?? 0, 6);
  expect(await late.wars.ofGuild("g0")).toMatchObject({ record: { won: 0, drawn: 0, lost: 1 } });
  expect(await late.wars.past("g0", { limit: 9 })).toMatchObject({ wars: [{ war, outcome: "loss" }] });
  expect((await late.newsOf("g0")).at(-1)).toBe("war-corrected");
  expect(await late.told("war-battle-voided")).toHaveLength(1);
  expect(await codeOf(late.wars.voidBattle(war, "none", false, "cheats"))).toBe("battle-not-found");
});

test("[PV25] a war that is declared void has no winner: what it gave is taken back, and the guilds' ratings and records are as if it had not been", async () => {
  const world = await quickWars(clock, { members: 2 });
  const { wars } = world;
  const before = await ratings(world);
  const war = await fought(world);
  await world.over(war);
  expect(await codeOf(wars.callOff(war, undefined, true))).toBe("war-begun");
  for (let n = 0; n < 2; n++)
    expect(await wars.voidWar(war, "server down")).toMatchObject({
      ...{ phase: "voided", result: { outcome: "voided", winner: null, payments: [] } },
    });
  expect(await books(world)).toEqual([0, 0, 0, 0, 0]);
  const after = await ratings(world);
  for (const side of [0, 1] as const) {
    expect(after[side]?.mu).toBeCloseTo(before[side]?.mu ?? 25, 6);
    expect(after[side]?.sigma).toBeCloseTo(before[side]?.sigma ?? 25 / 3, 6);
  }
  expect(await wars.ofGuild("g0")).toMatchObject({ record: { won: 0, drawn: 0, lost: 0 } });
  expect(await wars.past("g1", { limit: 9 })).toMatchObject({ wars: [{ war, outcome: "voided" }] });
  expect((await world.newsOf("g1")).at(-1)).toBe("war-voided");
  expect(await world.told("war-voided")).toHaveLength(1);
  expect(await codeOf(wars.voidBattle(war, battle(war, "g0-p0"), false, "late"))).toBe("war-phase");

  // While it is active, too: at once, and both are free.
  const active = await fought(world);
  expect(await wars.voidWar(active, "server down")).toMatchObject({ phase: "voided" });
  expect((await wars.ofGuild("g0")).war).toBeUndefined();
  expect(await books(world)).toEqual([0, 0, 0, 0, 0]);
});

test("[PV26] a fighter who was a guest is rewarded as the account he has become, also where rewards are for members only, and it is taken back from there", async () => {
  const world = await quickWars(clock, { members: 2 });
  const { redis, keys, wars, players, ledger, balance } = world;
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const links = makeLinks(redis, keys, { players, groups, ledger }, { historyLength: 1_000 });
  const war = await world.begun({ leavers: "forfeit" });
  await world.fight(war, "g0-p1", 5);
  await links.link("g0-p1", "account");
  await world.over(war);
  expect(await balance({ player: "account" })).toBe(10);
  await wars.voidWar(war, "server down");
  expect(await balance({ player: "account" })).toBe(0);

  // He was rewarded before he became one.
  const later = await world.begun();
  await world.fight(later, "g0-p0", 5);
  await world.over(later);
  await links.link("g0-p0", "leader");
  expect(await balance({ player: "leader" })).toBe(10);
  await wars.voidWar(later, "server down");
  expect(await balance({ player: "leader" })).toBe(0);
});

test("[PV27] a clock that jumps ends nothing before it is believed; one that goes back makes no battle count twice, and nobody is paid twice", async () => {
  const world = await quickWars(clock, { members: 2 });
  const { wars } = world;
  const war = await world.begun({ scoring: "best-of-target" });
  await world.fight(war, "g0-p0", 5, undefined, "t1");
  await clock.jump(-30 * MINUTE_MS);
  await world.fight(war, "g0-p1", 3, undefined, "t1");
  await world.fight(war, "g0-p0", 8, undefined, "t1");
  expect(await wars.get(war)).toMatchObject({ phase: "active", sides: [{ score: 8 }, { score: 0 }] });
  await clock.jump(48 * 60 * MINUTE_MS);
  await wars.advance(war, false);
  expect(await wars.get(war)).toMatchObject({ phase: "active" });
  await wars.advance(war, true);
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 0, scores: [8, 0] } });
  await clock.jump(-47 * 60 * MINUTE_MS);
  await world.upkeep();
  expect(await world.balance({ guild: "g0" })).toBe(100);
});

test("[PV28] a guild that ends during a war, since its members have all left, does not keep the war from its end, nor the other guild from what is its", async () => {
  const world = await quickWars(clock, { members: 1 });
  const { wars, guilds, balance } = world;
  const war = await world.begun();
  await world.fight(war, "g1-p0", 5);
  await guilds.remove("g0", "g0-p0", "left");
  expect(await codeOf(wars.ofGuild("g0"))).toBe("guild-not-found");
  await world.over(war);
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 1 } });
  expect(await balance({ guild: "g1" })).toBe(100);
});
