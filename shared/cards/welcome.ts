import type { CardBody } from "../card.ts";
import { filled, toCard } from "./preset.ts";

const MINUTES = 3 * 24 * 60;

/** A newcomer is presented to the guild, and members greet him with a tap. Posted by Gremio itself. */
export const welcomeCard = ({ name, number }: { name: string; number: number }, nowMs: number): CardBody =>
  toCard(
    "welcome",
    {
      data: { who: number },
      fallback: filled(
        {
          "es-419": "¡Llegó {name}! Denle la bienvenida",
          "pt-BR": "{name} chegou! Dê as boas-vindas",
          en: "{name} is here! Say hello",
        },
        { name },
      ),
      actions: [{ id: "hello", label: { "es-419": "¡Hola!", "pt-BR": "Oi!", en: "Hello!" } }],
      forMinutes: MINUTES,
    },
    nowMs,
  );
