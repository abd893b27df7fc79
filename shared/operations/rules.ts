import * as z from "zod";
import { auditQuerySchema, auditSchema, whySchema } from "../api/moderation.ts";
import { CHANNEL_KINDS, channelIdSchema } from "../id.ts";
import {
  floorChangeSchema,
  gameSwitchSchema,
  ruleSetSchema,
  rulesChangeSchema,
  someRulesSchema,
} from "../moderation/rule-set.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Moderation";
const inChannelSchema = z.object({ channel: channelIdSchema });
const NO_CHANNEL = ["guild-not-found", "channel-not-found"] as const;

/** `own`: what the channel asks for itself; `floor`: what the studio asks of every channel of its kind; `effective`: of both the stricter, part by part. */
const channelRulesSchema = z.object({
  own: someRulesSchema,
  floor: ruleSetSchema,
  effective: ruleSetSchema,
  gameSwitch: gameSwitchSchema,
});
const studioRulesSchema = z.object({
  floors: z.record(z.enum(CHANNEL_KINDS), ruleSetSchema),
  gameSwitch: gameSwitchSchema,
});

/** What may be written: in a channel by its own rules, everywhere by the studio's. */
export const RULES_OPERATIONS = {
  getRules: {
    method: "get",
    path: "/v1/channels/{channel}/rules",
    tag,
    summary: "What may be written in a guild's, team's or circle's channel",
    callers: EVERYBODY,
    effect: "query",
    errors: NO_CHANNEL,
    request: inChannelSchema.strict(),
    answer: channelRulesSchema,
    gives: "The rules",
  },
  setRules: {
    method: "patch",
    path: "/v1/channels/{channel}/rules",
    tag,
    summary:
      "Change a channel's own rules, for the next message on (permission `rules`): what is left out stays, null takes a part back. They can only be stricter than the floor",
    callers: EVERYBODY,
    effect: "command",
    errors: [...NO_CHANNEL, "not-member", "not-permitted"],
    request: rulesChangeSchema.extend({ ...whySchema.shape, ...inChannelSchema.shape }),
    answer: channelRulesSchema,
    gives: "The rules as they are now",
  },
  getStudioRules: {
    method: "get",
    path: "/v1/rules",
    tag,
    summary:
      "The floor of each kind of channel, below which no channel's rules can be, and the switch of the whole game",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: z.strictObject({}),
    answer: studioRulesSchema,
    gives: "The floors and the switch",
  },
  setStudioRules: {
    method: "patch",
    path: "/v1/rules/{kind}",
    tag,
    summary:
      "Change the floor of a kind of channel, everywhere within a second: what is left out stays, null gives a part back to Gremio's default",
    callers: ["backend"],
    effect: "command",
    errors: [],
    request: floorChangeSchema.extend({ ...whySchema.shape, kind: z.enum(CHANNEL_KINDS) }),
    answer: studioRulesSchema,
    gives: "The floors and the switch as they are now",
  },
  setSwitch: {
    method: "put",
    path: "/v1/switch",
    tag,
    summary:
      "Let nobody in the whole game write (`read-only`), or nobody words of his own (`phrases-only`), until a time or until it is `off`; in force everywhere within a second",
    callers: ["backend"],
    effect: "command",
    errors: [],
    request: gameSwitchSchema.extend(whySchema.shape),
    answer: studioRulesSchema,
    gives: "The floors and the switch as they are now",
  },
  getStudioAudit: {
    method: "get",
    path: "/v1/audit",
    tag,
    summary: "What was changed in the floors and the switch of the whole game, for 180 days",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: auditQuerySchema,
    answer: auditSchema,
    gives: "A page of acts, the newest first; `next` leads on",
  },
} as const satisfies Record<string, Operation>;
