import { afterAll, beforeAll, expect, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { refusal } from "./a-room.ts";
import { aMode, aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";
import { guildsAsTheyAre } from "./guilds-as-they-are.ts";
import { crossing } from "./war-crossing.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const HOUR = 60;
const pass = async (world: WarWorld, minutes: number): Promise<void> => {
  await clock.jump(minutes * MINUTE_MS);
  await world.upkeep();
};
const codeOf = async (asked: Promise<unknown>): Promise<unknown> => Object((await refusal(asked)) ?? {}).code ?? "ok";
const ask = (world: WarWorld, guild: string, opponent: string, nonce: string, mode = "duel", caller = `${guild}-p0`) =>
  world.wars.challenge({ guild, opponent, mode, nonce }, caller);

test("[PV10] a challenge is made once for a nonce, and once between two guilds, however often and by whomever it is asked", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars, guilds } = world;
  const five = await Promise.all(Array.from({ length: 5 }, () => world.challenge("nonce-001")));
  expect(new Set(five.map(({ war, phase }) => `${war} ${phase}`)).size).toBe(1);
  expect(await world.newsOf("g1")).toEqual(["war-challenged"]);
  expect(await world.told("war-challenged")).toHaveLength(1);
  await wars.withdraw(five[0]?.war ?? "", "g0-p0");

  await guilds.setRank("g0", "g0-p1", "officer");
  const both = await Promise.all([
    codeOf(ask(world, "g0", "g1", "nonce-002")),
    codeOf(ask(world, "g0", "g1", "nonce-003", "duel", "g0-p1")),
  ]);
  expect(both.sort()).toEqual(["already-challenged", "ok"]);
  expect((await wars.ofGuild("g1")).challenges).toHaveLength(1);
  expect((await wars.ofGuild("g0")).challenges).toMatchObject([{ opponent: "g1", incoming: false, name: "Guild g1" }]);
});

test("[PV11] a challenge or an acceptance that is refused says why, and changes nothing in either guild", async () => {
  const world = await aWarWorld(clock.redis, { guilds: 32, members: 1 });
  const { wars, modes, redis, keys } = world;
  await modes.put("off", aMode({ enabled: false }));
  await modes.put("many", aMode({ activeLeast: 2 }));
  const hset = async (guild: string, part: string, fields: Record<string, string>) => {
    const key = keys.of(`guild:${guild}`, part);
    await redis.run(key, ["HSET", key, ...Object.entries(fields).flat()]);
  };
  // g1 is at war with g2, g3 protected, g4 challenged by 20, g5 has challenged five; g6 has fought three wars with g0 lately.
  await wars.answer((await ask(world, "g1", "g2", "nonce-w12")).war, { accept: true }, "g2-p0");
  const now = await world.nowMs();
  await hset("g3", "war", { protectedUntil: String(now + 60_000) });
  for (let n = 11; n < 31; n++) await ask(world, `g${n}`, "g4", `nonce-${n}4`);
  for (const n of [7, 8, 9, 10, 11]) await ask(world, "g5", `g${n}`, `nonce-5${n}`);
  for (const [one, other] of [
    ["g0", "g6"],
    ["g6", "g0"],
  ]) {
    const past = keys.of(`guild:${one}`, "warpast");
    await redis.run(past, ["ZADD", past, ...[1, 2, 3].flatMap((n) => [String(now), `w${n} ${other}`])]);
  }
  const asked = await ask(world, "g7", "g8", "nonce-78");
  const late = await ask(world, "g9", "g10", "nonce-910");
  // As if it had been asked before its guild went to war.
  await hset("g10", "war", { war: "w0" });

  const before = await guildsAsTheyAre(redis, keys);
  const cases: [code: string, asked: () => Promise<unknown>][] = [
    ["bad-request", () => ask(world, "g0", "g0", "nonce-100")],
    ["guild-not-found", () => ask(world, "nothing", "g0", "nonce-100", "duel", "g0-p0")],
    ["opponent-not-found", () => ask(world, "g0", "nothing", "nonce-100")],
    ["not-member", () => ask(world, "g0", "g7", "nonce-100", "duel", "g7-p0")],
    ["war-mode-not-found", () => ask(world, "g0", "g7", "nonce-100", "none")],
    ["war-mode-disabled", () => ask(world, "g0", "g7", "nonce-100", "off")],
    ["too-few-ready", () => ask(world, "g0", "g7", "nonce-100", "many")],
    ["guild-at-war", () => ask(world, "g1", "g7", "nonce-100")],
    ["rematch-limit", () => ask(world, "g0", "g6", "nonce-100")],
    ["challenges-full", () => ask(world, "g5", "g0", "nonce-100")],
    ["already-challenged", () => ask(world, "g8", "g7", "nonce-100")],
    ["opponent-at-war", () => ask(world, "g0", "g1", "nonce-100")],
    ["opponent-protected", () => ask(world, "g0", "g3", "nonce-100")],
    ["opponent-busy", () => ask(world, "g0", "g4", "nonce-100")],
    ["key-reused", () => ask(world, "g7", "g9", "nonce-78")],
    ["not-member", () => wars.answer(asked.war, { accept: true }, "g7-p0")],
    ["guild-at-war", () => wars.answer(late.war, { accept: true }, "g10-p0")],
    ["war-not-found", () => wars.answer(`w${"0".repeat(23)}`, { accept: true })],
    ["not-member", () => wars.withdraw(asked.war, "g8-p0")],
  ];
  for (const [code, refused] of cases) {
    expect(await codeOf(refused()), code).toBe(code);
    expect(await guildsAsTheyAre(redis, keys), code).toEqual(before);
  }
  // A protected guild that challenges another gives its protection up, unless the challenge is refused.
  expect(await codeOf(ask(world, "g3", "g1", "nonce-101"))).toBe("opponent-at-war");
  expect(await codeOf(ask(world, "g0", "g3", "nonce-102"))).toBe("opponent-protected");
  expect((await wars.ofGuild("g3")).protectedUntil).toBe(now + 60_000);
  await ask(world, "g3", "g7", "nonce-103");
  expect((await wars.ofGuild("g3")).protectedUntil).toBe(0);
  expect(await codeOf(ask(world, "g0", "g3", "nonce-104"))).toBe("ok");
});

test("[PV12] a challenge that is declined, withdrawn or left until its time is up comes to nothing: it is told once, cannot be accepted, and the guilds may challenge again", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars, told } = world;
  const declined = await world.challenge("nonce-001");
  for (let n = 0; n < 2; n++)
    expect(await wars.answer(declined.war, { accept: false, reason: "no" }, "g1-p0")).toMatchObject({
      ...{ phase: "declined", reason: "no" },
    });
  expect(await told("war-declined")).toHaveLength(1);
  expect(await codeOf(wars.answer(declined.war, { accept: true }, "g1-p0"))).toBe("war-not-open");
  const withdrawn = await world.challenge("nonce-002");
  for (let n = 0; n < 2; n++) expect(await wars.withdraw(withdrawn.war, "g0-p0")).toMatchObject({ phase: "withdrawn" });
  expect(await codeOf(wars.answer(withdrawn.war, { accept: true }, "g1-p0"))).toBe("war-not-open");
  const left = await world.challenge("nonce-003");
  await pass(world, HOUR - 1);
  expect(await wars.get(left.war)).toMatchObject({ phase: "challenged" });
  await clock.jump(2 * MINUTE_MS);
  // Nobody has come by yet.
  expect(await codeOf(wars.answer(left.war, { accept: true }, "g1-p0"))).toBe("war-not-open");
  expect((await wars.ofGuild("g1")).challenges).toEqual([]);
  await world.upkeep();
  expect(await wars.get(left.war)).toMatchObject({ phase: "expired" });
  expect(await world.newsOf("g0")).toEqual(["war-declined", "war-expired"]);
  expect(await world.newsOf("g1")).toEqual([
    ...["war-challenged", "war-challenged", "war-withdrawn", "war-challenged", "war-expired"],
  ]);
  expect((await wars.past("g0", { limit: 10 })).wars).toEqual([]);
  await wars.answer((await world.challenge("nonce-004")).war, { accept: true }, "g1-p0");
  expect(await wars.ofGuild("g0")).toMatchObject({ war: { phase: "preparing" }, challenges: [] });
});

test("[PV13] after a war a guild is left alone for a while, and two guilds meet as often as the mode lets them", async () => {
  const mode = aMode({ protectionHours: 2, rematch: { wars: 2, days: 1 }, preparationMinutes: 0, lockMinutes: 0 });
  const world = await aWarWorld(clock.redis, { guilds: 3, members: 1, mode });
  const { wars } = world;
  const fought = async (nonce: string): Promise<void> => {
    await world.accepted(nonce);
    await pass(world, 0);
    await pass(world, HOUR + 1);
  };
  await fought("nonce-001");
  expect(await wars.ofGuild("g1")).toMatchObject({ record: { won: 0, drawn: 1, lost: 0 } });
  expect(await codeOf(ask(world, "g2", "g1", "nonce-002"))).toBe("opponent-protected");
  await pass(world, 2 * HOUR);
  expect(await codeOf(ask(world, "g2", "g1", "nonce-003"))).toBe("ok");
  await fought("nonce-004");
  await pass(world, 2 * HOUR);
  expect(await codeOf(ask(world, "g1", "g0", "nonce-005"))).toBe("rematch-limit");
  await pass(world, 20 * HOUR);
  expect(await codeOf(ask(world, "g1", "g0", "nonce-006"))).toBe("ok");
});

test("[PV14] a war that has not begun is called off when both guilds want it, or the studio does: both are free at once, and it counts for nothing", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars } = world;
  const off = (war: string, guild: string | undefined, on = true) =>
    wars.callOff(war, guild, on, guild && `${guild}-p0`);
  const free = async () =>
    Promise.all(["g0", "g1"].map(async (guild) => (await wars.ofGuild(guild)).war === undefined));
  const first = await world.accepted("nonce-001");
  expect(await off(first, "g0")).toMatchObject({
    phase: "preparing",
    sides: [{ callsOff: true }, { callsOff: false }],
  });
  await off(first, "g0");
  expect(await off(first, "g0", false)).toMatchObject({ phase: "preparing", sides: [{ callsOff: false }, {}] });
  expect(await off(first, "g1")).toMatchObject({ phase: "preparing" });
  // Also after it is settled who fights.
  await pass(world, 6);
  expect(await wars.get(first)).toMatchObject({ sides: [{ fighters: 3 }, { fighters: 3 }] });
  expect(await off(first, "g0")).toMatchObject({ phase: "cancelled" });
  expect(await off(first, "g1")).toMatchObject({ phase: "cancelled" });
  expect(await free()).toEqual([true, true]);
  expect(await world.newsOf("g1")).toEqual(["war-challenged", "war-accepted", "war-cancel-asked", "war-cancelled"]);

  const second = await world.accepted("nonce-002");
  expect(await off(second, undefined)).toMatchObject({ phase: "cancelled" });
  expect(await free()).toEqual([true, true]);
  expect((await wars.past("g0", { limit: 10 })).wars).toEqual([]);
  expect((await wars.ofGuild("g0")).record).toEqual({ won: 0, drawn: 0, lost: 0 });
  expect(await codeOf(ask(world, "g0", "g1", "nonce-003"))).toBe("ok");

  const third = await world.accepted("nonce-003");
  await pass(world, 6);
  await pass(world, 6);
  expect(await codeOf(off(third, "g0"))).toBe("war-begun");
  expect(await codeOf(off(third, undefined))).toBe("war-begun");
  expect(await world.told("war-cancelled")).toHaveLength(2);
});

test("[PV15] who fights is settled as of the lock, however late that is done: not who joined after it or too shortly before, who is out, or has left; no guild with too few is bound, and with too few at the lock the war is called off", async () => {
  const mode = aMode({ joinHours: 1, roster: { least: 2, most: 3, equal: false } });
  const world = await aWarWorld(clock.redis, { members: 5, mode });
  const { wars, lineUp, guilds, players } = world;
  const join = async (guild: string, player: string) => {
    await players.putProfile(player, { name: player, power: 1_000 });
    await guilds.admit(guild, player, "member");
  };
  await clock.jump(2 * HOUR * MINUTE_MS);
  const war = await world.accepted();
  await join("g0", "too-new");
  await lineUp.setReady("g0", "g0-p1", false, "g0-p1");
  await lineUp.pick("g0", ["g0-p4"], "g0-p0");
  await guilds.remove("g0", "g0-p2", "left");
  await clock.jump(6 * MINUTE_MS);
  await join("g0", "too-late");
  // Nobody comes by for an hour after the lock; nobody joins or goes in meanwhile.
  await clock.jump(HOUR * MINUTE_MS);
  expect(await codeOf(lineUp.setReady("g0", "g0-p1", true, "g0-p1"))).toBe("war-locked");
  await world.upkeep();
  const { fighters } = await wars.fighters(war);
  const of = (side: number) =>
    fighters
      .filter((one) => one.side === side)
      .map(({ player }) => player)
      .sort();
  expect([of(0), of(1)]).toEqual([
    ["g0-p0", "g0-p3", "g0-p4"],
    ["g1-p0", "g1-p1", "g1-p2"],
  ]);

  const few = await aWarWorld(clock.redis, { members: 2, mode });
  const before = await guildsAsTheyAre(few.redis, few.keys);
  // None of them has been there for an hour at the lock.
  expect(await codeOf(few.challenge())).toBe("too-few-ready");
  expect(await guildsAsTheyAre(few.redis, few.keys)).toEqual(before);
  // Somebody might still join, or go in: neither guild is bound to what may be called off.
  await few.modes.put("any", { ...mode, joinHours: 0 });
  const { war: hopeless } = await ask(few, "g0", "g1", "nonce-any", "any");
  for (const [guild, code] of [
    ["g0", "opponent-too-few"],
    ["g1", "too-few-ready"],
  ] as const) {
    await few.lineUp.setReady(guild, `${guild}-p1`, false, `${guild}-p1`);
    expect(await codeOf(few.wars.answer(hopeless, { accept: true }, "g1-p0"))).toBe(code);
    expect(await codeOf(ask(few, guild, "g2", "nonce-out", "any"))).toBe("too-few-ready");
    await few.lineUp.setReady(guild, `${guild}-p1`, true, `${guild}-p1`);
    expect((await few.wars.ofGuild(guild)).war).toBeUndefined();
  }
  expect(await few.wars.get(hopeless)).toMatchObject({ phase: "challenged" });
  await few.wars.withdraw(hopeless, "g0-p0");
  await clock.jump(2 * HOUR * MINUTE_MS);
  const none = await few.accepted("nonce-later");
  await few.lineUp.setReady("g1", "g1-p1", false, "g1-p1");
  await pass(few, 6);
  expect(await few.wars.get(none)).toMatchObject({ phase: "cancelled", reason: "too-few" });
  expect((await few.wars.ofGuild("g0")).war).toBeUndefined();
  expect(await few.newsOf("g0")).toEqual(["war-accepted", "war-too-few"]);
  expect(await few.told("war-reward")).toEqual([]);
});

test("[PV16] of challenges that are accepted at the same time no guild is bound to two, and who is bound has one that both agree on", async () => {
  for (let seed = 1; seed <= 2; seed++) await crossing(clock.redis, seed);
});
