import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDryRun } from "../server/points/earning/dry-run.ts";
import { isSampled, ROWS_PER_BUCKET } from "../server/points/earning/sample.ts";
import { BUCKETS, bucketOf } from "../server/redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { anEarningWorld, NOON, someRules } from "./an-earning-world.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const HOUR_MS = 3_600_000;
const people = ["ana", "beto", "caro", "dino"];
const strangers = ["eva", "fito"];
const everybody = [...people, ...strangers];

const pay = fc.record({ points: fc.integer({ min: 1, max: 50 }) });
const cap = fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined, freq: 2 });
const capsArbitrary = fc.record({
  ...{ day: cap, week: cap, ever: cap, broughtDay: cap, broughtWeek: cap, broughtEver: cap, guildDay: cap },
  ...{ timesDay: cap.map((most) => most && (most % 5) + 1), timesEver: cap.map((most) => most && (most % 9) + 1) },
});
const rulesArbitrary = fc
  .record({
    zone: fc.constantFrom("UTC", "America/Bogota", "Pacific/Kiritimati"),
    caps: fc.record({ day: cap, week: cap, broughtDay: cap, guildDay: cap }),
    rules: fc.array(
      fc.record({
        event: fc.constantFrom("won", "lost", "help"),
        ...{ player: pay, guild: fc.option(pay, { nil: undefined }), caps: capsArbitrary },
        shares: fc.constantFrom(undefined, [100, 50, 10]),
        together: fc.constantFrom(undefined, { percent: 30, most: 50 }),
        pair: fc.constantFrom(undefined, { week: 2, partners: 1 }, { week: 1, partners: 2, mates: false }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ rules, ...rest }) => ({ ...rest, rules: rules.map((rule, index) => ({ ...rule, id: `r${index}` })) }));
const happenedArbitrary = fc.array(
  fc.record({
    event: fc.constantFrom("won", "lost", "help"),
    player: fc.constantFrom(...everybody),
    with: fc.subarray(everybody),
    partner: fc.constantFrom(...everybody),
    hours: fc.constantFrom(0, 0, 0, 1, 7, 20),
  }),
  { minLength: 1, maxLength: 40 },
);

test("[EA11] with the rules that were in force, a dry run gives what was paid, book by book", async () => {
  await fc.assert(
    fc.asyncProperty(rulesArbitrary, happenedArbitrary, async (rules, happened) => {
      const world = await anEarningWorld(redis, rules, { g1: people, g2: strangers });
      const { earning, event, later, dryRun, own, book } = world;
      // Less than a week, from the noon of a Wednesday: some weeks end within.
      let hours = 0;
      let waiting: Promise<unknown>[] = [];
      for (const { hours: pause, partner, ...part } of happened) {
        if (pause > 0 && hours + pause < 150) {
          await Promise.all(waiting);
          waiting = [];
          hours += pause;
          later(pause);
        }
        waiting.push(earning.take(event({ ...part, ...(partner !== part.player && { partner }) })));
      }
      await Promise.all(waiting);
      const { total, players, guilds, sample } = await dryRun(someRules(rules));
      const ownSum = (await Promise.all(everybody.map(own))).reduce((sum, points) => sum + points, 0);
      const guildSum = (await book("g1")) + (await book("g2"));
      expect(total).toEqual({
        player: { paid: ownSum, wouldPay: ownSum },
        guild: { paid: guildSum, wouldPay: guildSum },
      });
      expect([players, guilds]).toEqual([[], []]);
      expect(sample).toMatchObject({ of: 1, buckets: BUCKETS, events: happened.length });
    }),
    { numRuns: 25 },
  );
});

const won = { event: "won", player: { points: 10 }, guild: { points: 4 } };

test("[EA11] a dry run of other rules names whom they would have paid more or less", async () => {
  const { earning, event, dryRun, setRules } = await anEarningWorld(
    redis,
    { rules: [{ ...won, caps: { day: 25 } }] },
    { g1: people, g2: strangers },
  );
  for (const player of ["ana", "ana", "ana", "beto", "eva"]) await earning.take(event({ player }));
  const other = { rules: [{ ...won, guild: { points: 1 } }] };
  setRules(other);
  const result = await dryRun(someRules(other));
  expect(result).toEqual({
    ...{ fromDay: "2031-03-05", untilDay: "2031-03-12", sample: { of: 1, buckets: BUCKETS, players: 3, events: 5 } },
    total: { player: { paid: 45, wouldPay: 50 }, guild: { paid: 20, wouldPay: 5 } },
    players: [{ player: "ana", paid: 25, wouldPay: 30 }],
    guilds: [
      { guild: "g1", paid: 16, wouldPay: 4 },
      { guild: "g2", paid: 4, wouldPay: 1 },
    ],
  });
  expect(await dryRun(someRules({ rules: [] }))).toMatchObject({
    total: { player: { paid: 45, wouldPay: 0 }, guild: { paid: 20, wouldPay: 0 } },
  });
});

test("[EA11] events of more than 7 days ago are left out, and what was earned before counts on", async () => {
  const rules = { rules: [{ ...won, caps: { ever: 25 } }] };
  const { earning, event, dryRun, at } = await anEarningWorld(redis, rules);
  const day = 24 * HOUR_MS;
  for (const days of [-8, -8, -7, 0]) {
    at(NOON + days * day);
    await earning.take(event());
  }
  expect(await dryRun(someRules(rules))).toMatchObject({
    ...{ fromDay: "2031-03-05", sample: { events: 2 }, total: { player: { paid: 5, wouldPay: 5 } } },
  });
});

test("[EA11] with other limits of pairs, they are counted within the window; who had left brings nothing by any rules", async () => {
  const help = { event: "help", player: { points: 5 }, guild: { points: 3 }, pair: { week: 1, partners: 5 } };
  const { earning, another, event, dryRun, guilds } = await anEarningWorld(redis, { rules: [help] }, { g1: people });
  for (let times = 0; times < 4; times++) await earning.take(event({ event: "help", partner: "beto" }));
  const dying = another({
    ...redis,
    run: (...args) => redis.run(...args),
    fcall: (name, ...rest) =>
      name === "earning_bring" ? Promise.reject(new RedisUnavailable("gone")) : redis.fcall(name, ...rest),
  });
  const last = event({ event: "help", player: "caro", partner: "beto" });
  await expect(dying.take(last)).rejects.toThrow(RedisUnavailable);
  await guilds.remove("g1", "caro", "left");
  await earning.finish(0);
  const times = (week: number) => someRules({ rules: [{ ...help, pair: { week, partners: 5 } }] });
  expect((await dryRun(times(3))).total).toEqual({
    ...{ player: { paid: 10, wouldPay: 20 }, guild: { paid: 3, wouldPay: 9 } },
  });
  expect((await dryRun(times(1))).total.guild).toEqual({ paid: 3, wouldPay: 3 });
});

test("[EA12] of a sample, totals and guilds are scaled, and a guild's cap holds for all its members", async () => {
  const crowd = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const sampled = crowd.filter((player) => isSampled(player, 4));
  expect(sampled.length).toBeGreaterThan(2);
  expect(sampled.length).toBeLessThan(20);
  const rules = { rules: [{ ...won, caps: { guildDay: 100 } }] };
  const { keys, earning, event } = await anEarningWorld(redis, rules, { g1: crowd });
  for (const player of crowd) await earning.take(event({ player }));
  const result = await makeDryRun(redis, keys, { sample: 4, clock: () => NOON })(someRules(rules));
  const paid = sampled.length * 40;
  expect(result).toMatchObject({
    sample: { of: 4, buckets: BUCKETS, players: sampled.length },
    total: { player: { paid, wouldPay: paid }, guild: { wouldPay: 100 } },
  });
});

test("[EA12] what a bucket had to forget is left out by whole days, and a dry run without time says what it has read", async () => {
  const rules = { rules: [won] };
  const { keys, earning, event, at } = await anEarningWorld(redis, rules);
  at(Date.now() + 48 * HOUR_MS);
  await earning.take(event());
  const dryRun = (longestMs?: number) =>
    makeDryRun(redis, keys, {
      sample: 1,
      clock: () => Date.now() + 48 * HOUR_MS,
      ...(longestMs !== undefined && { longestMs }),
    })(someRules(rules));
  expect(await dryRun()).toMatchObject({ sample: { events: 1 } });
  const key = keys.inBucket(bucketOf("player:ana"), "earning-events");
  for (let row = 0; row < 2 * ROWS_PER_BUCKET; row += 500)
    await Promise.all(Array.from({ length: 500 }, () => redis.run(key, ["XADD", key, "*", "d", "{}"])));
  await earning.take(event());
  const tomorrow = new Date(Date.now() + 24 * HOUR_MS).toISOString().slice(0, 10);
  expect(await dryRun()).toMatchObject({ fromDay: tomorrow, sample: { events: 1 } });
  expect(await dryRun(0)).toMatchObject({ sample: { buckets: 1 } });
});
