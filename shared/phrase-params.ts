import type { Localised } from "./card.ts";
import { GremioError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { phraseParams } from "./quick-phrase.ts";
import { cleanText } from "./text.ts";

/** The parameters as they are stored: exactly those the phrase has, each clean as a text is and at most 100 characters. Throws `bad-request` with all that is wrong. */
export const cleanPhraseParams = (
  phrase: Localised,
  params: Readonly<Record<string, string>>,
): Record<string, string> => {
  const wanted = phraseParams(phrase);
  const details = Object.keys(params)
    .filter((name) => !wanted.includes(name))
    .map((name) => `params.${name}: the phrase has no such parameter`);
  const clean: Record<string, string> = {};
  for (const name of wanted) {
    const given = Object.hasOwn(params, name) ? params[name] : undefined;
    const problem = given === undefined ? "the phrase needs it" : take(clean, name, given);
    if (problem !== undefined) details.push(`params.${name}: ${problem}`);
  }
  if (details.length > 0) throw new GremioError("bad-request", { details });
  return clean;
};

/** Puts the clean parameter; returns what is wrong with it. */
const take = (clean: Record<string, string>, name: string, given: string): string | undefined => {
  try {
    const text = cleanText(given);
    if ([...text].length > LIMITS.phraseParamLength) return `longer than ${LIMITS.phraseParamLength} characters`;
    clean[name] = text;
    return undefined;
  } catch (error) {
    if (error instanceof GremioError) return error.message;
    throw error;
  }
};
