import type { Locale } from "./locale.ts";

/** What guilds are told of their wars. `{ours}` and `{theirs}` are scores. */
export const WAR_TEMPLATES = {
  "war-challenged": {
    "es-419": "¡{opponent} los desafía a una guerra! Respondan antes de {hours} h.",
    "pt-BR": "{opponent} desafiou vocês para uma guerra! Respondam em até {hours} h.",
    en: "{opponent} challenges you to a war! Answer within {hours} h.",
  },
  "war-declined": {
    "es-419": "{opponent} rechazó la guerra.",
    "pt-BR": "{opponent} recusou a guerra.",
    en: "{opponent} has declined the war.",
  },
  "war-withdrawn": {
    "es-419": "{opponent} retiró su desafío.",
    "pt-BR": "{opponent} retirou o desafio.",
    en: "{opponent} has withdrawn its challenge.",
  },
  "war-expired": {
    "es-419": "El desafío con {opponent} venció sin respuesta.",
    "pt-BR": "O desafio com {opponent} expirou sem resposta.",
    en: "The challenge with {opponent} has expired unanswered.",
  },
  "war-accepted": {
    "es-419": "¡Guerra contra {opponent}! Empieza en {wait}.",
    "pt-BR": "Guerra contra {opponent}! Começa em {wait}.",
    en: "War against {opponent}! It starts in {wait}.",
  },
  "war-cancel-asked": {
    "es-419": "{name} quiere cancelar la guerra. Se cancela si ambos gremios lo piden.",
    "pt-BR": "{name} quer cancelar a guerra. Ela é cancelada se as duas guildas pedirem.",
    en: "{name} wants to call the war off. It is, if both guilds ask for it.",
  },
  "war-cancelled": {
    "es-419": "La guerra contra {opponent} se canceló.",
    "pt-BR": "A guerra contra {opponent} foi cancelada.",
    en: "The war against {opponent} has been called off.",
  },
  "war-too-few": {
    "es-419": "La guerra contra {opponent} se canceló: faltaron combatientes.",
    "pt-BR": "A guerra contra {opponent} foi cancelada: faltaram combatentes.",
    en: "The war against {opponent} has been called off: there were too few fighters.",
  },
  "war-started": {
    "es-419": "¡Empezó la guerra contra {opponent}! Ataques de cada combatiente: {attempts}.",
    "pt-BR": "A guerra contra {opponent} começou! Ataques de cada combatente: {attempts}.",
    en: "The war against {opponent} has begun! Attacks of each fighter: {attempts}.",
  },
  "war-lead-ours": {
    "es-419": "¡Tomamos la delantera contra {opponent}: {ours} a {theirs}!",
    "pt-BR": "Assumimos a liderança contra {opponent}: {ours} a {theirs}!",
    en: "We have taken the lead against {opponent}: {ours} to {theirs}!",
  },
  "war-lead-theirs": {
    "es-419": "{opponent} tomó la delantera: {ours} a {theirs}.",
    "pt-BR": "{opponent} assumiu a liderança: {ours} a {theirs}.",
    en: "{opponent} has taken the lead: {ours} to {theirs}.",
  },
  "war-last-hour": {
    "es-419": "¡Última hora de la guerra contra {opponent}: {ours} a {theirs}! Aún quedan ataques.",
    "pt-BR": "Última hora da guerra contra {opponent}: {ours} a {theirs}! Ainda há ataques.",
    en: "The last hour of the war against {opponent}: {ours} to {theirs}! There are attacks left.",
  },
  "war-corrected": {
    "es-419": "El resultado de la guerra contra {opponent} fue corregido: {ours} a {theirs}.",
    "pt-BR": "O resultado da guerra contra {opponent} foi corrigido: {ours} a {theirs}.",
    en: "The result of the war against {opponent} has been corrected: {ours} to {theirs}.",
  },
  "war-voided": {
    "es-419": "La guerra contra {opponent} fue anulada.",
    "pt-BR": "A guerra contra {opponent} foi anulada.",
    en: "The war against {opponent} has been declared void.",
  },
} as const satisfies Record<string, Record<Locale, string>>;
