import type { Random } from "../random.ts";

const pick = <T>(random: Random, from: readonly T[], otherwise: T): T =>
  from[Math.floor(random() * from.length)] ?? otherwise;

/** A scammer's offer with another emoji, digit, spacing, accent and case each time. */
export const variedOffer = (random: Random, n: number): string => {
  const letters = [..."Gemas gratis entrando en gemas punto gratis"].map((letter) => {
    const roll = random();
    if (roll < 0.1) return letter.toUpperCase();
    if (roll < 0.2) return `${letter}\u0301`;
    if (roll < 0.25) return `${letter}${letter}`;
    return roll < 0.3 ? `${letter} ` : letter;
  });
  return `${pick(random, ["😂", "🔥", "💎", "🎁", "❗"], "😂")} ${letters.join("")} ${n}`;
};

const WHO = [
  "yo",
  "tú",
  "la guerra",
  "mi primo",
  "el jefe",
  "a gente",
  "o clã",
  "nadie",
  "todo el gremio",
  "meu irmão",
];
const DOES = ["ganó", "perdió", "sube ya", "entra en un rato", "não vai hoje", "tá on", "duerme", "joga bem", "espera"];
const WHEN = [
  "hoy",
  "mañana",
  "agora",
  "a las ocho",
  "depois da aula",
  "en el torneo",
  "sempre",
  "otra vez",
  "de noite",
];

/** What somebody honest says; seldom the same twice. */
export const smallTalk = (random: Random): string =>
  `${pick(random, WHO, "yo")} ${pick(random, DOES, "gana")} ${pick(random, WHEN, "hoy")}`;
