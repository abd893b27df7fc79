import type { EarningRules } from "../../../shared/earning.ts";
import type { GuildId, PlayerId } from "../../../shared/id.ts";
import { dayOf, weekOf } from "./calendar.ts";
import { added, type Counters, countersOn, noCounters } from "./counters.ts";
import { type Evaluated, entryOf, evaluate } from "./evaluate.ts";
import type { TieOutcome } from "./facts.ts";
import type { GuildSums } from "./guild-sums.ts";
import type { BroughtRow, DecidedRow } from "./sample.ts";

export type Difference = { paid: number; wouldPay: number };

type Asked = Evaluated["asks"][number];
/** What a decided event would bring, until it is known whether its player was still a member when it was brought. */
type Open = { guild: GuildId; day: string; paid: number; parts: { rule: string; points: number }[] };

/** The limits of pairs, counted in memory as Redis counts them. */
const pairLimits = () => {
  const counts = new Map<string, number>();
  const partners = new Map<string, Set<string>>();
  return (week: string, a: string, b: string, { rule, times, partners: most }: Asked): TieOutcome => {
    const [one = "", other = ""] = [a, b].sort();
    const pair = `${week}|${rule}|${one}|${other}`;
    const count = counts.get(pair) ?? 0;
    if (count >= times) return "pair-week";
    const sides = [
      { of: one, with_: other },
      { of: other, with_: one },
    ];
    for (const { of, with_ } of sides) {
      const mine = partners.get(`${week}|${rule}|${of}`) ?? new Set();
      if (!mine.has(with_) && mine.size >= most) return "partners-week";
      partners.set(`${week}|${rule}|${of}`, mine.add(with_));
    }
    counts.set(pair, count + 1);
    return "granted";
  };
};

/** Evaluates the events of one bucket's players anew, in the order they were decided. */
export const replayPlayers = (rules: EarningRules, sums: GuildSums) => {
  const counters = new Map<PlayerId, Counters>();
  const players = new Map<PlayerId, Difference>();
  const open = new Map<string, Open>();
  const askPair = pairLimits();
  let events = 0;

  const evaluated = (row: DecidedRow, before: Counters): Evaluated => {
    const ties: Record<string, TieOutcome> = {};
    for (;;) {
      const result = evaluate(rules, row.e, before, { ...row.f, ties });
      if (result.asks.length === 0) return result;
      for (const asked of result.asks) {
        // With the limits that held, what they said then; where they are others, as they would have counted within the window.
        const [outcome, times, partners] = entryOf(row.t ?? {}, asked.rule) ?? [];
        const same = times === asked.times && partners === asked.partners;
        const { player, partner = "" } = row.e;
        ties[asked.rule] =
          same && outcome !== undefined ? outcome : askPair(weekOf(before.day), player, partner, asked);
      }
    }
  };

  /** What a player had earned: as replayed, and what came with guests; else what the row says, which holds both. */
  const earnedBefore = ({ e, c, m }: DecidedRow): Counters | undefined => {
    const known = counters.get(e.player);
    if (known === undefined && c !== undefined) return c;
    return m === undefined ? known : added(known, m);
  };

  return {
    take: (row: DecidedRow | BroughtRow, fromDay: string, untilDay: string): void => {
      if ("i" in row) {
        const event = `${row.i}|${row.p}`;
        const found = open.get(event);
        if (found === undefined) return;
        // Who had left brings nothing by other rules either.
        if (row.l) open.delete(event);
        else found.paid = row.g;
        return;
      }
      const { e, f, a } = row;
      const day = dayOf(f.at, rules.zone);
      if (day < fromDay || day > untilDay) return;
      events += 1;
      const before = countersOn(earnedBefore(row) ?? noCounters(day), day);
      const result = evaluated(row, before);
      counters.set(e.player, result.counters);
      const sum = players.get(e.player) ?? { paid: 0, wouldPay: 0 };
      players.set(e.player, { paid: sum.paid + a[0], wouldPay: sum.wouldPay + result.player });
      if (f.guild === undefined) return;
      const parts = result.parts.map(({ line, points }) => ({ rule: result.explanation[line]?.rule ?? "", points }));
      open.set(`${e.id}|${e.player}`, { guild: f.guild.id, day: before.day, paid: a[1], parts });
    },
    end: () => {
      for (const { guild, day, paid, parts } of open.values()) {
        sums.paid(guild, paid);
        for (const { rule, points } of parts) sums.wouldPay(guild, day, rule, points);
      }
      return { events, players: [...players].map(([player, sum]) => ({ player, ...sum })) };
    },
  };
};
