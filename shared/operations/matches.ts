import * as z from "zod";
import { playerParamsSchema } from "../api/player.ts";
import { badgeSchema } from "../badge.ts";
import { itemIdSchema } from "../entry.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Players";
/** The game's own id of a match. */
const matchSchema = itemIdSchema;
/** Expected end in epoch ms; 0: he is in none. */
const answer = z.object({ until: z.int() });

/** Being in a match: presence, and what waits for its end. */
export const MATCH_OPERATIONS = {
  putMatch: {
    method: "put",
    path: "/v1/players/{player}/match",
    tag,
    summary:
      "A player is in a match that is expected to end then, at most 3 hours from now (more is cut to that): important notices wait until it ends, and a badge in the game tells of them. It takes the place of the one told before",
    callers: ["backend"],
    effect: "command",
    errors: ["player-not-found"],
    request: z.strictObject({ ...playerParamsSchema.shape, until: z.int().min(0), match: matchSchema.optional() }),
    answer,
    gives: "When it is expected to end, in epoch ms",
  },
  endMatch: {
    method: "delete",
    path: "/v1/players/{player}/match",
    tag,
    summary: "The player's match has ended; with `match`, only if he is in that one",
    callers: ["backend"],
    effect: "command",
    errors: ["player-not-found"],
    request: z.strictObject({ ...playerParamsSchema.shape, match: matchSchema.optional() }),
    answer,
    gives: "0, or the expected end of the match he is in",
  },
  getBadge: {
    method: "get",
    path: "/v1/players/{player}/badge",
    tag,
    summary: "What waits for a player while he is in a match, without its words",
    callers: EVERYBODY,
    effect: "query",
    errors: ["not-permitted"],
    request: playerParamsSchema.strict(),
    answer: badgeSchema,
    gives: "How many important notices, and which is the newest",
  },
} as const satisfies Record<string, Operation>;
