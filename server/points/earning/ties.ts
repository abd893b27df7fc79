import type { EarningEvent } from "../../../shared/earning.ts";
import type { Ask } from "../../redis/ask.ts";
import { asText } from "../../redis/reply.ts";
import type { Evaluated } from "./evaluate.ts";
import { type TieOutcome, tieOutcomeSchema } from "./facts.ts";

/**
 * Takes a place for an event in the week's limits of both its players; the same event has the place it took. Both are asked in the order of their ids, so that two who
 * tell of each other at once meet at the same one. A place taken at the first when the second has none stays taken: too little is paid then, never too much.
 */
export const tie = async (
  ask: Ask,
  { id, player, partner = "" }: EarningEvent,
  week: string,
  { rule, times, partners }: Evaluated["asks"][number],
): Promise<TieOutcome> => {
  const [one = "", other = ""] = [player, partner].sort();
  for (const [owner, with_] of [
    [one, other],
    [other, one],
  ] as const) {
    const args = [week, rule, with_, `${id}|${player}`, String(times), String(partners)];
    const outcome = tieOutcomeSchema.parse(asText((await ask("earning_tie", `player:${owner}`, args))[0]));
    if (outcome !== "granted") return outcome;
  }
  return "granted";
};
