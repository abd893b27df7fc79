import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLinks } from "../server/link/link.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { refusal } from "./a-room.ts";
import { aMode, aWarProcess, aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const TAIL_MS = 2_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const pass = async (world: Pick<WarWorld, "upkeep">, ms: number): Promise<void> => {
  await clock.jump(ms);
  await world.upkeep();
};
const begun = async (world: WarWorld, nonce?: string): Promise<string> => {
  const war = await world.accepted(nonce);
  await pass(world, 6 * MINUTE_MS);
  await pass(world, 5 * MINUTE_MS);
  return war;
};
/** A process that sleeps before the first call of a function until it is woken. */
const sleepsBefore = ({ namespace }: WarWorld, slept: string) => {
  const [woken, asleep] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fcall: Redis["fcall"] = async (name, keys, args) => {
    if (name === slept) {
      asleep.resolve();
      await woken.promise;
    }
    return clock.redis.fcall(name, keys, args);
  };
  const process = aWarProcess({ ...clock.redis, fcall }, namespace);
  return { process, asleep: asleep.promise, wake: () => woken.resolve() };
};
type WarProcess = ReturnType<typeof aWarProcess>;
/** How what a process does is refused that sleeps before the first call of a function while something else happens. */
const sleptThrough = async (
  world: WarWorld,
  slept: string,
  act: (process: WarProcess) => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<unknown> => {
  const { process, asleep, wake } = sleepsBefore(world, slept);
  const acted = refusal(act(process));
  await asleep;
  await meanwhile();
  wake();
  return acted;
};
const warOf = async ({ wars }: WarWorld, guild: string) => (await wars.ofGuild(guild)).war?.war;

test("[PV40] a guild whose master loses its tail is let go of all the same by a war that is over", async () => {
  for (const end of ["settled", "cancelled"]) {
    const mode = aMode({ rewards: { win: {}, draw: {}, loss: {} } });
    const world = await aWarWorld(clock.redis, { mode, settleMs: TAIL_MS });
    const war = end === "settled" ? await begun(world) : await world.accepted();
    if (end === "settled") await clock.jump(61 * MINUTE_MS);
    const before = await aRedisToLose(clock.redis, world.keys, "guild:g0");
    if (end === "cancelled") await world.wars.callOff(war, undefined, true);
    for (let look = 0; look < 2; look++) await pass(world, end === "settled" ? TAIL_MS : 0);
    await before.lose();
    for (let look = 0; look < 3; look++) await pass(world, TAIL_MS);
    expect(await world.wars.get(war)).toMatchObject({ phase: end });
    expect([await warOf(world, "g0"), await warOf(world, "g1")], end).toEqual([undefined, undefined]);
  }
});

test("[PV40] guilds are bound to no war that its master has lost, nor to one that was called off before a process that slept bound them", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars } = world;
  const { war } = await world.challenge();
  const before = await aRedisToLose(clock.redis, world.keys, `war:${war}`);
  await wars.answer(war, { accept: true }, "g1-p0");
  await before.lose();
  await pass(world, 11_000);
  expect([await warOf(world, "g0"), await warOf(world, "g1")]).toEqual([undefined, undefined]);

  const sleeper = sleepsBefore(world, "war_bind");
  const answered = sleeper.process.wars.answer(war, { accept: true }, "g1-p0").catch(() => {});
  await sleeper.asleep;
  await world.upkeep();
  expect(await wars.callOff(war, undefined, true)).toMatchObject({ phase: "cancelled" });
  sleeper.wake();
  await answered;
  await pass(world, 11_000);
  const other = await world.challenge("nonce-002");
  expect(await wars.answer(other.war, { accept: true }, "g1-p0")).toMatchObject({ phase: "preparing" });
});

test("[PV11] an acceptance that slept is refused where its hold was given back meanwhile, or whoever accepts may not any more", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars, guilds } = world;
  const { war } = await world.challenge();
  const accepts = (player: string) => (process: WarProcess) => process.wars.answer(war, { accept: true }, player);
  const late = await sleptThrough(world, "war_accept", accepts("g1-p0"), () => pass(world, 11_000));
  expect(late).toMatchObject({ code: "war-not-open" });
  await guilds.setRank("g1", "g1-p1", "officer");
  const demoted = () => guilds.setRank("g1", "g1-p1", "member");
  const refused = await sleptThrough(world, "war_reserve", accepts("g1-p1"), demoted);
  expect(refused).toMatchObject({ code: "not-permitted" });
  expect(await wars.get(war)).toMatchObject({ phase: "challenged" });
  expect(await wars.answer(war, { accept: true }, "g1-p0")).toMatchObject({ phase: "preparing" });
});

test("[PV9] who slept while the clock was set back ends no challenge, locks and starts no war before its time; who slept while another told the news or wrote the result neither tells them again nor goes by his own", async () => {
  const world = await aWarWorld(clock.redis, { mode: aMode({ leavers: "forfeit" }), settleMs: TAIL_MS });
  const { wars, lineUp, guilds, balance } = world;
  const slept = (before: string, war: string, meanwhile: () => Promise<unknown>) =>
    sleptThrough(world, before, (process) => process.wars.advance(war, true), meanwhile);
  const back = () => clock.jump(-2 * MINUTE_MS);
  const { war: asked } = await world.challenge("nonce-000");
  await clock.jump(61 * MINUTE_MS);
  await slept("war_turn_down", asked, back);
  expect(await wars.withdraw(asked, "g0-p0")).toMatchObject({ phase: "withdrawn" });

  const war = await world.accepted();
  await clock.jump(6 * MINUTE_MS);
  await slept("war_lock", war, back);
  await lineUp.setReady("g0", "g0-p2", false, "g0-p2");
  await pass(world, 2 * MINUTE_MS);
  const { fighters } = await wars.fighters(war);
  expect(fighters.map(({ player }) => player).sort()).toEqual(["g0-p0", "g0-p1", "g1-p0", "g1-p1"]);
  await clock.jump(5 * MINUTE_MS);
  await slept("war_start", war, back);
  expect(await wars.get(war)).toMatchObject({ phase: "preparing" });
  await clock.jump(2 * MINUTE_MS);
  await slept("war_said", war, world.upkeep);
  expect(await world.newsOf("g0")).toEqual(["war-accepted", "war-started"]);

  await world.fight(war, "g0-p1", 5);
  await clock.jump(66 * MINUTE_MS);
  await slept("war_conclude", war, async () => {
    await guilds.remove("g0", "g0-p1", "left");
    await world.upkeep();
  });
  for (let look = 0; look < 2; look++) await pass(world, TAIL_MS);
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 0 } });
  expect([await balance({ guild: "g0" }), await balance({ player: "g0-p1" })]).toEqual([100, 0]);
});

test("[PV40] a guild that a process had held when it died is free again, also where the clock was set back by an hour", async () => {
  const world = await aWarWorld(clock.redis);
  // Whoever joined within that hour would have joined after the lock.
  await clock.jump(60 * MINUTE_MS);
  const { war } = await world.challenge();
  const { accept, wars } = { accept: { accept: true }, wars: world.wars };
  await expect(world.dying(5).wars.answer(war, accept, "g1-p0")).rejects.toThrow(RedisUnavailable);
  expect(await clock.redis.run("", ["HEXISTS", world.keys.of("guild:g0", "war"), "token"])).toBe(1);
  await clock.jump(-60 * MINUTE_MS);
  expect(await wars.answer(war, accept, "g1-p0")).toMatchObject({ phase: "preparing" });
});

test("[PV40] of two wars a guild was bound to since its master lost the first, it fights in one", async () => {
  const world = await aWarWorld(clock.redis, { guilds: 3 });
  const { wars } = world;
  const { war } = await world.challenge();
  const other = await world.challenge("nonce-002", "g2", "g0");
  const before = await aRedisToLose(clock.redis, world.keys, "guild:g0");
  await wars.answer(war, { accept: true }, "g1-p0");
  await before.lose();
  // Its master has lost that this challenge was withdrawn, too.
  const again = await world.challenge("nonce-003", "g2", "g0");
  await wars.answer(again.war, { accept: true }, "g0-p0");
  await pass(world, 6 * MINUTE_MS);
  const phases = [(await wars.get(war)).phase, (await wars.get(other.war)).phase, (await wars.get(again.war)).phase];
  expect(phases).toEqual(["cancelled", "withdrawn", "preparing"]);
  expect([await warOf(world, "g0"), await warOf(world, "g1")]).toEqual([again.war, undefined]);
});

test("[PV41] nothing is given for a result that its master may still lose", async () => {
  const world = await aWarWorld(clock.redis, { settleMs: TAIL_MS });
  const war = await begun(world);
  await world.fight(war, "g0-p1", 5);
  const before = await aRedisToLose(clock.redis, world.keys, `war:${war}`);
  await world.fight(war, "g1-p1", 7);
  await pass(world, 66 * MINUTE_MS);
  await before.lose();
  const soon: string[] = [];
  const onSoon = (due: string): void => void soon.push(due);
  const process = aWarProcess(clock.redis, world.namespace, { settleMs: TAIL_MS, onSoon });
  for (let look = 0; look < 4; look++) await pass(process, TAIL_MS);
  expect(await world.wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 0, scores: [5, 0] } });
  // Upkeep looks again when each wait is over, not in its next round.
  expect(soon).toEqual([war, war]);
  const books = [{ guild: "g0" }, { guild: "g1" }, { player: "g0-p1" }, { player: "g1-p1" }];
  expect(await Promise.all(books.map(world.balance))).toEqual([100, 30, 10, 0]);
});

test("[PV41] who cannot be given a reward of his own does not keep a war from its end", async () => {
  const world = await aWarWorld(clock.redis);
  const war = await begun(world);
  await world.fight(war, "g0-p1", 5);
  await clock.jump(66 * MINUTE_MS);
  const onFought = async () => {
    throw new GremioError("player-not-found");
  };
  await aWarProcess(clock.redis, world.namespace, { onFought }).upkeep();
  expect(await world.wars.get(war)).toMatchObject({ phase: "settled" });
});

test("[PV42] however late a result is corrected, what stays right is given and counted once, and what was wrong is taken back", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars, keys, balance } = world;
  const books = [{ guild: "g0" }, { guild: "g1" }, { player: "g0-p1" }, { player: "g1-p1" }];
  const war = await begun(world);
  await world.fight(war, "g0-p1", 5, "nonce-b1");
  await world.fight(war, "g0-p1", 9, "nonce-b2");
  await world.fight(war, "g1-p1", 7);
  await pass(world, 66 * MINUTE_MS);
  // So many wars later that it is forgotten in the books and by the one guild.
  const past = keys.of("guild:g0", "warpast");
  for (let n = 0; n < 200; n++) await clock.redis.run(past, ["ZADD", past, "99999999999999", `w${n} gx`]);
  const other = await begun(world, "nonce-002");
  await pass(world, 66 * MINUTE_MS);
  await pass(world, 119 * DAY_MS);
  const drawn = await Promise.all(books.map(balance));
  expect([(await wars.get(other)).phase, drawn]).toEqual(["settled", [150, 80, 10, 3]]);
  await wars.voidBattle(war, "b-nonce-b1", false, "cheated");
  expect(await Promise.all(books.map(balance))).toEqual(drawn);
  expect((await wars.ofGuild("g0")).record).toMatchObject({ won: 1, drawn: 1, lost: 0 });

  await wars.voidBattle(war, "b-nonce-b2", false, "cheated");
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { round: 3, winner: 1 } });
  expect(await Promise.all(books.map(balance))).toEqual([80, 150, 0, 10]);
  expect((await wars.ofGuild("g1")).record).toMatchObject({ won: 1, drawn: 1, lost: 0 });
});

test("[PV42] a war whose time is up is kept until its correction is done", async () => {
  const world = await aWarWorld(clock.redis);
  const war = await begun(world);
  await world.fight(war, "g0-p1", 5, "nonce-b1");
  await pass(world, 66 * MINUTE_MS);
  await clock.jump(120 * DAY_MS - MINUTE_MS);
  await expect(world.dying(2).wars.voidBattle(war, "b-nonce-b1", false, "cheated")).rejects.toThrow(RedisUnavailable);
  await pass(world, 2 * MINUTE_MS);
  expect(await world.wars.get(war)).toMatchObject({ phase: "settled", result: { round: 2, by: "draw" } });
});

test("[PV43] how a war ended is told, too, where it was corrected before; and who wants it called off again and again is told of once", async () => {
  const world = await aWarWorld(clock.redis);
  const { wars } = world;
  const war = await world.accepted();
  for (const on of [true, false, true, false]) await wars.callOff(war, "g0", on, "g0-p0");
  await pass(world, 6 * MINUTE_MS);
  await pass(world, 5 * MINUTE_MS);
  await world.fight(war, "g0-p1", 5, "nonce-b1");
  await clock.jump(66 * MINUTE_MS);
  const mute = aWarProcess(
    {
      ...clock.redis,
      fcall: async (name, keys, args) => {
        if (name === "war_tell") throw new RedisUnavailable(new Error("mute"));
        return clock.redis.fcall(name, keys, args);
      },
    },
    world.namespace,
  );
  await expect(mute.upkeep()).rejects.toThrow(RedisUnavailable);
  await wars.voidBattle(war, "b-nonce-b1", false, "cheated");
  const all = await world.newsOf("g1");
  expect(all).toEqual(
    ["challenged", "accepted", "cancel-asked", "started", "lead-theirs", "result", "corrected"].map(
      (what) => `war-${what}`,
    ),
  );
});

test("[PV43] a guild is challenged by another a few times in an hour, so that nobody is flooded", async () => {
  const world = await aWarWorld(clock.redis);
  const asks = async (n: number) => world.wars.withdraw((await world.challenge(`nonce-00${n}`)).war, "g0-p0");
  for (let n = 0; n < 5; n++) await asks(n);
  await expect(asks(5)).rejects.toMatchObject({ code: "rate-limited" });
  expect(await world.newsOf("g1")).toHaveLength(10);
  await clock.jump(61 * MINUTE_MS);
  expect(await asks(5)).toMatchObject({ phase: "withdrawn" });
});

test("[PV12] a challenge that was declined while a process that had begun it slept is told once, and over", async () => {
  const world = await aWarWorld(clock.redis);
  const sleeper = sleepsBefore(world, "war_call");
  const asked = sleeper.process.wars.challenge(
    { guild: "g0", opponent: "g1", mode: "duel", nonce: "nonce-001" },
    "g0-p0",
  );
  await sleeper.asleep;
  await world.wars.answer((await world.challenge()).war, { accept: false }, "g1-p0");
  sleeper.wake();
  expect(await asked).toMatchObject({ phase: "declined" });
  expect([await world.newsOf("g1"), (await world.wars.ofGuild("g1")).challenges]).toEqual([["war-challenged"], []]);
});

test("[PV26] from a guest who becomes an account while a war is taken back it is taken once; who has spent some of it gives what is left", async () => {
  const world = await aWarWorld(clock.redis, { settleMs: TAIL_MS });
  const { redis, keys, wars, players, ledger, balance } = world;
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const links = makeLinks(redis, keys, { players, groups, ledger }, { historyLength: 1_000 });
  const war = await begun(world);
  for (const player of ["g0-p1", "g0-p2"]) await world.fight(war, player, 5);
  await pass(world, 66 * MINUTE_MS);
  for (let look = 0; look < 3; look++) await pass(world, TAIL_MS);
  await ledger.move({ book: { player: "g0-p1" }, key: "won", amount: 20, reason: "won" });
  await ledger.move({ book: { player: "g0-p2" }, key: "spent", amount: -6, reason: "spent" });
  await links.link("g0-p2", "account-2");
  await wars.voidWar(war, "server down");
  await pass(world, TAIL_MS);
  expect(await balance({ player: "g0-p1" })).toBe(20);
  await links.link("g0-p1", "account-1");
  for (let look = 0; look < 3; look++) await pass(world, TAIL_MS);
  expect(await wars.get(war)).toMatchObject({ phase: "voided" });
  expect([await balance({ player: "account-1" }), await balance({ player: "account-2" })]).toEqual([20, 0]);
});
