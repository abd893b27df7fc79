import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { byCode } from "./a-guild-life.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aMode, aWarQueue, WAIT_MS } from "./a-war-queue.ts";
import { aWarProcess } from "./a-war-world.ts";
import { FAULTS } from "./dying-before.ts";
import { waitFor } from "./wait-for.ts";

const MINUTE_MS = 60_000;
const LEASE_MS = 5_000;
let clock: Awaited<ReturnType<typeof aMovedClock>>;
let made = 0;
const names = (): { redis: Redis; keys: Keys } => ({ redis: clock.redis, keys: makeKeys(`t-queue-${++made}`) });
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[WQ6] who may launch wars has the guild look for an opponent, and stops it; members see it; what stands in the way of a war does of looking", async () => {
  const world = await aWarQueue(names());
  const { seek, stop, read, nonce, hash, modes } = world;
  const refused = (asked: Partial<Parameters<typeof seek>[0]>, code: string, caller?: string) =>
    expect(seek({ guild: "g0", mode: "blitz", nonce: nonce(), ...asked }, caller)).rejects.toMatchObject(byCode(code));
  await refused({ guild: "none" }, "guild-not-found");
  await refused({}, "not-permitted", "g0-m");
  await refused({}, "not-member", "g1-l");
  await refused({ mode: "none" }, "war-mode-not-found");
  await modes.put("off", aMode({ enabled: false }));
  await refused({ mode: "off" }, "war-mode-disabled");
  await modes.put("many", aMode({ activeLeast: 4 }));
  await refused({ mode: "many" }, "too-few-ready");
  await modes.put("wide", aMode({ roster: { least: 4 } }));
  await refused({ mode: "wide" }, "too-few-ready");
  await hash("guild:g1", "war", "war", "w1");
  await refused({ guild: "g1" }, "guild-at-war");

  expect(await read("g0", "g0-m")).toBeUndefined();
  const seeking = await seek({ guild: "g0", mode: "blitz", nonce: nonce() }, "g0-o");
  expect(seeking).toMatchObject({ mode: "blitz", until: seeking.since + WAIT_MS });
  expect(await read("g0", "g0-m")).toEqual({ ...seeking, found: false });
  await expect(read("g0", "g1-l")).rejects.toMatchObject(byCode("not-member"));
  await expect(stop("g0", "g0-m")).rejects.toMatchObject(byCode("not-permitted"));
  for (let times = 0; times < 2; times++) await stop("g0", "g0-l");
  expect(await read("g0")).toBeUndefined();
  expect(await world.events("war-seeking")).toMatchObject([
    { guild: "g0", mode: "blitz", by: "g0-o", ends: seeking.until },
  ]);
  expect(await world.events("war-seeking-ended")).toMatchObject([{ guild: "g0", reason: "withdrawn", by: "g0-l" }]);
});

test("[WQ7] a guild has one ticket: asked again it goes on looking since it did, in another mode it is refused, and a nonce gives its first result for a day", async () => {
  const world = await aWarQueue(names());
  const { seek, stop, nonce, modes } = world;
  const first = nonce();
  const five = await Promise.all(Array.from({ length: 5 }, () => seek({ guild: "g0", mode: "blitz", nonce: first })));
  await clock.jump(MINUTE_MS);
  const [seeking] = five;
  expect(five).toEqual(five.map(() => seeking));
  expect(await seek({ guild: "g0", mode: "blitz", nonce: nonce() }, "g0-o")).toEqual(seeking);
  await expect(seek({ guild: "g0", mode: "friendly", nonce: nonce() })).rejects.toMatchObject(byCode("war-seeking"));
  await expect(seek({ guild: "g0", mode: "friendly", nonce: first })).rejects.toMatchObject(byCode("key-reused"));
  expect((await world.tickets()).waiting).toHaveLength(1);
  await stop("g0");
  // Late repetitions have nothing begin anew, even where it would be refused now.
  await modes.put("blitz", aMode({ activeLeast: 400 }));
  expect(await seek({ guild: "g0", mode: "blitz", nonce: first })).toEqual(seeking);
  expect((await world.tickets()).waiting).toEqual([]);
  await modes.remove("blitz");
  await clock.jump(25 * 60 * MINUTE_MS);
  // What was asked a day ago is forgotten when somebody asks.
  await seek({ guild: "g1", mode: "blitz", nonce: nonce() });
  expect(await seek({ guild: "g0", mode: "blitz", nonce: first })).not.toEqual(seeking);
});

test("[WQ8] rating, power of the strongest, how many they are, region, evening and whom it has fought too often go with the ticket", async () => {
  const world = await aWarQueue(names());
  const { seek, nonce, hash, modes, lineUp, queue, redisNow } = { ...world, redisNow: Date.now() };
  await modes.put("two", aMode({ roster: { least: 1, most: 2 }, rematch: { wars: 2, days: 7 } }));
  await modes.put("soon", aMode({ start: "soon" }));
  await hash("guild:g0", "war", "mu", "31.25000000000001", "sigma", "3.5");
  await hash("guild:g0", "info", "region", "mx");
  await lineUp.setHours("g0", { hour: 21, zone: "America/Bogota" });
  const past = async (war: string, other: string, at: number): Promise<void> => {
    const key = world.keys.of("guild:g0", "warpast");
    await world.redis.run(key, ["ZADD", key, String(at), `${war} ${other}`]);
  };
  const now = (await queue.page("somebody", 1))?.now ?? redisNow;
  for (const [war, other, days] of [
    ["w1", "g5", 1],
    ["w2", "g5", 2],
    ["w3", "g6", 1],
    ["w4", "g6", 8],
  ] as const)
    await past(war, other, now - days * 1_440 * MINUTE_MS);
  await seek({ guild: "g0", mode: "two", nonce: nonce() });
  await seek({ guild: "g1", mode: "soon", nonce: nonce() });
  const waiting = (await queue.page("somebody", 1))?.waiting.toSorted((one, other) =>
    one.guild < other.guild ? -1 : 1,
  );
  expect(waiting).toMatchObject([
    { mu: 31.25000000000001, sigma: 3.5, strength: 500, ready: 2, region: "mx", evening: 120, avoid: ["g5"] },
    { mu: 25, strength: 600, ready: 3, avoid: [] },
  ]);
  expect(waiting?.[1]).not.toHaveProperty("evening");
});

test("[WQ9] two that fit leave the queue for one war, who waited longer first; when there is to be none, who is at fault ends and is told, and the other waits on as it did", async () => {
  const world = await aWarQueue(names(), { guilds: 4 });
  const { seek, stop, read, look, nonce, queue, wars, faulty } = world;
  const ask = (guild: string) => seek({ guild, mode: "blitz", nonce: nonce() });
  const first = await ask("g1");
  await clock.jump(1_000);
  await ask("g0");
  await look();
  expect([...wars]).toEqual([[expect.stringMatching(/^w[a-z0-9]{23}$/), { guilds: ["g1", "g0"], mode: "blitz" }]]);
  expect(await world.tickets()).toEqual({ waiting: [], matched: [], ended: [] });
  expect((await world.events("war-seeking-ended")).map(({ guild, reason }) => [guild, reason])).toEqual([
    ["g1", "matched"],
    ["g0", "matched"],
  ]);
  expect(first.until).toBeGreaterThan(0);

  faulty.set("g3", "too-few-ready");
  const kept = await ask("g2");
  await clock.jump(1_000);
  await ask("g3");
  await look();
  expect(await read("g2")).toEqual({ ...kept, found: false });
  expect(await read("g3")).toBeUndefined();
  await look();
  expect(await world.newsOf("g3")).toEqual([{ template: "war-search-ended", params: { mode: "Guerra relámpago" } }]);
  expect(await world.newsOf("g2")).toEqual([]);
  expect(await world.tickets()).toMatchObject({ matched: [], ended: [] });
  expect((await world.events("war-seeking-ended")).at(-1)).toMatchObject({ guild: "g3", reason: "too-few-ready" });

  // Nobody's fault: both wait on, and are not asked again and again.
  faulty.set("g3", "nobody");
  await ask("g3");
  await look();
  expect([await read("g2"), (await read("g3"))?.found]).toEqual([{ ...kept, found: false }, false]);
  faulty.delete("g3");
  await look();
  expect(wars.size).toBe(1);

  const [w1, w2] = [`w${"1".repeat(23)}`, `w${"2".repeat(23)}`];
  // While the war is being made it is too late to stop.
  await clock.jump(LEASE_MS);
  const [one, other] = (await queue.page("somebody", 1))?.waiting ?? [];
  if (one === undefined || other === undefined) throw new Error("two wait");
  expect(await queue.match({ war: w1, tickets: [one, other] })).toBe(true);
  expect(await queue.match({ war: w2, tickets: [one, other] })).toBe(false);
  expect((await read("g2"))?.found).toBe(true);
  await expect(stop("g2")).rejects.toMatchObject(byCode("opponent-found"));
  expect(await ask("g2")).toEqual(kept);
  await clock.jump(LEASE_MS);
  await look();
  expect(world.wrong).toEqual([]);
  expect(wars.get(w1)?.guilds.toSorted()).toEqual(["g2", "g3"]);
});

test("[WQ9] a war of two who looked for one is a war like any other: both are bound, and one who got another war meanwhile looks no more", async () => {
  const { redis, keys } = names();
  const world = await aWarQueue({ redis, keys }, { guilds: 5 });
  const { wars } = aWarProcess(redis, keys.namespace);
  const { look } = world.process(redis, wars.pair);
  const ask = (guild: string) => world.seek({ guild, mode: "blitz", nonce: world.nonce() });
  const warOf = async (guild: string) => (await wars.ofGuild(guild)).war;
  for (const guild of ["g0", "g1"]) await ask(guild);
  await look();
  const [war, same] = [await warOf("g0"), await warOf("g1")];
  expect(war).toMatchObject({ phase: "preparing", mode: "blitz" });
  expect(same?.war).toBe(war?.war);
  await expect(ask("g1")).rejects.toMatchObject(byCode("guild-at-war"));

  const kept = await ask("g2");
  await ask("g3");
  const { war: other } = await wars.challenge({ guild: "g4", opponent: "g3", mode: "blitz", nonce: world.nonce() });
  await wars.answer(other, { accept: true });
  await look();
  expect(await world.read("g2")).toEqual({ ...kept, found: false });
  expect(await world.read("g3")).toBeUndefined();
  expect((await world.events("war-seeking-ended")).at(-1)).toMatchObject({ guild: "g3", reason: "guild-at-war" });
  expect((await warOf("g3"))?.war).toBe(other);
});

test("[WQ10] a ticket ends when its time is over: by an event, and once by news in its channel in the guild's language", async () => {
  const world = await aWarQueue(names(), { guilds: 1 });
  await world.hash("guild:g0", "info", "language", "pt-BR");
  await world.seek({ guild: "g0", mode: "blitz", nonce: world.nonce() });
  await clock.jump(WAIT_MS - 60_000);
  await world.look();
  expect(await world.read("g0")).toBeDefined();
  await clock.jump(60_000);
  await world.look();
  expect(await world.read("g0")).toBeUndefined();
  for (let times = 0; times < 2; times++) await world.look();
  const told = { template: "war-no-opponent", params: { mode: "Guerra relâmpago" } };
  expect(await world.newsOf("g0")).toEqual([told]);
  expect(await world.events("war-seeking-ended")).toMatchObject([
    { guild: "g0", mode: "blitz", reason: "no-opponent" },
  ]);
  expect(await world.tickets()).toEqual({ waiting: [], matched: [], ended: [] });
  // It may look again.
  await world.seek({ guild: "g0", mode: "blitz", nonce: world.nonce() });
  // The end of a guild that is no more is told to nobody.
  await clock.jump(WAIT_MS);
  await world.guilds.remove("g0", "g0-m", "left");
  await world.redis.run(world.keys.of("guild:g0", "info"), ["HSET", world.keys.of("guild:g0", "info"), "ending", "1"]);
  await world.look();
  expect((await world.tickets()).ended).toEqual([]);
});

test("[WQ11] one process at a time matches, another takes over when it is gone, and where nobody looks for an opponent it is one question", async () => {
  const world = await aWarQueue(names());
  let questions = 0;
  const counting: Redis = {
    ...clock.redis,
    fcall: (...asked) => {
      questions += 1;
      return clock.redis.fcall(...asked);
    },
  };
  await world.process(counting).look();
  expect(questions).toBe(1);
  const [one, other] = [world.process(), world.process()];
  await world.seek({ guild: "g0", mode: "blitz", nonce: world.nonce() });
  await one.look();
  await world.seek({ guild: "g1", mode: "blitz", nonce: world.nonce() });
  await other.look();
  expect(world.wars.size).toBe(0);
  await clock.jump(LEASE_MS);
  await other.look();
  expect(world.wars.size).toBe(1);
});

test("[WQ12] whoever is killed at whatever step, each ticket ends up in one war, waiting, or ended and told once", async () => {
  const plan = fc.record({
    /** Processes that match at the same time, and which of their steps goes wrong. */
    deaths: fc.array(
      fc.array(fc.record({ n: fc.integer({ min: 1, max: 30 }), fault: fc.constantFrom(...FAULTS) }), {
        minLength: 1,
        maxLength: 3,
      }),
      { minLength: 1, maxLength: 5 },
    ),
    faulty: fc.array(fc.tuple(fc.nat(6), fc.constantFrom("too-few-ready" as const, "nobody" as const)), {
      maxLength: 3,
    }),
    /** Half of their time passes after so many of the deaths. */
    halfAfter: fc.nat(5),
  });
  const property = fc.asyncProperty(plan, async ({ deaths, faulty, halfAfter }) => {
    const world = await aWarQueue(names(), { guilds: 7, leaseMs: 1 });
    for (const [guild, why] of faulty) world.faulty.set(`g${guild}`, why);
    for (const guild of world.ids) await world.seek({ guild, mode: "blitz", nonce: world.nonce() });
    for (const [index, round] of deaths.entries()) {
      await Promise.allSettled(round.map(({ n, fault }) => world.dying(n, fault).look()));
      if (index === halfAfter) await clock.jump(WAIT_MS / 2);
    }
    // Of a lease of 1 ms something may be left, and guilds may have been tried with all others, one a look, before one ends.
    const settle = async (): Promise<void> => {
      await waitFor(async () => (await world.matcher()) === null, "the lease of a killed process to end");
      for (let times = 0; times < 10; times++) await world.look();
    };
    await settle();
    const check = async (left: number): Promise<void> => {
      const { waiting, matched, ended } = await world.tickets();
      expect([matched, ended]).toEqual([[], []]);
      const fighting = [...world.wars.values()].flatMap(({ guilds }) => guilds);
      expect(new Set(fighting).size).toBe(fighting.length);
      const events = await world.events("war-seeking-ended");
      for (const guild of world.ids) {
        const reasons = events.filter((event) => event.guild === guild).map(({ reason }) => reason);
        const waits = waiting.filter((row) => JSON.stringify(row).includes(`"guild":"${guild}"`)).length;
        const isOver = reasons.length === 1 && reasons[0] !== "matched";
        expect([fighting.includes(guild), waits === 1, isOver].filter(Boolean)).toEqual([true]);
        if (fighting.includes(guild)) expect(reasons).toEqual(["matched"]);
        expect(await world.newsOf(guild)).toHaveLength(isOver ? 1 : 0);
      }
      expect(waiting.length).toBeLessThanOrEqual(left);
    };
    await check(7);
    await clock.jump(WAIT_MS);
    await settle();
    await check(0);
  });
  await fc.assert(property, { numRuns: process.env.GREMIO_TEST_LONG === "1" ? 40 : 12, endOnFailure: true });
});
