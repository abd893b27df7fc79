import * as z from "zod";
import { guildParamsSchema, memberParamsSchema } from "../api/guild.ts";
import {
  lineUpQuerySchema,
  lineUpSchema,
  pickLineUpSchema,
  setWarHoursSchema,
  setWarReadySchema,
  warHoursSchema,
} from "../api/line-up.ts";
import { putWarModeSchema, warModeParamsSchema, warModesSchema } from "../api/war-mode.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "War";
const NOTHING = z.strictObject({});

/** How wars are fought, by whom, and when. */
export const LINE_UP_OPERATIONS = {
  putWarMode: {
    method: "put",
    path: "/v1/war-modes/{mode}",
    tag,
    summary: "Put a mode of war, in the place of the one with that id. Wars that were launched keep the mode they had",
    callers: ["backend"],
    effect: "command",
    errors: ["war-modes-full"],
    request: putWarModeSchema.extend(warModeParamsSchema.shape),
    answer: NOTHING,
    gives: "Done",
  },
  removeWarMode: {
    method: "delete",
    path: "/v1/war-modes/{mode}",
    tag,
    summary:
      "Remove a mode the studio has put; a built-in one is again what it was. To have none, put it with `enabled` false",
    callers: ["backend"],
    effect: "command",
    errors: ["war-mode-not-found"],
    request: warModeParamsSchema.strict(),
    answer: NOTHING,
    gives: "Done",
  },
  listWarModes: {
    method: "get",
    path: "/v1/war-modes",
    tag,
    summary: "The modes of war. Players see those that are enabled",
    callers: EVERYBODY,
    effect: "query",
    errors: [],
    request: NOTHING,
    answer: warModesSchema,
    gives: "The modes, by their ids",
  },
  setWarReady: {
    method: "put",
    path: "/v1/guilds/{guild}/line-up/{player}",
    tag,
    summary: "Be in for wars or out; a member for himself. Who never said is in; who is out is not picked any more",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted", "member-not-found", "war-locked"],
    request: setWarReadySchema.extend(memberParamsSchema.shape),
    answer: NOTHING,
    gives: "Done",
  },
  getLineUp: {
    method: "get",
    path: "/v1/guilds/{guild}/line-up",
    tag,
    summary:
      "The members with what counts for a war, those who would fight first, and when the guild's evening is (permission `launchWar`)",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found", "not-member", "not-permitted", "war-mode-not-found"],
    request: lineUpQuerySchema.extend(guildParamsSchema.shape),
    answer: lineUpSchema,
    gives: "A page of the members",
  },
  pickLineUp: {
    method: "put",
    path: "/v1/guilds/{guild}/line-up",
    tag,
    summary:
      "Pick who fights, in this order; the strongest of the others follow. Nobody: all by strength (permission `launchWar`)",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted", "member-not-found", "member-out", "war-locked"],
    request: pickLineUpSchema.extend(guildParamsSchema.shape),
    answer: NOTHING,
    gives: "Done",
  },
  setWarHours: {
    method: "put",
    path: "/v1/guilds/{guild}/war-hours",
    tag,
    summary:
      "Say when the guild's evening is, in which its wars begin; what is left out stays (permission `launchWar`)",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted"],
    request: setWarHoursSchema.extend(guildParamsSchema.shape),
    answer: warHoursSchema,
    gives: "Its evening now",
  },
} as const satisfies Record<string, Operation>;
