import * as z from "zod";
import { playerParamsSchema } from "../api/player.ts";
import { preferencesChangeSchema, preferencesSchema } from "../preferences.ts";
import { pushPolicySchema, putPushPolicySchema } from "../push-policy.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Notifications";

/** What is told by push: as players want it, and as the studio has it. See docs/push.md. */
export const PUSH_SETTINGS_OPERATIONS = {
  getPreferences: {
    method: "get",
    path: "/v1/players/{player}/preferences",
    tag,
    summary: "What a player wants to be told by push; a player asks of himself alone",
    callers: EVERYBODY,
    effect: "query",
    errors: ["player-not-found", "not-permitted"],
    request: playerParamsSchema.strict(),
    answer: preferencesSchema,
    gives: "The preferences",
  },
  changePreferences: {
    method: "patch",
    path: "/v1/players/{player}/preferences",
    tag,
    summary:
      "Change some of what a player wants to be told by push; what is not named stays. A player changes his own alone",
    callers: EVERYBODY,
    effect: "command",
    errors: ["player-not-found", "not-permitted", "preferences-full"],
    request: preferencesChangeSchema.extend(playerParamsSchema.shape),
    answer: preferencesSchema,
    gives: "The preferences as they are now",
  },
  getPushPolicy: {
    method: "get",
    path: "/v1/push-policy",
    tag,
    summary:
      "The studio's policy: how important each kind of notice is, quiet hours, and how many pushes a player gets",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: z.strictObject({}),
    answer: pushPolicySchema,
    gives: "The policy",
  },
  putPushPolicy: {
    method: "put",
    path: "/v1/push-policy",
    tag,
    summary:
      "Set the studio's policy, whole; what is left out has its default. It holds for what is decided from now on",
    callers: ["backend"],
    effect: "command",
    errors: [],
    request: putPushPolicySchema,
    answer: pushPolicySchema,
    gives: "The policy as it is now",
  },
} as const satisfies Record<string, Operation>;
