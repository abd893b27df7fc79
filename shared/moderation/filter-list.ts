import * as z from "zod";
import { localeSchema } from "../locale.ts";
import { filterCategorySchema, severitySchema } from "./filter-policy.ts";

const weightSchema = z.union([severitySchema, z.literal("none")]);
/** A country's two letters (ISO 3166-1). */
export const countrySchema = z.string().regex(/^[A-Z]{2}$/, "a country's two capital letters, as MX");
export type Country = z.infer<typeof countrySchema>;

const termSchema = z.string().min(1).max(1000);

/**
 * Terms judged alike. A term is a word, or a phrase: words with blanks between, each of them `a|b` (one of several), `<SET>` (one of a set), `~word` (any
 * inflection of an adjective), `_` (any one word) or `word?` (may be missing).
 * `as`: how a word is inflected; `plural` adds the plural alone, `exact` (the default) nothing.
 * `by`: what it is in a country instead of `severity`; `local`: only in texts of the list's own language; `inside`: also within longer words.
 */
const filterEntrySchema = z.strictObject({
  terms: z.array(termSchema).min(1),
  as: z.enum(["exact", "plural", "noun", "adj", "verb"]).optional(),
  category: filterCategorySchema,
  severity: weightSchema,
  by: z.record(countrySchema, weightSchema).optional(),
  local: z.boolean().optional(),
  inside: z.boolean().optional(),
});
export type FilterEntry = z.infer<typeof filterEntrySchema>;

/** A file of a list. `allow`: words that are never found alone, and phrases within which nothing is found, written like terms. */
export const filterListSchema = z.strictObject({
  locale: localeSchema,
  sets: z.record(z.string().regex(/^[A-Z]+$/, "capital letters"), z.array(termSchema)).optional(),
  entries: z.array(filterEntrySchema).optional(),
  allow: z.array(termSchema).optional(),
});
export type FilterList = z.infer<typeof filterListSchema>;
