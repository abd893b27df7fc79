import * as z from "zod";
import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

/** A question with 2 to 8 answers; each member has one vote, which he may change or take back until the end. */
export const poll = definePreset({
  params: { question: lineSchema(120), options: z.array(lineSchema(40)).min(2).max(8), forMinutes: minutesSchema },
  make: ({ question: said, options, forMinutes }) => {
    const question = cleanLine(said, 120);
    return {
      data: { question },
      fallback: filled(
        { "es-419": "Encuesta: {question}", "pt-BR": "Enquete: {question}", en: "Poll: {question}" },
        { question },
      ),
      actions: options.map((option, index) => ({
        id: `option-${index + 1}`,
        label: cleanLine(option, 40),
        group: "vote",
        undo: true,
      })),
      forMinutes,
    };
  },
});
