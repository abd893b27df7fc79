import * as z from "zod";
import { playerParamsSchema } from "../api/player.ts";
import { guildIdSchema, playerIdSchema } from "../id.ts";
import type { Operation } from "./operation.ts";

/** What becomes of players themselves. */
export const PLAYER_OPERATIONS = {
  linkPlayer: {
    method: "post",
    path: "/v1/players/{player}/link",
    tag: "Players",
    summary:
      "A guest goes on as an account: his guild, rank, channels, what he has read, points and devices become the account's, once. Asked again it goes on where it was",
    callers: ["backend"],
    effect: "command",
    errors: ["player-not-found", "player-linked", "already-in-guild", "link-under-way"],
    request: z.strictObject({ ...playerParamsSchema.shape, account: playerIdSchema }),
    answer: z.object({ account: playerIdSchema, guild: guildIdSchema.nullable(), balance: z.int() }),
    gives: "The account, with its guild and what its book holds now",
  },
} as const satisfies Record<string, Operation>;
