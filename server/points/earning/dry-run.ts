import type { EarningRules } from "../../../shared/earning.ts";
import type { GuildId, PlayerId } from "../../../shared/id.ts";
import { BUCKETS, type Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../../redis/reply.ts";
import { dayOf, daysAfter } from "./calendar.ts";
import { guildSums } from "./guild-sums.ts";
import { type Difference, replayPlayers } from "./replay-players.ts";
import { isSampled, ROWS_PER_BUCKET, readSampleRow } from "./sample.ts";

export type DryRun = {
  /** The days looked at, in the rules' zone; the last is not over. */
  fromDay: string;
  untilDay: string;
  /** One player in `of` is looked at, in so many of the 256 buckets. Totals and guilds are scaled up by both. */
  sample: { of: number; buckets: number; players: number; events: number };
  total: { player: Difference; guild: Difference };
  /** Those with the largest difference; a player's own book, not scaled. */
  players: ({ player: PlayerId } & Difference)[];
  guilds: ({ guild: GuildId } & Difference)[];
};

export type DryRunOptions = { sample: number; clock?(): number; longestMs?: number };

const PAGE = 500;
const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
const SHOWN = 10;
/** After that it answers with the buckets it has read. */
const LONGEST_MS = 20_000;

const largest = <T extends Difference>(rows: Iterable<T>): T[] =>
  [...rows]
    .filter(({ paid, wouldPay }) => paid !== wouldPay)
    .sort((a, b) => Math.abs(b.wouldPay - b.paid) - Math.abs(a.wouldPay - a.paid))
    .slice(0, SHOWN);

/**
 * What other rules would have paid for the events of the last 7 days and today, beside what was paid. Each player's events are evaluated anew in their order, from what
 * he had earned when the window began. With the rules that were in force it gives what was paid.
 */
export const makeDryRun = (
  redis: Redis,
  keys: Keys,
  { sample, clock = Date.now, longestMs = LONGEST_MS }: DryRunOptions,
) => {
  const streamOf = (bucket: number): string => keys.inBucket(bucket, "earning-events");

  async function* rowsOf(bucket: number) {
    const key = streamOf(bucket);
    let from = "-";
    for (;;) {
      const page = asList(await redis.run(key, ["XRANGE", key, from, "+", "COUNT", String(PAGE)]));
      for (const entry of page) {
        const [id, fields] = asList(entry);
        const row = readSampleRow(asTexts(fields)[1] ?? "null");
        if (row !== undefined) yield row;
        from = `(${asText(id)}`;
      }
      if (page.length < PAGE) return;
    }
  }

  /** When the first kept row was written of the bucket that had to forget most, since it had more than are kept; 0: none had. */
  const missingUntil = async (): Promise<number> => {
    const firsts = await Promise.all(
      ALL_BUCKETS.map(async (bucket) => {
        const key = streamOf(bucket);
        if (asNumber(await redis.run(key, ["XLEN", key])) < ROWS_PER_BUCKET) return 0;
        const about = asList(await redis.run(key, ["XINFO", "STREAM", key]));
        const after = (name: string): unknown => about[about.indexOf(name) + 1];
        if (after("entries-added") === after("length")) return 0;
        const [first] = asList(await redis.run(key, ["XRANGE", key, "-", "+", "COUNT", "1"]));
        return Number(asText(asList(first)[0]).split("-")[0]);
      }),
    );
    return Math.max(...firsts);
  };

  return async (rules: EarningRules): Promise<DryRun> => {
    const began = performance.now();
    const until = clock();
    const untilDay = dayOf(until, rules.zone);
    const week = daysAfter(untilDay, -7);
    const missing = await missingUntil();
    const afterMissing = missing === 0 ? week : daysAfter(dayOf(missing, rules.zone), 1);
    const fromDay = afterMissing > week ? afterMissing : week;

    const sums = guildSums(rules);
    const players: ({ player: PlayerId } & Difference)[] = [];
    const own: Difference = { paid: 0, wouldPay: 0 };
    let [buckets, count, events] = [0, 0, 0];
    const first = Math.floor(Math.random() * BUCKETS);
    while (buckets === 0 || (buckets < BUCKETS && performance.now() - began < longestMs)) {
      const replay = replayPlayers(rules, sums);
      for await (const row of rowsOf((first + buckets) % BUCKETS)) {
        const player = "e" in row ? row.e.player : row.p;
        if (isSampled(player, sample)) replay.take(row, fromDay, untilDay);
      }
      buckets += 1;
      const found = replay.end();
      for (const { paid, wouldPay } of found.players) {
        own.paid += paid;
        own.wouldPay += wouldPay;
      }
      count += found.players.length;
      events += found.events;
      players.splice(0, players.length, ...largest([...players, ...found.players]));
    }
    const scale = sample * (BUCKETS / buckets);
    const guilds = sums.scaled(scale);
    const scaled = ({ paid, wouldPay }: Difference): Difference => ({
      paid: Math.round(paid * scale),
      wouldPay: Math.round(wouldPay * scale),
    });
    const total = guilds.reduce(
      (sum, { paid, wouldPay }) => ({ paid: sum.paid + paid, wouldPay: sum.wouldPay + wouldPay }),
      { paid: 0, wouldPay: 0 },
    );
    return {
      ...{ fromDay, untilDay, sample: { of: sample, buckets, players: count, events } },
      ...{ total: { player: scaled(own), guild: total }, players, guilds: largest(guilds) },
    };
  };
};
