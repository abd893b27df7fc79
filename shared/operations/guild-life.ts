import * as z from "zod";
import { guildParamsSchema } from "../api/guild.ts";
import {
  disbandingSchema,
  guildHealthSchema,
  mailParamsSchema,
  mailsSchema,
  sendMailSchema,
  sentMailSchema,
} from "../api/guild-life.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Guilds";
const NOTHING = z.strictObject({});

/** How a guild lives: its end, who leads it when its leader is gone, its leader's mail and desk. */
export const GUILD_LIFE_OPERATIONS = {
  disbandGuild: {
    method: "put",
    path: "/v1/guilds/{guild}/disbanding",
    tag,
    summary:
      "Announce that the guild ends after its time of grace; announced already, it stays at that. For the leader",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted", "guild-reserved"],
    request: guildParamsSchema.strict(),
    answer: disbandingSchema,
    gives: "When it ends",
  },
  keepGuild: {
    method: "delete",
    path: "/v1/guilds/{guild}/disbanding",
    tag,
    summary: "Take back that the guild ends, as long as it has not begun to. For the leader",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted"],
    request: guildParamsSchema.strict(),
    answer: NOTHING,
    gives: "It goes on",
  },
  claimLeadership: {
    method: "post",
    path: "/v1/guilds/{guild}/leadership",
    tag,
    summary: "Take the place of a leader who has not been seen for long, as the first of those who have",
    callers: ["player"],
    effect: "command",
    errors: ["guild-not-found", "not-member", "leader-present", "not-successor"],
    request: guildParamsSchema.strict(),
    answer: NOTHING,
    gives: "Who asks leads the guild",
  },
  sendMail: {
    method: "post",
    path: "/v1/guilds/{guild}/mail",
    tag,
    summary: "Write to all members; it stays on top until each has read it, for 30 days (permission `mail`)",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      ...(["guild-not-found", "not-member", "not-permitted", "muted", "mail-quota", "key-reused"] as const),
      ...(["text-refused", "link-not-allowed", "phrases-only", "read-only"] as const),
      ...(["text-empty", "text-too-long", "text-not-allowed"] as const),
    ],
    request: sendMailSchema.extend(guildParamsSchema.shape),
    answer: sentMailSchema,
    gives: "The mail's id, and the entry it is",
    says: ["title", "text"],
  },
  listMail: {
    method: "get",
    path: "/v1/guilds/{guild}/mail",
    tag,
    summary: "The mail there is, at most 20",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found", "not-member"],
    request: guildParamsSchema.strict(),
    answer: mailsSchema,
    gives: "The mail, the newest first",
  },
  readMail: {
    method: "put",
    path: "/v1/guilds/{guild}/mail/{mail}/read",
    tag,
    summary: "Say that one has read a mail",
    callers: ["player"],
    effect: "command",
    errors: ["guild-not-found", "not-member", "mail-not-found"],
    request: mailParamsSchema.strict(),
    answer: NOTHING,
    gives: "It is read",
  },
  guildHealth: {
    method: "get",
    path: "/v1/guilds/{guild}/health",
    tag,
    summary:
      "How the guild is doing: who is active, leaving or silent, the best hour, and three suggestions (permission `desk`)",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found", "not-member", "not-permitted"],
    request: guildParamsSchema.strict(),
    answer: guildHealthSchema,
    gives: "Figures and advice",
  },
} as const satisfies Record<string, Operation>;
