import { type WarMode, warModeSchema } from "../../shared/api/war-mode.ts";

const DAY_MINUTES = 24 * 60;

/** Modes every game has that has not put others in their place. Their rewards are the studio's to settle: guilds get points here, players nothing. */
export const BUILT_IN_MODES: readonly WarMode[] = [
  {
    mode: "classic",
    name: { "es-419": "Guerra clásica", "pt-BR": "Guerra clássica", en: "Classic war" },
    roster: { least: 3, most: 30 },
    activeLeast: 3,
    attempts: 2,
    start: "evening",
    preparationMinutes: 120,
    lockMinutes: 30,
    minutes: DAY_MINUTES,
    scoring: "best-of-target",
    tieBreaks: ["fewer-attempts", "earlier"],
    rewards: {
      win: { guild: { points: 300 } },
      draw: { guild: { points: 150 } },
      loss: { guild: { points: 75 } },
    },
    joinHours: 24,
    protectionHours: 12,
  },
  {
    mode: "blitz",
    name: { "es-419": "Guerra relámpago", "pt-BR": "Guerra relâmpago", en: "Blitz" },
    roster: { least: 1, most: 15 },
    attempts: 5,
    start: "soon",
    preparationMinutes: 5,
    lockMinutes: 1,
    minutes: 30,
    battleMinutes: 5,
    graceMinutes: 5,
    scoring: "sum",
    rewards: {
      win: { guild: { points: 60 } },
      draw: { guild: { points: 30 } },
      loss: { guild: { points: 15 } },
    },
    protectionHours: 1,
    answerHours: 1,
  },
  {
    mode: "friendly",
    name: { "es-419": "Amistosa", "pt-BR": "Amistosa", en: "Friendly" },
    roster: { least: 1, most: 50, equal: false },
    attempts: 3,
    start: "soon",
    preparationMinutes: 5,
    lockMinutes: 1,
    minutes: 60,
    scoring: "best",
    tieBreaks: [],
    rated: false,
    rematch: { wars: 50, days: 1 },
  },
].map((mode) => warModeSchema.parse(mode));
