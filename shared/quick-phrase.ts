import type { Localised } from "./card.ts";
import type { Locale } from "./locale.ts";

/**
 * Quick phrases every game has: said with one tap, and read by each in his own language. `{name}` stands for a parameter. The studio adds its own over the API.
 */
export const QUICK_PHRASES = {
  hello: { "es-419": "¡Hola a todos!", "pt-BR": "Oi, pessoal!", en: "Hello, everyone!" },
  "hello-player": { "es-419": "¡Hola, {player}!", "pt-BR": "Oi, {player}!", en: "Hello, {player}!" },
  welcome: {
    "es-419": "¡Bienvenido al gremio, {player}!",
    "pt-BR": "Boas-vindas à guilda, {player}!",
    en: "Welcome to the guild, {player}!",
  },
  bye: { "es-419": "¡Nos vemos!", "pt-BR": "Até mais!", en: "See you!" },
  "good-night": { "es-419": "Buenas noches", "pt-BR": "Boa noite", en: "Good night" },
  thanks: { "es-419": "¡Gracias!", "pt-BR": "Valeu!", en: "Thanks!" },
  "thanks-player": { "es-419": "¡Gracias, {player}!", "pt-BR": "Valeu, {player}!", en: "Thanks, {player}!" },
  "welcome-back": {
    "es-419": "¡Qué bueno que volviste, {player}!",
    "pt-BR": "Que bom que você voltou, {player}!",
    en: "Good to have you back, {player}!",
  },
  sorry: { "es-419": "Perdón", "pt-BR": "Foi mal", en: "Sorry" },
  "no-problem": { "es-419": "No pasa nada", "pt-BR": "Sem problema", en: "No problem" },
  yes: { "es-419": "Sí", "pt-BR": "Sim", en: "Yes" },
  no: { "es-419": "No", "pt-BR": "Não", en: "No" },
  maybe: { "es-419": "Tal vez", "pt-BR": "Talvez", en: "Maybe" },
  "one-moment": { "es-419": "Un momento", "pt-BR": "Um momento", en: "One moment" },
  "back-in": {
    "es-419": "Vuelvo en {minutes} minutos",
    "pt-BR": "Volto em {minutes} minutos",
    en: "Back in {minutes} minutes",
  },
  ready: { "es-419": "¡Listo!", "pt-BR": "Pronto!", en: "Ready!" },
  "not-ready": { "es-419": "Todavía no estoy listo", "pt-BR": "Ainda não estou pronto", en: "I am not ready yet" },
  "lets-go": { "es-419": "¡Vamos!", "pt-BR": "Vamos!", en: "Let's go!" },
  "attack-now": { "es-419": "¡Ataquen ahora!", "pt-BR": "Ataquem agora!", en: "Attack now!" },
  "attack-target": { "es-419": "¡Ataquen a {target}!", "pt-BR": "Ataquem {target}!", en: "Attack {target}!" },
  defend: { "es-419": "¡Defiendan la base!", "pt-BR": "Defendam a base!", en: "Defend the base!" },
  retreat: { "es-419": "¡Retirada!", "pt-BR": "Recuar!", en: "Retreat!" },
  regroup: { "es-419": "Reagrupémonos", "pt-BR": "Vamos nos reagrupar", en: "Regroup" },
  "follow-me": { "es-419": "Síganme", "pt-BR": "Me sigam", en: "Follow me" },
  "wait-for-me": { "es-419": "Espérenme", "pt-BR": "Me esperem", en: "Wait for me" },
  "on-my-way": { "es-419": "Voy en camino", "pt-BR": "Estou a caminho", en: "On my way" },
  help: { "es-419": "¡Necesito ayuda!", "pt-BR": "Preciso de ajuda!", en: "I need help!" },
  "help-at": { "es-419": "¡Ayuda en {place}!", "pt-BR": "Ajuda em {place}!", en: "Help at {place}!" },
  "enemy-spotted": { "es-419": "¡Enemigo a la vista!", "pt-BR": "Inimigo à vista!", en: "Enemy spotted!" },
  "enemy-at": { "es-419": "Enemigo en {place}", "pt-BR": "Inimigo em {place}", en: "Enemy at {place}" },
  careful: { "es-419": "¡Cuidado!", "pt-BR": "Cuidado!", en: "Careful!" },
  "well-played": { "es-419": "¡Bien jugado!", "pt-BR": "Bem jogado!", en: "Well played!" },
  "good-luck": { "es-419": "¡Suerte!", "pt-BR": "Boa sorte!", en: "Good luck!" },
  "good-game": { "es-419": "Buena partida", "pt-BR": "Boa partida", en: "Good game" },
  "nice-shot": { "es-419": "¡Buen tiro!", "pt-BR": "Belo tiro!", en: "Nice shot!" },
  "so-close": { "es-419": "¡Estuvo cerca!", "pt-BR": "Foi por pouco!", en: "So close!" },
  congratulations: { "es-419": "¡Felicidades!", "pt-BR": "Parabéns!", en: "Congratulations!" },
  "we-won": { "es-419": "¡Ganamos!", "pt-BR": "Ganhamos!", en: "We won!" },
  "next-time": { "es-419": "A la próxima será", "pt-BR": "Fica para a próxima", en: "Next time" },
  "who-plays": { "es-419": "¿Quién juega ahora?", "pt-BR": "Quem joga agora?", en: "Who is up for a game?" },
  "need-players": {
    "es-419": "Faltan {count} jugadores",
    "pt-BR": "Faltam {count} jogadores",
    en: "{count} more players needed",
  },
  "join-my-team": { "es-419": "Únete a mi equipo", "pt-BR": "Entre no meu time", en: "Join my team" },
  donate: { "es-419": "¿Pueden donar {item}?", "pt-BR": "Podem doar {item}?", en: "Can you donate {item}?" },
  donated: { "es-419": "Ya doné", "pt-BR": "Já doei", en: "I have donated" },
  "war-today": {
    "es-419": "Hoy hay guerra a las {time}",
    "pt-BR": "Hoje tem guerra às {time}",
    en: "War today at {time}",
  },
  "use-attacks": {
    "es-419": "Usen sus ataques antes de que termine la guerra",
    "pt-BR": "Usem seus ataques antes do fim da guerra",
    en: "Use your attacks before the war ends",
  },
  "check-announcement": { "es-419": "Lean el anuncio", "pt-BR": "Leiam o anúncio", en: "Read the announcement" },
  "bad-connection": {
    "es-419": "Mi conexión está mala",
    "pt-BR": "Minha conexão está ruim",
    en: "My connection is bad",
  },
} as const satisfies Record<string, Localised>;

export type QuickPhraseId = keyof typeof QUICK_PHRASES;
export const isQuickPhraseId = (id: string): id is QuickPhraseId => Object.hasOwn(QUICK_PHRASES, id);

const PARAMETER = /\{(\w+)\}/g;

/** A phrase in a language; a parameter that is missing shows as its name. */
export const phraseIn = (
  phrase: Readonly<Record<Locale, string>>,
  params: Readonly<Record<string, string>>,
  locale: Locale,
): string => phrase[locale].replaceAll(PARAMETER, (whole, name: string) => params[name] ?? whole);

/** The names of the parameters a phrase needs. */
export const phraseParams = (phrase: Readonly<Record<Locale, string>>): string[] => [
  ...new Set([...phrase.en.matchAll(PARAMETER)].flatMap((match) => match[1] ?? [])),
];
