import {
  type EarningEvent,
  type EarningLine,
  type EarningNote,
  type EarningRule,
  type EarningRules,
  idOfRule,
  type Pay,
  type RuleCaps,
} from "../../../shared/earning.ts";
import { BROUGHT, type Counters, OWN, type Period, type Tally, TIMES } from "./counters.ts";
import type { Facts, TieOutcome } from "./facts.ts";

/** What the guild's book is to get by one rule, and how much the rule may bring it a day from all members. */
export type GuildPart = { line: number; points: number; guildDay: number | undefined };

export type Evaluated = {
  /** Points for the player's own book. */
  player: number;
  /** Points for his guild's book, before the guild's own caps. */
  guild: number;
  parts: GuildPart[];
  counters: Counters;
  explanation: EarningLine[];
  /** Rules that pay only if the two still count for each other this week; they are evaluated as if they did. */
  asks: { rule: string; times: number; partners: number }[];
};

const HOUR_MS = 3_600_000;
/** Over all rules together. No rule has this id. */
const ALL = "*";

type Cap = { cap: keyof RuleCaps; period: Period; note: EarningNote };
const TIMES_CAPS: readonly Cap[] = [
  { cap: "timesDay", period: "d", note: "times-day" },
  { cap: "timesWeek", period: "w", note: "times-week" },
  { cap: "timesEver", period: "e", note: "times-ever" },
];
const OWN_CAPS: readonly Cap[] = [
  { cap: "day", period: "d", note: "cap-day" },
  { cap: "week", period: "w", note: "cap-week" },
  { cap: "ever", period: "e", note: "cap-ever" },
];
const BROUGHT_CAPS: readonly Cap[] = [
  { cap: "broughtDay", period: "d", note: "brought-day" },
  { cap: "broughtWeek", period: "w", note: "brought-week" },
  { cap: "broughtEver", period: "e", note: "brought-ever" },
];

const isOld = (joinedAt: number, hours: number, at: number): boolean => at - joinedAt >= hours * HOUR_MS;

/** Why a rule does not hold for this event at all. */
const unmet = (rules: EarningRules, rule: EarningRule, event: EarningEvent, facts: Facts): EarningNote | undefined => {
  const { guild, partner, at, level } = facts;
  const { when = {}, pair } = rule;
  if (when.level !== undefined && level < when.level) return "level";
  if (when.value !== undefined && (event.value ?? 0) < when.value) return "value";
  if (when.ranks !== undefined && (guild === undefined || !when.ranks.includes(guild.rank))) return "rank";
  if (when.memberHours !== undefined && (guild === undefined || !isOld(guild.joinedAt, when.memberHours, at)))
    return "member-new";
  if (pair === undefined) return undefined;
  if (event.partner === undefined || event.partner === event.player) return "no-partner";
  if (!pair.mates) return undefined;
  if (guild === undefined || partner === undefined) return "partner-elsewhere";
  const bothOld = [guild, partner].every(({ joinedAt }) => isOld(joinedAt, rules.newMemberHours, at));
  return bothOld ? undefined : "partner-new";
};

/** A rule may be named `constructor`, which every object has. */
export const entryOf = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

/** Products of decimal fractions fall short of whole numbers: 0.29 * 100 is 28.999999999999996. */
const whole = (amount: number): number => Math.floor(amount + 1e-6);

const payOf = (pay: Pay | undefined, value: number, percent: number, share: number): number => {
  if (pay === undefined) return 0;
  const { points, perValue, most = Number.POSITIVE_INFINITY } = pay;
  return whole((Math.min(whole(points + perValue * value), most) * (100 + percent) * share) / 10_000);
};

/**
 * What an event pays by the rules, given what the player has earned so far and what is known of him at this moment. Pure: what happens live and what a dry run
 * says would have happened are both this.
 */
export const evaluate = (rules: EarningRules, event: EarningEvent, before: Counters, facts: Facts): Evaluated => {
  const counters: Counters = { ...before, v: before.v + 1, d: { ...before.d }, w: { ...before.w }, e: { ...before.e } };
  const tally = (period: Period, id: string): Tally => entryOf(counters[period], id) ?? [0, 0, 0];
  const add = (period: Period, id: string, own: number, brought: number): void => {
    const [times, ownSoFar, broughtSoFar] = tally(period, id);
    counters[period][id] = [times + 1, ownSoFar + own, broughtSoFar + brought];
  };

  const result: Evaluated = { player: 0, guild: 0, parts: [], counters, explanation: [], asks: [] };
  for (const rule of rules.rules) {
    if (rule.event !== event.event) continue;
    const id = idOfRule(rule);
    const notes: EarningNote[] = [];
    const scopes: { scope: string; limits: RuleCaps | undefined }[] = [
      { scope: id, limits: rule.caps },
      { scope: ALL, limits: rules.caps },
    ];
    /** What remains of an amount under all caps of its kind. */
    const under = (amount: number, caps: readonly Cap[], of: typeof OWN | typeof BROUGHT): number => {
      let left = amount;
      for (const { cap, period, note } of caps)
        for (const { scope, limits } of scopes) {
          const most = limits?.[cap];
          if (most === undefined) continue;
          const free = Math.max(0, most - tally(period, scope)[of]);
          if (free >= left) continue;
          left = free;
          if (!notes.includes(note)) notes.push(note);
        }
      return left;
    };
    const line = (player: number, guild: number): void => {
      result.explanation.push({ rule: id, player, guild, notes });
    };

    const reason =
      unmet(rules, rule, event, facts) ??
      TIMES_CAPS.find(({ cap, period }) => tally(period, id)[TIMES] >= (rule.caps?.[cap] ?? Number.POSITIVE_INFINITY))
        ?.note;
    if (reason !== undefined) {
      notes.push(reason);
      line(0, 0);
      continue;
    }
    const { shares = [100], together } = rule;
    const share = shares[Math.min(tally("d", id)[TIMES], shares.length - 1)] ?? 100;
    const mates = facts.mates.filter((joinedAt) => isOld(joinedAt, rules.newMemberHours, facts.at)).length;
    const percent = together === undefined ? 0 : Math.min(mates * together.percent, together.most);
    if (percent > 0) notes.push("together");
    if (share < 100) notes.push("share");
    if (rule.guild !== undefined && facts.guild === undefined) notes.push("no-guild");

    const value = event.value ?? 0;
    const player = under(payOf(rule.player, value, percent, share), OWN_CAPS, OWN);
    const brought = facts.guild === undefined ? 0 : payOf(rule.guild, value, percent, share);
    const guild = under(brought, BROUGHT_CAPS, BROUGHT);
    if (player + guild === 0) {
      line(0, 0);
      continue;
    }
    if (rule.pair !== undefined) {
      const tie: TieOutcome | undefined = entryOf(facts.ties ?? {}, id);
      if (tie === undefined) result.asks.push({ rule: id, times: rule.pair.week, partners: rule.pair.partners });
      else if (tie !== "granted") {
        notes.push(tie);
        line(0, 0);
        continue;
      }
    }
    for (const scope of [id, ALL]) {
      add("d", scope, player, guild);
      add("w", scope, player, guild);
    }
    if (["ever", "broughtEver", "timesEver"].some((cap) => cap in (rule.caps ?? {}))) add("e", id, player, guild);
    if (guild > 0) result.parts.push({ line: result.explanation.length, points: guild, guildDay: rule.caps?.guildDay });
    line(player, guild);
    result.player += player;
    result.guild += guild;
  }
  return result;
};
