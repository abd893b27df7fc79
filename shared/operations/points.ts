import { guildParamsSchema } from "../api/guild.ts";
import { playerParamsSchema } from "../api/player.ts";
import { bookPageSchema, movedSchema, pageQuerySchema, reversalSchema } from "../api/points.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Points";

/** What books of points hold, entry by entry. */
export const POINTS_OPERATIONS = {
  getGuildEntries: {
    method: "get",
    path: "/v1/guilds/{guild}/points/entries",
    tag,
    summary: "Entries of a guild's book, from the newest back; for its members",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found", "not-member"],
    request: pageQuerySchema.extend(guildParamsSchema.shape),
    answer: bookPageSchema,
    gives: "A page of entries",
  },
  getPlayerEntries: {
    method: "get",
    path: "/v1/players/{player}/points/entries",
    tag,
    summary: "Entries of a player's book, from the newest back; for himself",
    callers: EVERYBODY,
    effect: "query",
    errors: ["player-not-found", "not-permitted"],
    request: pageQuerySchema.extend(playerParamsSchema.shape),
    answer: bookPageSchema,
    gives: "A page of entries",
  },
  reverseGuildPoints: {
    method: "post",
    path: "/v1/guilds/{guild}/points/reversals",
    tag,
    summary: "Take a movement of a guild's book back, once",
    callers: ["backend"],
    effect: "command",
    errors: ["movement-not-found", "points-insufficient"],
    request: reversalSchema.extend(guildParamsSchema.shape),
    answer: movedSchema,
    gives: "Taken back, now or (`repeated`) before",
  },
  reversePlayerPoints: {
    method: "post",
    path: "/v1/players/{player}/points/reversals",
    tag,
    summary: "Take a movement of a player's book back, once",
    callers: ["backend"],
    effect: "command",
    errors: ["movement-not-found", "points-insufficient"],
    request: reversalSchema.extend(playerParamsSchema.shape),
    answer: movedSchema,
    gives: "Taken back, now or (`repeated`) before",
  },
} as const satisfies Record<string, Operation>;
