import * as z from "zod";
import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

/** A call for a team of so many; its author is the first of it, and whoever has joined may leave. */
export const teamCall = definePreset({
  params: { title: lineSchema(80), size: z.int().min(2).max(50), forMinutes: minutesSchema },
  make: ({ title: said, size, forMinutes }) => {
    const title = cleanLine(said, 80);
    return {
      data: { title, size },
      fallback: filled(
        {
          "es-419": "Busco equipo de {size}: {title}",
          "pt-BR": "Procuro time de {size}: {title}",
          en: "Looking for a team of {size}: {title}",
        },
        { title, size },
      ),
      actions: [{ id: "join", label: { "es-419": "Unirme", "pt-BR": "Entrar", en: "Join" }, cap: size, undo: true }],
      authorDoes: "join",
      forMinutes,
    };
  },
});
