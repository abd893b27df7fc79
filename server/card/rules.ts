import type { CardBody } from "../../shared/card.ts";

/** What Redis must know of a card to judge a tap, short, so that it need not read the whole card (see card.lua). */
export const rulesOf = ({ card, expiresAt, actions }: CardBody): Record<string, unknown> => ({
  t: card,
  ...(expiresAt === undefined ? {} : { e: expiresAt }),
  A: Object.fromEntries(
    actions.map(({ id, cap, group, undo, by, webhook, closes }) => [
      id,
      {
        ...(cap === undefined ? {} : { c: cap }),
        ...(group === undefined ? {} : { g: group }),
        ...(undo ? { u: 1 } : {}),
        ...(by === "all" ? {} : { b: by }),
        ...(webhook ? { w: 1 } : {}),
        ...(closes ? { x: 1 } : {}),
      },
    ]),
  ),
});
