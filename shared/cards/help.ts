import * as z from "zod";
import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

/** A request for help with something; every other member gives once, and when enough have, it is closed. */
export const help = definePreset({
  params: { item: lineSchema(60), wanted: z.int().min(1).max(100), forMinutes: minutesSchema },
  make: ({ item: said, wanted, forMinutes }) => {
    const item = cleanLine(said, 60);
    return {
      data: { item, wanted },
      fallback: filled(
        {
          "es-419": "Necesito ayuda: {item} ({wanted})",
          "pt-BR": "Preciso de ajuda: {item} ({wanted})",
          en: "I need help: {item} ({wanted})",
        },
        { item, wanted },
      ),
      actions: [
        {
          id: "give",
          label: { "es-419": "Ayudar", "pt-BR": "Ajudar", en: "Help" },
          ...{ cap: wanted, by: "others", closes: true },
        },
      ],
      forMinutes,
    };
  },
});
