import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import type { BookEntry } from "../server/points/row.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { PutSeason } from "../shared/api/ranking.ts";
import { allEntries } from "./a-ledger.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { aSeasonWorld, BRACKETS, named, type SeasonWorld } from "./a-season.ts";
import { audited } from "./audited.ts";
import { FAULTS } from "./dying-before.ts";

const act = fc.record({
  guild: fc.nat(3),
  member: fc.option(fc.nat(2)),
  amount: fc.integer({ min: 1, max: 30 }),
  does: fc.constantFrom("move", "move", "move", "move", "take", "reverse", "move twice"),
});
const plan = fc.record({
  acts: fc.array(act, { minLength: 4, maxLength: 24 }),
  /** Processes that close at the same time, and which of their steps goes wrong. */
  deaths: fc.array(
    fc.array(fc.record({ n: fc.integer({ min: 1, max: 320 }), fault: fc.constantFrom(...FAULTS) }), {
      minLength: 1,
      maxLength: 3,
    }),
    { maxLength: 8 },
  ),
  /** After so many of these rounds Redis loses all since the round before. */
  loses: fc.option(fc.nat(7)),
});
export type SeasonsAtRandom = { runs: number; losing: boolean };

/** Of a guild's entries, what counted in a season, and for whom, by when they were made. */
const countedIn = (entries: readonly BookEntry[], { startsAt, endsAt }: PutSeason) => {
  const isIn = ({ at }: BookEntry): boolean => startsAt <= at && at < endsAt;
  const inSeason = new Map(entries.filter(isIn).map((entry) => [entry.key, entry]));
  const brought = new Map<string, number>();
  let points = 0;
  for (const entry of inSeason.values()) {
    if (entry.key.startsWith("~season:")) continue;
    if (entry.reverses !== undefined && !inSeason.has(entry.reverses)) continue;
    points += entry.reverses === undefined ? Math.max(0, entry.amount) : Math.min(0, entry.amount);
    if (entry.member !== undefined) brought.set(entry.member, (brought.get(entry.member) ?? 0) + entry.amount);
  }
  return { points, brought };
};

const expectClosed = async (world: SeasonWorld, season: PutSeason): Promise<void> => {
  const books = new Map<string, BookEntry[]>();
  for (const guild of world.ids) books.set(guild, await allEntries(world.ledger, { guild }));
  const counted = [...books]
    .map(([guild, entries]) => ({ guild, ...countedIn(entries, season) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || (a.guild < b.guild ? -1 : 1));
  const expected = counted.map(({ guild, points, brought }) => ({
    ...{ guild, points, brought, rank: 1 + counted.filter((other) => other.points > points).length },
  }));
  const { rows } = await world.ranking.page({ season: season.season, offset: 0, limit: 100 });
  expect(rows.map(({ guild, points, rank }) => ({ guild, points, rank }))).toEqual(
    expected.map(({ guild, points, rank }) => ({ guild, points, rank })),
  );

  const rewards = await world.events(
    "season-reward",
    world.ids.flatMap((guild) => [`guild:${guild}`, ...world.membersOf(guild).map((player) => `player:${player}`)]),
  );
  for (const guild of world.ids) {
    const standing = expected.find((one) => one.guild === guild);
    const reward = BRACKETS.find(({ from, to }) => standing && from <= standing.rank && standing.rank <= to)?.reward;
    const paid = books.get(guild)?.filter(({ key }) => key === `~season:${season.season}:guild`) ?? [];
    expect(paid.map(({ amount }) => amount)).toEqual(reward?.guild?.points ? [reward.guild.points] : []);
    expect(await world.newsOf(guild, season.season)).toHaveLength(standing === undefined ? 0 : 1);
    const told = rewards.filter((event) => event.season === season.season && event.guild === guild);
    expect(told.filter(({ player }) => player === undefined)).toHaveLength(reward?.guild === undefined ? 0 : 1);
    for (const player of world.membersOf(guild)) {
      const isEntitled = reward?.members !== undefined && (standing?.brought.get(player) ?? 0) >= 10;
      const entries = await allEntries(world.ledger, { player });
      const own = entries.filter(({ key }) => key.startsWith(`~season:${season.season}:`));
      expect(own.map(({ key, amount }) => [key, amount])).toEqual(
        isEntitled ? [[`~season:${season.season}:${player}`, reward?.members?.points]] : [],
      );
      expect(told.filter((event) => event.player === player)).toHaveLength(isEntitled ? 1 : 0);
    }
  }
  const ended = await world.events("season-closed", ["ranking"]);
  expect(ended.filter((event) => event.season === season.season)).toMatchObject([{ guilds: expected.length }]);
};

/** Two seasons that follow each other, with movements, closers that die and losses of Redis' tail at the same time: see rule RK20. */
export const seasonsAtRandom = async (redis: Redis, { runs, losing }: SeasonsAtRandom): Promise<void> => {
  const property = fc.asyncProperty(plan, async ({ acts, deaths, loses }) => {
    const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
    const world = await aSeasonWorld(redis, keys);
    const begun = await world.begin("s1");
    const keysUsed: { guild: string; key: string }[] = [];
    const perform = async ({ guild: index, member, amount, does }: (typeof acts)[number]): Promise<void> => {
      const guild = `g${index}`;
      const by = member === null ? undefined : world.membersOf(guild)[member];
      const key = randomUUID();
      if (does === "reverse") {
        const known = keysUsed.at(amount % Math.max(1, keysUsed.length));
        if (known === undefined) return;
        const reversal = { book: { guild: known.guild }, key: known.key, reason: "mistake", partial: true };
        await world.ledger.reverse(reversal).catch(() => undefined);
        return;
      }
      if (does === "take") return void (await world.move(guild, -amount).catch(() => undefined));
      keysUsed.push({ guild, key });
      await world.move(guild, amount, by, key);
      if (does === "move twice") await world.move(guild, amount, by, key);
    };
    const half = acts.length / 2;
    for (const one of acts.slice(0, half)) await perform(one);
    const first = await world.end(begun, "s2");
    const expectSound = async (): Promise<void> => expect((await audited(redis, keys)).differences).toEqual([]);
    await expectSound();
    // The others come while both seasons are being closed.
    const others = (async () => {
      for (const one of acts.slice(half)) await perform(one);
    })();
    if (losing) await others;
    let tail = losing ? await aRedisToLose(redis, keys) : undefined;
    for (const [index, round] of deaths.entries()) {
      const ended = await Promise.allSettled(round.map(({ n, fault }) => world.dying(n, { fault }).close("s1")));
      for (const one of ended)
        if (one.status === "rejected" && !String(one.reason).includes("for another"))
          expect(String(one.reason)).toContain("Redis did not answer");
      if (tail !== undefined && loses === index) await tail.lose();
      else if (tail !== undefined) tail = await aRedisToLose(redis, keys);
    }
    await others;
    await expectSound();
    await world.close("s1");
    const second = await world.end({ ...first, season: "s2", names: named("s2"), startsAt: first.endsAt });
    for (const round of deaths)
      await Promise.allSettled(round.map(({ n, fault }) => world.dying(n, { fault }).close("s2")));
    await world.close("s2");
    await expectClosed(world, first);
    await expectClosed(world, second);
  });
  // What depends on the moment does not shrink.
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
};
