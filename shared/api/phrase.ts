import * as z from "zod";
import { type Localised, localisedSchema } from "../card.ts";
import { itemIdSchema } from "../entry.ts";
import { GremioError } from "../errors.ts";
import { LOCALES } from "../locale.ts";
import { isQuickPhraseId, phraseParams } from "../quick-phrase.ts";
import { cleanText } from "../text.ts";

export const phraseIdParamsSchema = z.object({ phrase: itemIdSchema });
/** Phrases that every client has cannot become others. */
export const ownPhraseIdParamsSchema = z.object({
  phrase: itemIdSchema.refine((id) => !isQuickPhraseId(id), "Gremio ships a phrase with this id"),
});

/** Parameters of a phrase, `{name}`, have names a message can carry. */
const MOST_PARAMS = 8;
const MOST_NAME = 32;

const isClean = (text: string): boolean => {
  try {
    return cleanText(text) === text;
  } catch (error) {
    if (error instanceof GremioError) return false;
    throw error;
  }
};

const paramsOf = (texts: Localised): string[] =>
  LOCALES.map((locale) => {
    const text = texts[locale];
    return phraseParams({ "es-419": text, "pt-BR": text, en: text }).sort().join(" ");
  });

export const putPhraseSchema = z.strictObject({
  /** `{name}` stands for a parameter; the texts of all languages have the same. */
  texts: localisedSchema
    .refine(
      (texts) => Object.values(texts).every(isClean),
      "normalised text without control characters or outer blanks",
    )
    .refine((texts) => new Set(paramsOf(texts)).size === 1, "the same parameters in every language")
    .refine(
      (texts) =>
        phraseParams(texts).length <= MOST_PARAMS && phraseParams(texts).every((name) => name.length <= MOST_NAME),
      `at most ${MOST_PARAMS} parameters with names of at most ${MOST_NAME} characters`,
    ),
});

const phraseSchema = z.object({ id: itemIdSchema, texts: localisedSchema });
export const phraseAnswerSchema = phraseSchema;

/** The studio's phrases in use, by id. */
export const phrasesSchema = z.object({ version: z.string(), phrases: z.array(phraseSchema) });

export const myPhrasesQuerySchema = z.strictObject({
  /** What the client has got; left out: nothing. */
  version: z.string().max(64).optional(),
});

/** What a client keeps. `phrases` is absent when it has this version already; those no longer in use are for showing what was said with them. */
export const myPhrasesSchema = z.object({
  version: z.string(),
  phrases: z.array(phraseSchema.extend({ inUse: z.boolean() })).optional(),
});
export type MyPhrases = z.infer<typeof myPhrasesSchema>;
