import { IntlMessageFormat } from "intl-messageformat";
import { LOCALES, type Locale } from "../../../shared/locale.ts";
import { DIGEST_MESSAGES } from "../digests/digest-messages.ts";
import { NOTICE_MESSAGES } from "./notice-messages.ts";

const MESSAGES = { ...NOTICE_MESSAGES, ...DIGEST_MESSAGES };
export type PhraseId = keyof typeof MESSAGES;

/** Compiled once for all; what a player or a studio has named goes in as it is, never as part of a message. */
const compiled = new Map(
  LOCALES.map((locale) => [
    locale,
    new Map(
      Object.entries(MESSAGES).map(([id, texts]) => [
        id,
        new IntlMessageFormat(texts[locale], locale, undefined, { ignoreTag: true }),
      ]),
    ),
  ]),
);

/** A phrase in a language. Throws if a parameter of it is missing. */
export const say = (id: PhraseId, locale: Locale, params: Readonly<Record<string, string | number>> = {}): string =>
  String(
    compiled
      .get(locale)
      ?.get(id)
      ?.format({ ...params }),
  );

/** "1 mensaje nuevo", "2,345 mensajes nuevos". */
export const unreadPhrase = (count: number, locale: Locale): string => say("unread", locale, { count });
