import type { GuildId } from "../../shared/id.ts";
import { chance } from "./rating.ts";
import type { Ticket } from "./ticket.ts";

/** Who has waited longer comes first. */
export type Pair = readonly [Ticket, Ticket];

/** Guilds that are not to be paired, as `pairKey` names them. */
export type Never = ReadonlySet<string>;
export const pairKey = (one: GuildId, other: GuildId): string => (one < other ? `${one} ${other}` : `${other} ${one}`);

/**
 * Pairs guilds that look for an opponent in the same mode: the most even pairs first, and none that is less even than both together have waited for. What they are asked
 * to put up with widens from `RANGE.first` to everything within their time, and evening, region and line-up weigh less and less. No guild is paired with itself, with one
 * that either avoids or that it is `never` to meet, and none twice. The same tickets at the same moment give the same pairs.
 */
export const matching = (tickets: readonly Ticket[], nowMs: number, never: Never = new Set()): Pair[] =>
  [...Map.groupBy(tickets.toSorted(byRating), ({ mode }) => mode).values()].flatMap((those) =>
    matchingOfMode(those, nowMs, never),
  );

/** What else may differ between two guilds, each 0 to 1, beside the gap between their chances to win. */
const WEIGHTS = { strength: 0.5, ready: 0.3, evening: 0.5, region: 0.15 } as const;

/** What a pair may cost: at first, and at the end of their time. The dearest pair costs 1 then, since only the chances count. Widening faster or later was worse in test/seeking-seasons.ts. */
const RANGE = { first: 0.12, last: 1.2 } as const;

/** Each is compared with so many of those rated next above him in a round; who finds nobody is compared with those left in the next. */
const NEIGHBOURS = 32;
const MOST_ROUNDS = 8;

type Candidate = { cost: number; waited: number; first: Ticket; second: Ticket };

const matchingOfMode = (tickets: readonly Ticket[], nowMs: number, never: Never): Pair[] => {
  const pairs: Pair[] = [];
  let left = tickets;
  for (let round = 0; round < MOST_ROUNDS && left.length > 1; round++) {
    const taken = new Set<string>();
    for (const { first, second } of candidatesAmong(left, nowMs, never)) {
      if (taken.has(first.guild) || taken.has(second.guild)) continue;
      taken.add(first.guild).add(second.guild);
      pairs.push(second.since < first.since ? [second, first] : [first, second]);
    }
    if (taken.size === 0) break;
    left = left.filter(({ guild }) => !taken.has(guild));
  }
  return pairs;
};

/** The best first; of equal ones those who have waited longest. */
const candidatesAmong = (tickets: readonly Ticket[], nowMs: number, never: Never): Candidate[] => {
  const found: Candidate[] = [];
  for (const [index, first] of tickets.entries())
    for (let next = index + 1; next <= index + NEIGHBOURS; next++) {
      const second = tickets[next];
      if (second === undefined) break;
      if (first.guild === second.guild || avoid(first, second) || never.has(pairKey(first.guild, second.guild)))
        continue;
      const patience = (patienceOf(first, nowMs) + patienceOf(second, nowMs)) / 2;
      const cost = costOf(first, second, patience);
      if (cost <= rangeAfter(patience))
        found.push({ cost, waited: 2 * nowMs - first.since - second.since, first, second });
    }
  return found.sort(
    (one, other) =>
      one.cost - other.cost ||
      other.waited - one.waited ||
      byId(one.first, other.first) ||
      byId(one.second, other.second),
  );
};

const byId = (one: Ticket, other: Ticket): number => (one.guild < other.guild ? -1 : one.guild > other.guild ? 1 : 0);

const avoid = (one: Ticket, other: Ticket): boolean =>
  one.avoid.includes(other.guild) || other.avoid.includes(one.guild);

const byRating = (one: Ticket, other: Ticket): number => one.mu - other.mu || byId(one, other);

/** How much of its time a guild has waited, 0 to 1. */
const patienceOf = ({ since, until }: Ticket, nowMs: number): number =>
  until <= since ? 1 : Math.min(1, Math.max(0, (nowMs - since) / (until - since)));

const rangeAfter = (patience: number): number => RANGE.first + (RANGE.last - RANGE.first) * patience;

const costOf = (one: Ticket, other: Ticket, patience: number): number => {
  const others =
    WEIGHTS.strength * apart(one.strength, other.strength) +
    WEIGHTS.ready * apart(one.ready, other.ready) +
    WEIGHTS.evening * eveningsApart(one.evening, other.evening) +
    WEIGHTS.region * (one.region !== undefined && other.region !== undefined && one.region !== other.region ? 1 : 0);
  return gapOf(one, other) + others * (1 - patience);
};

/** How far from even a war of the two would be: 0 both may win alike, 1 it is settled. */
export const gapOf = (one: Ticket, other: Ticket): number => Math.abs(chance(one, other) - 0.5) * 2;

/** 0: equal; 1: one of them has nothing. */
const apart = (one: number, other: number): number =>
  one === other ? 0 : 1 - Math.min(one, other) / Math.max(one, other);

const DAY_MINUTES = 24 * 60;

/** 0: at the same time; 1: half a day apart. */
const eveningsApart = (one: number | undefined, other: number | undefined): number => {
  if (one === undefined || other === undefined) return 0;
  const difference = Math.abs(one - other) % DAY_MINUTES;
  return Math.min(difference, DAY_MINUTES - difference) / (DAY_MINUTES / 2);
};
