import { type EarningRules, idOfRule } from "../../../shared/earning.ts";
import type { GuildId } from "../../../shared/id.ts";

export type GuildSums = {
  paid(guild: GuildId, points: number): void;
  wouldPay(guild: GuildId, day: string, rule: string, points: number): void;
  /** Of each guild, from a sample that is one in so many: its caps of a day hold for all its members. */
  scaled(scale: number): { guild: GuildId; paid: number; wouldPay: number }[];
};

const NO_CAP = Number.POSITIVE_INFINITY;

/**
 * What guilds get of their members' events. Under caps that pay what still fits, a day's total is the same in whatever order its events come, so that it follows
 * from the sums by rule.
 */
export const guildSums = (rules: EarningRules): GuildSums => {
  const capOf = new Map(rules.rules.map((rule) => [idOfRule(rule), rule.caps?.guildDay ?? NO_CAP]));
  const all = rules.caps?.guildDay ?? NO_CAP;
  const guilds = new Map<GuildId, { paid: number; days: Map<string, Map<string, number>> }>();
  const of = (guild: GuildId) => {
    const known = guilds.get(guild) ?? { paid: 0, days: new Map() };
    guilds.set(guild, known);
    return known;
  };
  return {
    paid: (guild, points) => {
      of(guild).paid += points;
    },
    wouldPay: (guild, day, rule, points) => {
      const { days } = of(guild);
      const sums = days.get(day) ?? new Map<string, number>();
      days.set(day, sums.set(rule, (sums.get(rule) ?? 0) + points));
    },
    scaled: (scale) =>
      [...guilds].map(([guild, { paid, days }]) => {
        let wouldPay = 0;
        for (const sums of days.values()) {
          let day = 0;
          for (const [rule, sum] of sums) day += Math.min(capOf.get(rule) ?? NO_CAP, sum * scale);
          wouldPay += Math.min(all, day);
        }
        return { guild, paid: Math.round(paid * scale), wouldPay: Math.round(wouldPay) };
      }),
  };
};
