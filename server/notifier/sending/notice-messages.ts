import type { Locale } from "../../../shared/locale.ts";

/**
 * What notices by themselves say besides the players' own words, as ICU messages: `{name}` stands for a parameter, numbers and plurals are the language's. `channel` is a guild's, a team's or a circle's name.
 */
export const NOTICE_MESSAGES = {
  /** Stands for a channel, or an author, whose name is not known. */
  guild: { "es-419": "Tu gremio", "pt-BR": "Sua guilda", en: "Your guild" },
  someone: { "es-419": "Alguien", "pt-BR": "Alguém", en: "Someone" },

  // Titles, and bodies where no text is shown.
  announcement: { "es-419": "Anuncio en {channel}", "pt-BR": "Anúncio em {channel}", en: "Announcement in {channel}" },
  announced: {
    "es-419": "{author} publicó un anuncio.",
    "pt-BR": "{author} publicou um anúncio.",
    en: "{author} made an announcement.",
  },
  call: { "es-419": "Te llaman en {channel}", "pt-BR": "Chamado em {channel}", en: "You are called in {channel}" },
  called: {
    "es-419": "{author} te llama a la guerra.",
    "pt-BR": "{author} chama você para a guerra.",
    en: "{author} calls you to the war.",
  },
  mention: {
    "es-419": "Te mencionaron en {channel}",
    "pt-BR": "Mencionaram você em {channel}",
    en: "You were mentioned in {channel}",
  },
  mentioned: { "es-419": "{author} te mencionó.", "pt-BR": "{author} mencionou você.", en: "{author} mentioned you." },
  reply: {
    "es-419": "Te respondieron en {channel}",
    "pt-BR": "Responderam a você em {channel}",
    en: "A reply to you in {channel}",
  },
  replied: {
    "es-419": "{author} te respondió.",
    "pt-BR": "{author} respondeu a você.",
    en: "{author} replied to you.",
  },
  wrote: { "es-419": "{author} escribió.", "pt-BR": "{author} escreveu.", en: "{author} wrote." },
  news: {
    "es-419": "Hay novedades en tu gremio.",
    "pt-BR": "Há novidades na sua guilda.",
    en: "There is news in your guild.",
  },
  mail: {
    "es-419": "Tienes correo de tu gremio.",
    "pt-BR": "Você tem um recado da sua guilda.",
    en: "You have mail from your guild.",
  },
  /** Notices of the same channel that this one has taken the place of on the screen. */
  more: {
    "es-419": "{count, plural, other {y # más}}",
    "pt-BR": "{count, plural, other {e mais #}}",
    en: "{count, plural, other {and # more}}",
  },
} as const satisfies Record<string, Record<Locale, string>>;
