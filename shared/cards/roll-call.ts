import { cleanLine, definePreset, filled, lineSchema, minutesSchema } from "./preset.ts";

/** Who is in: yes, no or later. */
export const rollCall = definePreset({
  params: { title: lineSchema(120), forMinutes: minutesSchema },
  make: ({ title: said, forMinutes }) => {
    const title = cleanLine(said, 120);
    const answer = { group: "answer", undo: true };
    return {
      data: { title },
      fallback: filled(
        { "es-419": "¿Quién se apunta? {title}", "pt-BR": "Quem participa? {title}", en: "Who is in? {title}" },
        { title },
      ),
      actions: [
        { id: "yes", label: { "es-419": "Sí", "pt-BR": "Sim", en: "Yes" }, ...answer },
        { id: "no", label: { "es-419": "No", "pt-BR": "Não", en: "No" }, ...answer },
        { id: "later", label: { "es-419": "Más tarde", "pt-BR": "Mais tarde", en: "Later" }, ...answer },
      ],
      forMinutes,
    };
  },
});
