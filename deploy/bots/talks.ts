import type { Locale } from "../../shared/locale.ts";

/** Who says a line: the first or second of those who speak a language. Dealt anew in each talk. */
export type Speaker = "es1" | "es2" | "pt1" | "pt2";
export type Line = readonly [speaker: Speaker, text: string];

export const LANGUAGE: Readonly<Record<Speaker, Locale>> = { es1: "es-419", es2: "es-419", pt1: "pt-BR", pt2: "pt-BR" };

/** What guilds talk about all day, in Spanish and Portuguese as they come. */
export const TALKS: readonly (readonly Line[])[] = [
  [
    ["es1", "¡Buenas! ¿Quién se apunta a la mazmorra de esta noche?"],
    ["pt1", "eu vou! só preciso jantar antes 😅"],
    ["es2", "yo también, llevo pociones"],
    ["es1", "perfecto, a las 9 hora de Bogotá"],
  ],
  [
    ["pt1", "alguém tem 3 fragmentos de obsidiana sobrando?"],
    ["es1", "tengo dos, te los paso"],
    ["pt1", "valeu demais 🙏"],
  ],
  [
    ["es1", "el jefe de ayer casi nos borra jajaja"],
    ["pt1", "kkkkk foi por pouco"],
    ["es2", "si no es por el escudo de Ana no salimos vivos"],
    ["pt1", "escudo abençoado"],
  ],
  [
    ["pt1", "bom dia, guilda ☀️"],
    ["es1", "¡buen día!"],
    ["pt2", "bom diaaa"],
  ],
  [
    ["es1", "¿vale la pena mejorar el arco antes que la armadura?"],
    ["es2", "armadura primero, siempre"],
    ["pt1", "depende… para PvP o arco é melhor"],
    ["es1", "ok, armadura entonces 🛡️"],
  ],
  [
    ["pt1", "faltam 200 pontos pra gente subir no ranking"],
    ["es1", "hago tres misiones más y listo"],
    ["pt2", "bora bora bora 🔥"],
  ],
  [
    ["es1", "se me cayó la conexión en plena pelea 😭"],
    ["es2", "tranqui, te esperamos"],
    ["es1", "ya volví, gracias"],
  ],
  [
    ["pt1", "quem fez o novo emblema? ficou lindo"],
    ["es1", "lo hice yo anoche 😊"],
    ["pt1", "parabéns!! 🦅"],
  ],
  [
    ["es1", "tip: el cofre del norte se reinicia cada 6 horas"],
    ["es2", "no sabía, gracias"],
    ["pt1", "eu também não 👀"],
  ],
  [
    ["pt2", "amanhã chego tarde, tenho prova"],
    ["es1", "¡éxitos en el examen! 🍀"],
    ["pt1", "boa sorte!"],
  ],
];
