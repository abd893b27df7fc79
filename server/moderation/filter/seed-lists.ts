import { readFileSync } from "node:fs";
import { join } from "node:path";
import brazilian from "allprofanity/dist/languages/brazilian-words.js";
import spanish from "allprofanity/dist/languages/spanish-words.js";
import { cuss as english } from "cuss";
import { cuss as spanishCuss } from "cuss/es";
import { cuss as portugueseCuss } from "cuss/pt";
import * as z from "zod";
import { localeSchema } from "../../../shared/locale.ts";
import { foldTerm } from "../../../shared/moderation/filter-letters.ts";
import type { FilterList } from "../../../shared/moderation/filter-list.ts";

const seedsSchema = z.strictObject({
  seeds: z.array(
    z.strictObject({
      from: z.enum(["cuss/es", "cuss/pt", "cuss", "allprofanity/es", "allprofanity/pt"]),
      locale: localeSchema,
      leave: z.array(z.string()),
    }),
  ),
});

/** Rated 2 by cuss: "likely" to be meant badly. Below, words of every day prevail. */
const SURE = 2;
const sure = (rated: Readonly<Record<string, number>>): string[] =>
  Object.keys(rated).filter((word) => (rated[word] ?? 0) >= SURE);

const words: Readonly<Record<z.infer<typeof seedsSchema>["seeds"][number]["from"], readonly string[]>> = {
  "cuss/es": sure(spanishCuss),
  "cuss/pt": sure(portugueseCuss),
  cuss: sure(english),
  "allprofanity/es": spanish,
  "allprofanity/pt": brazilian,
};

/**
 * What well-kept packages list, as mild insults in their own language, without the words that `seeds.json` leaves out because people say them every day. Single words
 * alone: their phrases are written for search, not for speech. Any other list says more of a term and goes before.
 */
export const seedLists = (): readonly FilterList[] => {
  const file: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../lists/seeds.json"), "utf8"));
  return seedsSchema.parse(file).seeds.map(({ from, locale, leave }) => {
    const left = new Set(leave.map(foldTerm));
    const terms = words[from].filter((word) => /^[\p{L}]{3,}$/u.test(word) && !left.has(foldTerm(word)));
    return { locale, entries: [{ terms, category: "insult", severity: "mild", local: true }] };
  });
};
