import * as z from "zod";
import { warIdSchema } from "../api/war.ts";
import type { CardBody } from "../card.ts";
import { filled, toCard } from "./preset.ts";

/** What a card of type `war-result` holds. */
export const warResultCardSchema = z.object({
  war: warIdSchema,
  outcome: z.enum(["win", "draw", "loss"]),
  opponent: z.string(),
  ours: z.int(),
  theirs: z.int(),
  /** The fighter who did most for this guild, by his name. */
  best: z.object({ name: z.string(), score: z.int() }).optional(),
  /** What the guild itself was given. */
  points: z.int(),
});
export type WarResultCard = z.infer<typeof warResultCardSchema>;

const FALLBACKS = {
  win: {
    "es-419": "¡Victoria contra {opponent}: {ours} a {theirs}!",
    "pt-BR": "Vitória contra {opponent}: {ours} a {theirs}!",
    en: "Victory against {opponent}: {ours} to {theirs}!",
  },
  draw: {
    "es-419": "Empate contra {opponent}: {ours} a {theirs}.",
    "pt-BR": "Empate contra {opponent}: {ours} a {theirs}.",
    en: "A draw against {opponent}: {ours} to {theirs}.",
  },
  loss: {
    "es-419": "Derrota contra {opponent}: {ours} a {theirs}.",
    "pt-BR": "Derrota contra {opponent}: {ours} a {theirs}.",
    en: "Defeat against {opponent}: {ours} to {theirs}.",
  },
} as const;

/** How a war ended for one of its guilds. Posted by Gremio itself. */
export const warResultCard = ({ outcome, opponent, ours, theirs, ...more }: WarResultCard, nowMs: number): CardBody =>
  toCard(
    "war-result",
    {
      data: { outcome, opponent, ours, theirs, ...more },
      fallback: filled(FALLBACKS[outcome], { opponent, ours, theirs }),
      actions: [],
    },
    nowMs,
  );
