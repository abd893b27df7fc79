import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

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
