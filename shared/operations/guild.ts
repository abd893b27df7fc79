import * as z from "zod";
import {
  changeGuildSchema,
  createGuildSchema,
  guildParamsSchema,
  guildSchema,
  memberParamsSchema,
  permissionsSchema,
  putMemberAnswerSchema,
  putMemberSchema,
  removeMemberQuerySchema,
  setPermissionsSchema,
} from "../api/guild.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Guilds";
const NOTHING = z.strictObject({});
/** Of names and mottos. */
const TITLES = ["text-refused", "link-not-allowed", "phrases-only", "read-only"] as const;

/** A guild itself, its members and their ranks. */
export const GUILD_OPERATIONS = {
  createGuild: {
    method: "post",
    path: "/v1/guilds",
    tag,
    summary:
      "Create a guild with its leader; the same request again changes nothing. A player creates his own, where the studio allows it",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-exists", "already-in-guild", "player-not-found", "player-linked", "not-permitted", ...TITLES],
    request: createGuildSchema,
    answer: guildSchema,
    gives: "The guild",
    says: ["name", "tag", "motto"],
  },
  getGuild: {
    method: "get",
    path: "/v1/guilds/{guild}",
    tag,
    summary: "A guild with its members, of one moment",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found"],
    request: guildParamsSchema.strict(),
    answer: guildSchema,
    gives: "The guild",
  },
  changeGuild: {
    method: "patch",
    path: "/v1/guilds/{guild}",
    tag,
    summary: "Change what a guild shows of itself; what is left out stays (permission `profile`)",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted", ...TITLES],
    request: changeGuildSchema.extend(guildParamsSchema.shape),
    answer: guildSchema,
    gives: "The guild as it is now",
    says: ["name", "tag", "motto"],
  },
  putMember: {
    method: "put",
    path: "/v1/guilds/{guild}/members/{player}",
    tag,
    summary: "Make a player a member, or give a member another rank; a new leader takes the old one's place",
    callers: ["backend"],
    effect: "command",
    errors: [
      ...(["guild-not-found", "player-not-found", "player-linked", "guild-full", "already-in-guild"] as const),
      ...(["banned", "last-leader"] as const),
    ],
    request: putMemberSchema.extend(memberParamsSchema.shape),
    answer: putMemberAnswerSchema,
    gives: "The member",
  },
  setRank: {
    method: "put",
    path: "/v1/guilds/{guild}/members/{player}/rank",
    tag,
    summary:
      "Give a member another rank, below one's own (permission `promote`). Only the leader makes a leader, who takes his place",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "member-not-found", "last-leader", "not-member", "not-permitted"],
    request: putMemberSchema.required().extend(memberParamsSchema.shape),
    answer: NOTHING,
    gives: "Done",
  },
  removeMember: {
    method: "delete",
    path: "/v1/guilds/{guild}/members/{player}",
    tag,
    summary:
      "A member leaves, or is kicked by whoever outranks him (permission `kick`), who says why. A player who names another kicks him, whatever `how` is",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "member-not-found", "last-leader", "not-member", "not-permitted"],
    request: removeMemberQuerySchema.extend(memberParamsSchema.shape),
    answer: NOTHING,
    gives: "He is no member any more",
  },
  getPermissions: {
    method: "get",
    path: "/v1/guilds/{guild}/permissions",
    tag,
    summary: "Which ranks may do what in this guild",
    callers: EVERYBODY,
    effect: "query",
    errors: ["guild-not-found"],
    request: guildParamsSchema.strict(),
    answer: permissionsSchema,
    gives: "Each permission with the ranks that have it",
  },
  setPermissions: {
    method: "put",
    path: "/v1/guilds/{guild}/permissions",
    tag,
    summary: "Settle which ranks may do what; what is left out stays. For the leader, who always may all of it",
    callers: EVERYBODY,
    effect: "command",
    errors: ["guild-not-found", "not-member", "not-permitted"],
    request: setPermissionsSchema.extend(guildParamsSchema.shape),
    answer: permissionsSchema,
    gives: "All permissions as they are now",
  },
} as const satisfies Record<string, Operation>;
