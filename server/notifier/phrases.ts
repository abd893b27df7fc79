import { LOCALES, type Locale } from "../../shared/locale.ts";

type Phrases = {
  /** Title of an announcement in a guild. */
  announcement(guild: string): string;
  /** An announcement whose text is not shown. */
  announced(author: string): string;
  /** Title of a message that calls fighters. */
  call(guild: string): string;
  /** Such a message whose text is not shown. */
  called(author: string): string;
  /** News of the system whose text is not shown. */
  news(): string;
  /** Mail whose words are not shown. */
  mail(): string;
  /** How many messages wait. */
  unread(count: string, one: boolean): string;
  /** Stands for a guild whose name is not known. */
  guild(): string;
  /** Stands for an author whose name is not known. */
  someone(): string;
};

/** What pushes say besides the players' own words. */
export const PHRASES: Readonly<Record<Locale, Phrases>> = {
  "es-419": {
    announcement: (guild) => `Anuncio en ${guild}`,
    announced: (author) => `${author} publicó un anuncio.`,
    call: (guild) => `Te llaman en ${guild}`,
    called: (author) => `${author} te llama a la guerra.`,
    news: () => "Hay novedades en tu gremio.",
    mail: () => "Tienes correo de tu gremio.",
    unread: (count, one) => (one ? `${count} mensaje nuevo` : `${count} mensajes nuevos`),
    guild: () => "Tu gremio",
    someone: () => "Alguien",
  },
  "pt-BR": {
    announcement: (guild) => `Anúncio em ${guild}`,
    announced: (author) => `${author} publicou um anúncio.`,
    call: (guild) => `Chamado em ${guild}`,
    called: (author) => `${author} chama você para a guerra.`,
    news: () => "Há novidades na sua guilda.",
    mail: () => "Você tem um recado da sua guilda.",
    unread: (count, one) => (one ? `${count} mensagem nova` : `${count} mensagens novas`),
    guild: () => "Sua guilda",
    someone: () => "Alguém",
  },
  en: {
    announcement: (guild) => `Announcement in ${guild}`,
    announced: (author) => `${author} made an announcement.`,
    call: (guild) => `You are called in ${guild}`,
    called: (author) => `${author} calls you to the war.`,
    news: () => "There is news in your guild.",
    mail: () => "You have mail from your guild.",
    unread: (count, one) => (one ? `${count} new message` : `${count} new messages`),
    guild: () => "Your guild",
    someone: () => "Someone",
  },
};

const numbers = new Map(LOCALES.map((locale) => [locale, new Intl.NumberFormat(locale)]));
const plurals = new Map(LOCALES.map((locale) => [locale, new Intl.PluralRules(locale)]));

/** "1 mensaje nuevo", "2,345 mensajes nuevos": number and plural as the language has them. */
export const unreadPhrase = (count: number, locale: Locale): string =>
  PHRASES[locale].unread(
    numbers.get(locale)?.format(count) ?? String(count),
    plurals.get(locale)?.select(count) === "one",
  );

const segmenter = new Intl.Segmenter();

/** At most so many characters as people see them, and bytes, with an ellipsis where something was cut. A single character may be of any size: marks pile up, emoji join. */
export const shorten = (text: string, most: number, mostBytes: number): string => {
  if (text.length <= most && Buffer.byteLength(text) <= mostBytes) return text;
  const kept: string[] = [];
  let bytes = 0;
  for (const { segment } of segmenter.segment(text)) {
    bytes += Buffer.byteLength(segment);
    kept.push(segment);
    if (kept.length > most || bytes > mostBytes) return `${kept.slice(0, Math.min(kept.length, most) - 1).join("")}…`;
  }
  return text;
};
