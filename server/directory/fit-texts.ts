import type { FitReason } from "../../shared/api/directory.ts";
import type { Localised } from "../../shared/card.ts";

/** What a player reads beside a guild that is suggested to him. */
export const FIT_TEXTS: Readonly<Record<FitReason, Localised>> = {
  "same-language-and-region": {
    "es-419": "Hablan tu idioma y juegan en tu región",
    "pt-BR": "Falam seu idioma e jogam na sua região",
    en: "They speak your language and play in your region",
  },
  "same-language": { "es-419": "Hablan tu idioma", "pt-BR": "Falam seu idioma", en: "They speak your language" },
  "active-at-your-hours": {
    "es-419": "Juegan a tus horas",
    "pt-BR": "Jogam no seu horário",
    en: "They play when you do",
  },
  "fits-your-level": {
    "es-419": "Buscan jugadores de tu nivel",
    "pt-BR": "Procuram jogadores do seu nível",
    en: "They look for players of your level",
  },
  growing: {
    "es-419": "Está creciendo: varios llegaron esta semana",
    "pt-BR": "Está crescendo: vários chegaram esta semana",
    en: "It is growing: several joined this week",
  },
  "welcomes-newcomers": {
    "es-419": "Reciben bien a los nuevos",
    "pt-BR": "Recebem bem os novatos",
    en: "They welcome newcomers",
  },
  active: {
    "es-419": "Siempre hay alguien conversando",
    "pt-BR": "Sempre tem gente conversando",
    en: "There is always somebody talking",
  },
  "has-room": { "es-419": "Hay lugar para ti", "pt-BR": "Tem lugar para você", en: "There is room for you" },
};
