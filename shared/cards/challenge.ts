import * as z from "zod";
import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

/** A replay as the game knows it: an id, or an address by https. A client opens only what belongs to its game. */
export const replaySchema = z
  .string()
  .regex(
    /^(https:\/\/)?[A-Za-z0-9][A-Za-z0-9_./?=&%~-]{0,199}$/,
    "an id, or an https:// address of at most 200 characters",
  );

/** A friendly match, for whoever accepts first. Its author, or the studio, adds the replay afterwards. */
export const challenge = definePreset({
  params: { mode: lineSchema(60).optional(), forMinutes: minutesSchema },
  make: ({ mode: said, forMinutes }) => {
    const mode = said === undefined ? undefined : cleanLine(said, 60);
    const fallback = {
      "es-419": "¿Quién acepta un duelo amistoso?",
      "pt-BR": "Quem aceita um duelo amistoso?",
      en: "Who accepts a friendly challenge?",
    };
    const withMode = filled(
      {
        "es-419": "¿Quién acepta un duelo amistoso? ({mode})",
        "pt-BR": "Quem aceita um duelo amistoso? ({mode})",
        en: "Who accepts a friendly challenge? ({mode})",
      },
      { mode: mode ?? "" },
    );
    return {
      data: mode === undefined ? {} : { mode },
      fallback: mode === undefined ? fallback : withMode,
      actions: [
        { id: "accept", label: { "es-419": "Aceptar", "pt-BR": "Aceitar", en: "Accept" }, cap: 1, by: "others" },
      ],
      forMinutes,
    };
  },
});
