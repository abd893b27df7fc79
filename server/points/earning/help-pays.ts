import { z } from "zod";
import { GremioError } from "../../../shared/errors.ts";
import type { HappenedEvent } from "../../../shared/event.ts";
import type { Projection } from "../../outbox/projection.ts";
import type { Earning } from "./earning.ts";
import { helpGiven } from "./own-events.ts";

const helpSchema = z.object({
  channel: z.string(),
  epoch: z.int(),
  seq: z.int(),
  player: z.string(),
  asker: z.string(),
});

/** Pays help that was given, by the studio's rules, once however often it is told. Help to or by somebody whose account is gone pays nothing. */
export const helpPays = ({ take }: Pick<Earning, "take">): Projection => ({
  name: "earning-own-events",
  take: async (events: readonly HappenedEvent[]) => {
    for (const event of events) {
      if (event.event !== "help-given") continue;
      const { player, asker, ...card } = helpSchema.parse(event);
      await take(helpGiven(card, player, asker)).catch((error: unknown) => {
        if (!(error instanceof GremioError) || error.code === "outcome-unknown") throw error;
      });
    }
  },
});
