import { GremioError } from "../../shared/errors.ts";
import { MATCH_OPERATIONS } from "../../shared/operations/matches.ts";
import type { Matches } from "../presence/matches.ts";
import { does, type Handlers } from "./does.ts";

export const makeMatchOperations = (matches: Matches): Handlers<keyof typeof MATCH_OPERATIONS> => ({
  putMatch: does(MATCH_OPERATIONS.putMatch, async ({ player, until, match }) => ({
    until: await matches.put(player, until, match),
  })),

  endMatch: does(MATCH_OPERATIONS.endMatch, async ({ player, match }) => ({ until: await matches.end(player, match) })),

  getBadge: does(MATCH_OPERATIONS.getBadge, async ({ player }, caller) => {
    if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
    return matches.badge(player);
  }),
});
