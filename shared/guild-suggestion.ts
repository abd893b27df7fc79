import * as z from "zod";
import type { Locale } from "./locale.ts";

/**
 * What a guild's leaders are advised to do, by reason, in every language. `{name}` stands for a parameter; `names` are names of members, divided by commas.
 */
export const SUGGESTIONS = {
  "answer-requests": {
    "es-419":
      "Solicitudes que esperan respuesta desde hace más de un día: {count}. Respóndelas antes de que busquen otro gremio.",
    "pt-BR": "Pedidos que esperam resposta há mais de um dia: {count}. Responda antes que procurem outra guilda.",
    en: "Requests waiting for an answer for more than a day: {count}. Answer before they look for another guild.",
  },
  "answer-newcomers": {
    "es-419": "{names} saludó y nadie le respondió: denle la bienvenida.",
    "pt-BR": "{names} deu oi e ninguém respondeu: dê as boas-vindas.",
    en: "{names} said hello and nobody answered: make them welcome.",
  },
  "call-leaving": {
    "es-419": "{names} no aparece desde hace más de una semana: envíale un mensaje antes de que se vaya.",
    "pt-BR": "{names} não aparece há mais de uma semana: mande uma mensagem antes que saia.",
    en: "{names} has not been seen for more than a week: write before they leave.",
  },
  "wake-chat": {
    "es-419": "Nadie escribe desde hace {days} días: lanza una encuesta o un pase de lista.",
    "pt-BR": "Ninguém escreve há {days} dias: lance uma enquete ou uma chamada.",
    en: "Nobody has written for {days} days: post a poll or a roll call.",
  },
  "name-officer": {
    "es-419": "Ningún oficial estuvo activo esta semana: {names} es quien más escribe.",
    "pt-BR": "Nenhum oficial esteve ativo nesta semana: {names} é quem mais escreve.",
    en: "No officer was active this week: {names} writes the most.",
  },
  "make-room": {
    "es-419": "El gremio está casi lleno y {count} miembros no aparecen desde hace más de dos semanas.",
    "pt-BR": "A guilda está quase cheia e {count} membros não aparecem há mais de duas semanas.",
    en: "The guild is almost full and {count} members have not been seen for more than two weeks.",
  },
  "use-best-hour": {
    "es-419": "La gente escribe sobre todo a las {hour}: anuncia tus eventos para esa hora.",
    "pt-BR": "O pessoal escreve mais às {hour}: anuncie seus eventos para esse horário.",
    en: "People write most at {hour}: announce your events for that hour.",
  },
  "invite-more": {
    "es-419": "Quedan {count} lugares: comparte el enlace de invitación.",
    "pt-BR": "Restam {count} vagas: compartilhe o link de convite.",
    en: "There are {count} free places: share the invitation link.",
  },
  "reach-level": {
    "es-419": "Faltan {points} puntos para el nivel {level}: fijen una meta esta semana.",
    "pt-BR": "Faltam {points} pontos para o nível {level}: definam uma meta nesta semana.",
    en: "{points} points are missing to level {level}: set a goal for this week.",
  },
  "thank-active": {
    "es-419": "{count} miembros estuvieron activos esta semana: agradéceles en un anuncio.",
    "pt-BR": "{count} membros estiveram ativos nesta semana: agradeça em um anúncio.",
    en: "{count} members were active this week: thank them in an announcement.",
  },
  "plan-event": {
    "es-419": "Propón un evento para esta semana y pregunta quién viene.",
    "pt-BR": "Proponha um evento para esta semana e pergunte quem vem.",
    en: "Propose an event for this week and ask who is coming.",
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type SuggestionReason = keyof typeof SUGGESTIONS;
const isReason = (name: string): name is SuggestionReason => Object.hasOwn(SUGGESTIONS, name);
export const suggestionReasonSchema = z.enum(Object.keys(SUGGESTIONS).filter(isReason));

/** The advice in a language; a parameter that is missing shows as its name. */
export const renderSuggestion = (
  reason: SuggestionReason,
  params: Readonly<Record<string, string>>,
  locale: Locale,
): string => SUGGESTIONS[reason][locale].replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
