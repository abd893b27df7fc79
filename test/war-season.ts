import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { takenBack } from "../server/pvp/outcome.ts";
import { ownerOfWar, parseWar, type WarRow } from "../server/pvp/war-row.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { BUCKETS, type Keys } from "../server/redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import type { Report } from "../shared/api/war.ts";
import { GremioError } from "../shared/errors.ts";
import type { aMovedClock } from "./a-moved-clock.ts";
import { aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";
import { audited } from "./audited.ts";
import { FAULTS } from "./dying-before.ts";

type Clock = Awaited<ReturnType<typeof aMovedClock>>;
export type WarSeason = { guilds: number; members: number; ticks: number; actsEach: number; seed: number };

const chances = (seed: number) => {
  const next = makeRandom(seed);
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, one: <T>(list: readonly T[]): T | undefined => list[below(list.length)] };
};

/** What is refused, and what a process that dies does not hear, are part of the game. */
const survives = async (work: () => Promise<unknown>): Promise<void> => {
  await work().catch((error: unknown) => {
    if (!(error instanceof GremioError || error instanceof RedisUnavailable)) throw error;
  });
};

/**
 * A season of wars on a clock that is moved: guilds challenge each other, cross-wise too, accept, decline, call off; members go in and out, leave and join; battles are
 * told late, twice and out of order; processes die at any step; the service is down for a while; the clock is set back. Then all is led to its end and looked at.
 */
export const playSeason = async (clock: Clock, { guilds, members, ticks, actsEach, seed }: WarSeason) => {
  await clock.redis.run("", ["FLUSHALL"]);
  const world = await aWarWorld(clock.redis, { guilds, members });
  const { keys, ids, membersOf, redis } = world;
  const { next, below, one } = chances(seed);
  const ask = makeAsk(redis, keys);
  const untold: { war: string; report: Report }[] = [];
  const told: { war: string; report: Report }[] = [];
  const counts = { acts: 0, deaths: 0, twice: 0, outages: 0, back: 0 };

  const process = (): Pick<WarWorld, "wars" | "lineUp" | "upkeep" | "seeking" | "matcher"> => {
    if (next() > 0.2) return world;
    counts.deaths += 1;
    return world.dying(1 + below(14), one(FAULTS));
  };
  const guild = (): string => ids[below(ids.length)] ?? "g0";
  const leader = (id: string): string => `${id}-p0`;

  const challenge = async (from = guild(), to = guild(), nonce: string = randomUUID()): Promise<void> => {
    const asked = { guild: from, opponent: to, mode: "duel", nonce };
    // On a bad line it is pressed again.
    for (let presses = 1 + below(3); presses > 0; presses--)
      await survives(() => process().wars.challenge(asked, leader(from)));
  };
  const incoming = async (id: string) =>
    (await world.wars.ofGuild(id)).challenges.filter((challenge) => challenge.incoming);
  const answer = async (id: string): Promise<void> => {
    const asked = one(await incoming(id));
    if (asked === undefined) return;
    const accept = next() < 0.85;
    await survives(() => process().wars.answer(asked.war, { accept }, leader(id)));
  };
  /** A challenges B, B challenges A, C challenges A; all is accepted at the same moment. */
  const cross = async (): Promise<void> => {
    const [a, b, c] = [guild(), guild(), guild()];
    await Promise.all([challenge(a, b), challenge(b, a), challenge(c, a)]);
    await Promise.all([answer(a), answer(b), answer(a), answer(c)]);
  };
  const current = async (id: string) => (await world.wars.ofGuild(id)).war;
  const callOff = async (): Promise<void> => {
    const id = guild();
    const war = await current(id);
    if (war?.phase !== "preparing") return;
    const sides = next() < 0.5 ? war.sides : war.sides.slice(0, 1);
    await Promise.all(
      sides.map(({ guild: side }) => survives(() => process().wars.callOff(war.war, side, true, leader(side)))),
    );
  };
  const fight = async (id = guild()): Promise<void> => {
    const war = await current(id);
    if (war?.phase !== "active") return;
    for (const player of membersOf(id)) {
      if (next() < 0.5) continue;
      const nonce: string = randomUUID();
      await survives(async () => {
        const { token } = await process().wars.start(war.war, player, nonce);
        untold.push({ war: war.war, report: { battle: `b-${nonce}`, token, player, score: below(20) } });
      });
    }
  };
  const tell = async (share: number): Promise<void> => {
    const batch = untold.filter(() => next() < share).toSorted(() => next() - 0.5);
    for (const each of batch) {
      untold.splice(untold.indexOf(each), 1);
      const times = next() < 0.2 ? 2 : 1;
      counts.twice += times - 1;
      await Promise.all(
        Array.from({ length: times }, () => survives(() => process().wars.report(each.war, [each.report]))),
      );
      // Who heard no answer tells it again.
      await survives(() => world.wars.report(each.war, [each.report]));
      told.push(each);
    }
  };
  const again = async (): Promise<void> => {
    const old = one(told);
    if (old !== undefined) await survives(() => process().wars.report(old.war, [old.report]));
  };
  const ready = async (): Promise<void> => {
    const id = guild();
    const player = one(membersOf(id)) ?? "";
    await survives(() => process().lineUp.setReady(id, player, next() < 0.6, player));
  };
  const move = async (): Promise<void> => {
    const id = guild();
    const player = membersOf(id).at(-1) ?? "";
    await survives(() => world.guilds.remove(id, player, "left"));
    await survives(() => world.guilds.admit(next() < 0.7 ? id : guild(), player, "member"));
  };
  const voided = async (): Promise<void> => {
    const old = one(told);
    if (old === undefined || next() < 0.8) return;
    await survives(() => process().wars.voidBattle(old.war, old.report.battle, next() < 0.5, "cheated"));
  };
  const seek = async (): Promise<void> => {
    const id = guild();
    const asked = { guild: id, mode: "duel", nonce: randomUUID() };
    for (let presses = 1 + below(2); presses > 0; presses--)
      await survives(() => process().seeking.seek(asked, leader(id)));
  };
  const ACTS = [seek, seek, seek, seek, cross, () => answer(guild()), () => answer(guild()), () => answer(guild())];
  const MORE = [fight, fight, fight, fight, callOff, ready, move, voided, again];
  const all: readonly (() => Promise<void>)[] = [
    () => challenge(),
    ...ACTS.slice(2),
    ...MORE.map((act) => () => act()),
  ];

  const pass = async (): Promise<void> => {
    const fate = next();
    if (fate < 0.02) {
      counts.outages += 1;
      await clock.jump((30 + below(60)) * MINUTE_MS);
    } else if (fate < 0.05) {
      counts.back += 1;
      await clock.jump(-20_000);
    } else await clock.jump((1 + below(4)) * MINUTE_MS);
  };

  for (let tick = 0; tick < ticks; tick++) {
    await pass();
    await Promise.all(
      Array.from({ length: actsEach }, async () => {
        counts.acts += 1;
        await one(all)?.();
      }),
    );
    await tell(0.4);
    await Promise.all([survives(() => process().upkeep()), survives(() => process().upkeep())]);
    await Promise.all([survives(() => process().matcher.look()), survives(() => process().matcher.look())]);
  }

  /** Nothing is left to do. */
  const isOver = async (): Promise<boolean> => {
    const left = await Promise.all(
      Array.from({ length: BUCKETS }, (_, bucket) => {
        const due = keys.inBucket(bucket, "wardue");
        return redis.run(due, ["ZCARD", due]).then(asNumber);
      }),
    );
    return left.every((count) => count === 0);
  };
  for (let rounds = 0; !(await isOver()); rounds++) {
    expect(rounds, "wars come to an end").toBeLessThan(100);
    await clock.jump(10 * MINUTE_MS);
    await tell(0.5);
    await Promise.all([world.upkeep(), world.upkeep()]);
    await world.matcher.look();
  }

  const events = (await world.events()).filter(({ event }) => event.startsWith("war-"));
  const wars = new Map<string, WarRow>();
  for (const { war } of events.filter(({ event }) => event === "war-accepted"))
    if (typeof war === "string") wars.set(war, parseWar(war, await ask("war_read", ownerOfWar(war), [])));
  return { world, events, wars, counts };
};

export type PlayedSeason = Awaited<ReturnType<typeof playSeason>>;

/** Each war ended once, no guild was in two, and everybody got what the results say, once. */
export const expectSeason = async ({ world, events, wars }: PlayedSeason): Promise<void> => {
  const { redis, keys, ids, membersOf } = world;
  const of = (event: string) => events.filter((one) => one.event === event);
  for (const [war, { phase, sides }] of wars) {
    expect(["settled", "cancelled"], war).toContain(phase);
    const ends = events.filter(
      (one) => one.war === war && ((one.event === "war-settled" && one.round === 1) || one.event === "war-cancelled"),
    );
    expect(ends.length, war).toBe(1);
    for (const { guild } of sides) expect((await world.wars.ofGuild(guild)).war, guild).toBeUndefined();
  }
  expect(of("war-held")).toEqual([]);

  for (const id of ids) {
    const own = [...wars.values()].filter(({ sides }) => sides.some(({ guild }) => guild === id));
    const times = own
      .map((row) => {
        const accepted = of("war-accepted").find(({ war }) => war === row.war)?.at ?? 0;
        const cancelled = of("war-cancelled").find(({ war }) => war === row.war)?.at;
        return { from: accepted, to: cancelled ?? row.endsAt ?? 0, war: row.war };
      })
      .toSorted((a, b) => a.from - b.from);
    // The clock was set back by 20 s now and then.
    for (const [index, { from, war }] of times.entries())
      if (index > 0) expect(from, `${id}: ${war}`).toBeGreaterThanOrEqual((times[index - 1]?.to ?? 0) - 60_000);
  }

  await expectPaidOnce(redis, keys, [...wars.values()], ids, ids.flatMap(membersOf));
};

/** The books hold exactly what the results of these wars say, each once, and what was corrected was taken back; and all adds up. */
export const expectPaidOnce = async (
  redis: Redis,
  keys: Keys,
  wars: readonly WarRow[],
  guilds: readonly string[],
  players: readonly string[],
): Promise<void> => {
  const ledger = makeLedger(redis, keys);
  const due = new Map<string, number>();
  const add = (book: string, key: string, amount: number): void => void due.set(`${book} ${key}`, amount);
  for (const { war, sides, results, result } of wars) {
    const rounds = [...results, ...(result === undefined ? [] : [result])];
    for (const [index, { payments, round }] of rounds.entries()) {
      for (const { side, player, points, round: given } of payments) {
        if (given !== round) continue;
        if (player === undefined) add(`guild:${sides[side].guild}`, `~war:${war}:${given}`, points);
        else add(`player:${player}`, `~war:${war}:${given}:${player}`, points);
      }
      for (const { side, player, points, round: given } of takenBack(rounds[index - 1]?.payments ?? [], payments))
        if (player === undefined) add(`guild:${sides[side].guild}`, `~reverse:~war:${war}:${given}`, -points);
        else add(`player:${player}`, `~reverse:~war:${war}:${given}:${player}`, -points);
    }
  }
  const paid = new Map<string, number>();
  const books = [...guilds.map((guild) => ({ guild })), ...players.map((player) => ({ player }))];
  for (const book of books) {
    const owner = "guild" in book ? `guild:${book.guild}` : `player:${book.player}`;
    let before: string | undefined;
    do {
      const page = await ledger.page(book, 100, before);
      for (const { key, amount } of page.entries) paid.set(`${owner} ${key}`, amount);
      before = page.next;
    } while (before !== undefined);
  }
  expect(Object.fromEntries([...paid].toSorted())).toEqual(Object.fromEntries([...due].toSorted()));
  expect((await audited(redis, keys)).differences).toEqual([]);
};
