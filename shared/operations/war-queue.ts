import * as z from "zod";
import { guildParamsSchema } from "../api/guild.ts";
import { readSeekingSchema, seekingSchema, seekWarSchema } from "../api/war-queue.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "War";
const NOTHING = z.strictObject({});

/** How a guild finds an opponent without naming one. */
export const WAR_QUEUE_OPERATIONS = {
  seekWar: {
    method: "post",
    path: "/v1/guilds/{guild}/war-seeking",
    tag,
    summary:
      "Look for an opponent in a mode of war; the war is made with the first that fits. A guild that looks already goes on (permission `launchWar`)",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      ...(["guild-not-found", "not-member", "not-permitted", "war-mode-not-found", "war-mode-disabled"] as const),
      ...(["guild-at-war", "too-few-ready", "war-seeking", "key-reused"] as const),
    ],
    request: seekWarSchema.extend(guildParamsSchema.shape),
    answer: seekingSchema,
    gives: "Until when it looks",
  },
  stopSeeking: {
    method: "delete",
    path: "/v1/guilds/{guild}/war-seeking",
    tag,
    summary: "Look for an opponent no more, unless one is found (permission `launchWar`)",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted", "opponent-found"],
    request: guildParamsSchema.strict(),
    answer: NOTHING,
    gives: "It does not look",
  },
  getSeeking: {
    method: "get",
    path: "/v1/guilds/{guild}/war-seeking",
    tag,
    summary: "Whether the guild looks for an opponent; for its members",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found", "not-member"],
    request: guildParamsSchema.strict(),
    answer: readSeekingSchema,
    gives: "What it looks for, and until when",
  },
} as const satisfies Record<string, Operation>;
