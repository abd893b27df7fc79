import * as z from "zod";
import { localisedSchema } from "../card.ts";
import type { ChannelKind } from "../id.ts";
import { LIMITS } from "../limits.ts";
import {
  FILTER_POLICIES,
  type FilterChoice,
  filterChoiceSchema,
  letsHatePass,
  policyOf,
  STRICTNESSES,
  stricterPolicy,
} from "./filter-policy.ts";

/** Who may write something: all, all but recruits (`members`), officers and the leader, or nobody. From the freest. */
export const WRITERS = ["all", "members", "officers", "nobody"] as const;
const writersSchema = z.enum(WRITERS);
export type Writers = z.infer<typeof writersSchema>;

/** What minors may write: as others, or quick phrases, stickers and reactions alone. */
const MINORS = ["free", "phrases-only"] as const;

/** What may be written in a channel. Each part has a stricter end, so that of two sets one can always take the stricter part. */
export const ruleSetSchema = z.strictObject({
  filter: filterChoiceSchema,
  /** Who may write addresses of the web. */
  links: writersSchema,
  /** Who may write codes and links of guilds, and links into chats elsewhere (which are links, too). */
  invitations: writersSchema,
  /** Least time between two messages of a member; not of leaders and officers. */
  slowModeMs: z.int().min(0).max(LIMITS.slowModeMs),
  /** Least level to write; not of leaders and officers. */
  minLevel: z.int().min(0).max(1_000_000),
  minors: z.enum(MINORS),
  /** Only leaders and officers write. */
  readOnly: z.boolean(),
  /** Members and recruits write quick phrases, stickers and reactions alone. */
  phrasesOnly: z.boolean(),
});
export type RuleSet = z.infer<typeof ruleSetSchema>;

/** Some parts; the others are as they would be without it. */
export const someRulesSchema = ruleSetSchema.partial();
export type SomeRules = z.infer<typeof someRulesSchema>;

/** A change of some parts: what is left out stays, `null` takes the part back. */
export const rulesChangeSchema = z.strictObject({
  filter: ruleSetSchema.shape.filter.nullable().optional(),
  links: ruleSetSchema.shape.links.nullable().optional(),
  invitations: ruleSetSchema.shape.invitations.nullable().optional(),
  slowModeMs: ruleSetSchema.shape.slowModeMs.nullable().optional(),
  minLevel: ruleSetSchema.shape.minLevel.nullable().optional(),
  minors: ruleSetSchema.shape.minors.nullable().optional(),
  readOnly: ruleSetSchema.shape.readOnly.nullable().optional(),
  phrasesOnly: ruleSetSchema.shape.phrasesOnly.nullable().optional(),
});
export type RulesChange = z.infer<typeof rulesChangeSchema>;

/** A floor always judges: `off`, or a policy that lets hate pass, is none. */
const judges = (choice: FilterChoice): boolean => !letsHatePass(policyOf(choice));
export const floorChangeSchema = rulesChangeSchema.extend({
  filter: filterChoiceSchema.refine(judges, "a floor's filter judges at least hate").nullable().optional(),
});

/**
 * The floor of each kind of channel where the studio has set none. Minors may write phrases alone, wherever they are, until the studio decides otherwise: what protects
 * them most is the default. In circles, where strangers meet, only officers write links.
 */
export const FLOORS: Readonly<Record<ChannelKind, RuleSet>> = {
  guild: floor({}),
  team: floor({}),
  circle: floor({ links: "officers" }),
};

function floor(parts: SomeRules): RuleSet {
  return {
    ...{ filter: "normal", links: "all", invitations: "all", slowModeMs: 0, minLevel: 0 },
    ...{ minors: "phrases-only", readOnly: false, phrasesOnly: false },
    ...parts,
  };
}

/** For the whole game, and everybody in it: `phrases-only`: nobody writes words of his own; `read-only`: nobody writes. From the freest. */
const SWITCH_MODES = ["off", "phrases-only", "read-only"] as const;
export const gameSwitchSchema = z.strictObject({
  mode: z.enum(SWITCH_MODES),
  /** When it ends by itself, in epoch ms. */
  until: z.int().min(1).optional(),
  /** What players are told. */
  text: localisedSchema.optional(),
});
export type GameSwitch = z.infer<typeof gameSwitchSchema>;

const later = <T>(order: readonly T[], one: T, other: T): T =>
  order.indexOf(one) >= order.indexOf(other) ? one : other;

const stricterFilter = (one: FilterChoice, other: FilterChoice): FilterChoice => {
  if (one === other) return one;
  const policy = stricterPolicy(policyOf(one), policyOf(other));
  const same = JSON.stringify(policy);
  return STRICTNESSES.find((name) => JSON.stringify(FILTER_POLICIES[name]) === same) ?? policy;
};

/** Of each part the stricter one: a channel's own rules can only raise the floor. */
export const stricterRules = (rules: RuleSet, own: SomeRules): RuleSet => ({
  filter: own.filter === undefined ? rules.filter : stricterFilter(rules.filter, own.filter),
  links: later(WRITERS, rules.links, own.links ?? "all"),
  invitations: later(WRITERS, rules.invitations, own.invitations ?? "all"),
  slowModeMs: Math.max(rules.slowModeMs, own.slowModeMs ?? 0),
  minLevel: Math.max(rules.minLevel, own.minLevel ?? 0),
  minors: later(MINORS, rules.minors, own.minors ?? "free"),
  readOnly: rules.readOnly || own.readOnly === true,
  phrasesOnly: rules.phrasesOnly || own.phrasesOnly === true,
});

/** Some rules after a change. */
export const changedRules = (rules: SomeRules, change: RulesChange): SomeRules =>
  someRulesSchema.parse(
    Object.fromEntries(
      Object.entries({ ...rules, ...change }).filter(([, part]) => part !== null && part !== undefined),
    ),
  );
