import { z } from "zod";
import { setting, wholeNumber } from "./setting.ts";

/** Teams: who makes them, and when they end. */
export const teamSettings = {
  GREMIO_PLAYERS_MAKE_TEAMS: setting(
    z.enum(["0", "1", "false", "true"]).transform((value) => value === "1" || value === "true"),
    {
      what: "1: players may make teams themselves; 0: only the game's backend does.",
      expected: "1 or 0",
      default: "1",
    },
  ),
  GREMIO_TEAM_IDLE_MINUTES: wholeNumber(
    "Minutes after which a team ends in whose room nobody was and in which nothing was written.",
    120,
    1,
    10_080,
  ),
  GREMIO_TEAM_GRACE_MINUTES: wholeNumber(
    "Minutes for which a team outlives the expected end of its match, so that players can talk about it.",
    10,
    0,
    1_440,
  ),
};
