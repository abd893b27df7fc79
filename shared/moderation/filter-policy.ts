import * as z from "zod";

/** How bad a term is. A list may say `none` of one for a country, or to take back what an earlier list said. */
export const SEVERITIES = ["mild", "strong", "hate"] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severitySchema>;

const FILTER_CATEGORIES = ["insult", "sexual", "slur", "harassment", "threat", "self-harm"] as const;
export const filterCategorySchema = z.enum(FILTER_CATEGORIES);
export type FilterCategory = z.infer<typeof filterCategorySchema>;

/** What becomes of a text, from the gentlest: `mask` writes it with asterisks, `hold` keeps it for review, `refuse` tells its writer no. */
const FILTER_VERDICTS = ["clean", "mask", "hold", "refuse"] as const;
const filterVerdictSchema = z.enum(FILTER_VERDICTS);
export type FilterVerdict = z.infer<typeof filterVerdictSchema>;

const bySeveritySchema = z.strictObject({
  mild: filterVerdictSchema,
  strong: filterVerdictSchema,
  hate: filterVerdictSchema,
});
type BySeverity = z.infer<typeof bySeveritySchema>;

/** The verdict for each severity; `categories` overrides it for all terms of a category, whatever their severity or for each. */
const filterPolicySchema = bySeveritySchema.extend({
  categories: z.partialRecord(filterCategorySchema, z.union([filterVerdictSchema, bySeveritySchema])).optional(),
});
export type FilterPolicy = z.infer<typeof filterPolicySchema>;

/** `off` judges nothing; it is for the rule set of a circle whose studio allows it, never for the studio's floor. */
export const STRICTNESSES = ["off", "lenient", "normal", "strict"] as const;
const strictnessSchema = z.enum(STRICTNESSES);
export type Strictness = z.infer<typeof strictnessSchema>;

export const FILTER_POLICIES: Readonly<Record<Strictness, FilterPolicy>> = {
  off: { mild: "clean", strong: "clean", hate: "clean" },
  lenient: { mild: "clean", strong: "clean", hate: "hold" },
  normal: { mild: "clean", strong: "mask", hate: "refuse" },
  strict: { mild: "mask", strong: "refuse", hate: "refuse" },
};

/** What a rule set or a reader names: one of ours, or a policy of the studio's own. */
export const filterChoiceSchema = z.union([strictnessSchema, filterPolicySchema]);
export type FilterChoice = z.infer<typeof filterChoiceSchema>;

export const policyOf = (choice: FilterChoice): FilterPolicy =>
  typeof choice === "string" ? FILTER_POLICIES[choice] : choice;

export const stricterVerdict = (one: FilterVerdict, other: FilterVerdict): FilterVerdict =>
  FILTER_VERDICTS.indexOf(one) >= FILTER_VERDICTS.indexOf(other) ? one : other;

/** For each severity and category the stricter verdict of the two: a floor that a channel's or reader's own choice can only raise. */
export const stricterPolicy = (one: FilterPolicy, other: FilterPolicy): FilterPolicy => {
  const stricter = (pick: (policy: FilterPolicy, severity: Severity) => FilterVerdict): BySeverity => ({
    mild: stricterVerdict(pick(one, "mild"), pick(other, "mild")),
    strong: stricterVerdict(pick(one, "strong"), pick(other, "strong")),
    hate: stricterVerdict(pick(one, "hate"), pick(other, "hate")),
  });
  const policy = stricter((of, severity) => of[severity]);
  const categories: FilterPolicy["categories"] = {};
  for (const category of FILTER_CATEGORIES) {
    const own = stricter((of, severity) => verdictFor({ severity, category }, of));
    if (SEVERITIES.some((severity) => own[severity] !== policy[severity]))
      categories[category] = own.mild === own.strong && own.strong === own.hate ? own.hate : own;
  }
  return Object.keys(categories).length === 0 ? policy : { ...policy, categories };
};

export const verdictFor = (
  { severity, category }: Readonly<{ severity: Severity; category: FilterCategory }>,
  policy: FilterPolicy,
): FilterVerdict => {
  const own = policy.categories?.[category] ?? policy;
  return typeof own === "string" ? own : own[severity];
};

/** Whether any term of hate passes it. */
export const letsHatePass = (policy: FilterPolicy): boolean =>
  FILTER_CATEGORIES.some((category) => verdictFor({ severity: "hate", category }, policy) === "clean");
