import { type Entry, wordsOf } from "./entry.ts";
import type { Locale } from "./locale.ts";
import { maskForReader } from "./moderation/filter-marks.ts";
import { type FilterChoice, policyOf } from "./moderation/filter-policy.ts";
import { isQuickPhraseId, phraseIn, QUICK_PHRASES } from "./quick-phrase.ts";
import { isTemplateId, renderTemplate } from "./template.ts";

/** The studio's own phrases, by id. */
export type StudioPhrases = ReadonlyMap<string, Readonly<Record<Locale, string>>>;

const STICKER = { "es-419": "[sticker]", "pt-BR": "[figurinha]", en: "[sticker]" } as const;

/**
 * What an entry says, in a reader's language; empty for entries that say nothing. A phrase nobody knows shows as its id. `filter`: what of it the reader does not want
 * to see, besides what its channel has masked for all.
 */
export const wordsIn = (
  entry: Entry,
  locale: Locale,
  phrases: StudioPhrases = new Map(),
  filter: FilterChoice = "off",
): string => {
  switch (entry.kind) {
    case "text":
    case "announcement": {
      const marks = typeof entry.body === "string" ? undefined : entry.body.marks;
      return maskForReader(wordsOf(entry.body), marks, policyOf(filter));
    }
    case "news": {
      if (typeof entry.body === "string") return entry.body;
      const { template, params } = entry.body;
      return isTemplateId(template) ? renderTemplate(template, params, locale) : template;
    }
    case "mail":
      return `${entry.body.title}\n${entry.body.text}`;
    case "sticker":
      return STICKER[locale];
    case "phrase": {
      const { phrase: id, params = {} } = entry.body;
      const phrase = phrases.get(id) ?? (isQuickPhraseId(id) ? QUICK_PHRASES[id] : undefined);
      return phrase === undefined ? id : phraseIn(phrase, params, locale);
    }
    case "card":
      return entry.body.fallback[locale];
    default:
      return "";
  }
};
