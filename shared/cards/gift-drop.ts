import type { CardBody } from "../card.ts";
import { filled, toCard } from "./preset.ts";

/** Shares of points for the members who take them first. Posted by Gremio itself, with the gift it is of. */
export const giftDropCard = (
  { gift, shares, each, forMinutes }: { gift: string; shares: number; each: number; forMinutes: number },
  nowMs: number,
): CardBody =>
  toCard(
    "gift-drop",
    {
      data: { gift, shares, each },
      fallback: filled(
        {
          "es-419": "¡Regalo! {each} puntos para los primeros {shares}",
          "pt-BR": "Presente! {each} pontos para os primeiros {shares}",
          en: "A gift! {each} points for the first {shares}",
        },
        { shares, each },
      ),
      actions: [{ id: "take", label: { "es-419": "Tomar", "pt-BR": "Pegar", en: "Take" }, cap: shares, closes: true }],
      forMinutes,
    },
    nowMs,
  );
