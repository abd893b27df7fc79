import type { Locale } from "./locale.ts";
import { WAR_TEMPLATES } from "./war-templates.ts";

/**
 * What the game's backend can have the system say by id, in every language. `{name}` stands for a parameter.
 * A text of the studio's own is sent as text instead.
 */
export const TEMPLATES = {
  "guild-level-up": {
    "es-419": "¡El gremio subió al nivel {level}!",
    "pt-BR": "A guilda subiu para o nível {level}!",
    en: "The guild has reached level {level}!",
  },
  "guild-disbanding": {
    "es-419": "El gremio se disolverá en {hours} horas, salvo que su líder se arrepienta.",
    "pt-BR": "A guilda será desfeita em {hours} horas, a menos que o líder volte atrás.",
    en: "The guild will be disbanded in {hours} hours, unless its leader takes that back.",
  },
  "guild-kept": {
    "es-419": "¡El gremio {name} sigue en pie!",
    "pt-BR": "A guilda {name} continua!",
    en: "The guild {name} goes on!",
  },
  "boss-appeared": {
    "es-419": "¡{boss} apareció! Reúnan al gremio.",
    "pt-BR": "{boss} apareceu! Reúnam a guilda.",
    en: "{boss} has appeared! Gather the guild.",
  },
  "event-starts": {
    "es-419": "{event} empieza en {minutes} minutos.",
    "pt-BR": "{event} começa em {minutes} minutos.",
    en: "{event} starts in {minutes} minutes.",
  },
  "guild-attacked": {
    "es-419": "¡{attacker} ataca al gremio!",
    "pt-BR": "{attacker} está atacando a guilda!",
    en: "{attacker} is attacking the guild!",
  },
  "reward-earned": {
    "es-419": "{player} ganó {reward} para el gremio.",
    "pt-BR": "{player} ganhou {reward} para a guilda.",
    en: "{player} earned {reward} for the guild.",
  },
  "season-ended": {
    "es-419": "Terminó {season}: el gremio quedó en el puesto {rank} con {points} puntos.",
    "pt-BR": "{season} terminou: a guilda ficou em {rank}º lugar com {points} pontos.",
    en: "{season} has ended: the guild came in at number {rank} with {points} points.",
  },
  "war-no-opponent": {
    "es-419": "No se encontró rival para {mode}. Pueden volver a buscar.",
    "pt-BR": "Nenhum adversário encontrado para {mode}. Vocês podem procurar de novo.",
    en: "No opponent was found for {mode}. You can look again.",
  },
  "war-search-ended": {
    "es-419": "Terminó la búsqueda de rival para {mode}: el gremio no puede pelear ahora.",
    "pt-BR": "A busca por adversário para {mode} acabou: a guilda não pode lutar agora.",
    en: "The search for an opponent for {mode} is over: the guild cannot fight now.",
  },
  "guild-invited": {
    "es-419": "{player} te invita al gremio.",
    "pt-BR": "{player} convida você para a guilda.",
    en: "{player} invites you into the guild.",
  },
  "guild-invitation": {
    "es-419": "Te invitan a este gremio.",
    "pt-BR": "Convidaram você para esta guilda.",
    en: "You are invited into this guild.",
  },
  "guild-request": {
    "es-419": "{player} quiere entrar al gremio.",
    "pt-BR": "{player} quer entrar na guilda.",
    en: "{player} asks to be let into the guild.",
  },
  "team-invited": {
    "es-419": "{player} te invita a su equipo.",
    "pt-BR": "{player} convida você para a equipe.",
    en: "{player} invites you into the team.",
  },
  "team-invitation": {
    "es-419": "Te esperan en este equipo.",
    "pt-BR": "Esperam por você nesta equipe.",
    en: "You are invited into this team.",
  },
  "team-ready": {
    "es-419": "¡Todos listos ({ready} de {count})!",
    "pt-BR": "Todos prontos ({ready} de {count})!",
    en: "Everybody is ready ({ready} of {count})!",
  },
  "team-not-ready": {
    "es-419": "Todavía no están listos: {ready} de {count}.",
    "pt-BR": "Ainda não estão prontos: {ready} de {count}.",
    en: "Not ready yet: {ready} of {count}.",
  },
  "team-ended": {
    "es-419": "El equipo {name} terminó. ¡Gracias por jugar!",
    "pt-BR": "A equipe {name} terminou. Obrigado por jogar!",
    en: "The team {name} has ended. Thanks for playing!",
  },
  maintenance: {
    "es-419": "Mantenimiento en {minutes} minutos.",
    "pt-BR": "Manutenção em {minutes} minutos.",
    en: "Maintenance in {minutes} minutes.",
  },
  ...WAR_TEMPLATES,
} as const satisfies Record<string, Record<Locale, string>>;

export type TemplateId = keyof typeof TEMPLATES;
export const isTemplateId = (id: string): id is TemplateId => Object.hasOwn(TEMPLATES, id);

/** The template's text in a language; a parameter that is missing shows as its name. */
export const renderTemplate = (id: TemplateId, params: Readonly<Record<string, string>>, locale: Locale): string =>
  TEMPLATES[id][locale].replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

/** The names of the parameters a template needs. */
export const templateParams = (id: TemplateId): string[] =>
  [...TEMPLATES[id].en.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
