import * as z from "zod";
import { LOCALES, type Locale } from "./locale.ts";

/** Letters and digits of which none looks like another, and of which no words are made. */
export const CODE_ALPHABET = "34679CDFHJKMNPQRTVWXY";
/** 21^10 are 16 million million: who tries five a second finds one of 100,000 codes in about a year. */
export const CODE_LENGTH = 10;

/** Of a team, said over a voice line: 21^8 are 38,000 million, of which a player tries ten in ten minutes. */
export const TEAM_CODE_LENGTH = 8;

/** A code as people write it: small letters, blanks and hyphens do not matter. */
const codeOf = (length: number, example: string) =>
  z
    .string()
    .max(40)
    .overwrite((text) => text.toUpperCase().replaceAll(/[\s-]/g, ""))
    .refine(
      (code) => code.length === length && [...code].every((letter) => CODE_ALPHABET.includes(letter)),
      `${length} letters and digits, like ${example}`,
    );
export const codeSchema = codeOf(CODE_LENGTH, "3CD4F-6HJ7K");
export const teamCodeSchema = codeOf(TEAM_CODE_LENGTH, "3CD4-6HJ7");

/** A code as it is shown. */
const shownCode = (code: string): string => `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`;

const TEXTS: Record<Locale, { code: string; link: string }> = {
  "es-419": {
    code: "Únete a {guild} con el código {code}.",
    link: "Únete a {guild}: {link} (código {code})",
  },
  "pt-BR": {
    code: "Entre na guilda {guild} com o código {code}.",
    link: "Entre na guilda {guild}: {link} (código {code})",
  },
  en: { code: "Join {guild} with the code {code}.", link: "Join {guild}: {link} (code {code})" },
};

/** What a player sends to friends. */
export const shareTexts = (guild: string, code: string, link: string | undefined): Record<Locale, string> => {
  const params: Record<string, string> = { guild, code: shownCode(code), link: link ?? "" };
  const fill = (template: string): string =>
    template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
  const [es, pt, en] = LOCALES.map((locale) => fill(TEXTS[locale][link === undefined ? "code" : "link"]));
  return { "es-419": es ?? "", "pt-BR": pt ?? "", en: en ?? "" };
};
