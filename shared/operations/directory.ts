import * as z from "zod";
import {
  changeCircleSchema,
  circleMemberParamsSchema,
  circleParamsSchema,
  circleSchema,
  createCircleSchema,
  joinedCircleSchema,
  quickJoinAnswerSchema,
  quickJoinSchema,
  searchAnswerSchema,
  searchDirectorySchema,
  suggestAnswerSchema,
  suggestGuildsSchema,
} from "../api/directory.ts";
import { putMemberSchema } from "../api/guild.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Directory";
const circles = "Circles";
/** Of names and descriptions. */
const TITLES = ["text-refused", "link-not-allowed", "phrases-only", "read-only"] as const;
const NOTHING = z.strictObject({});

/** Finding guilds and circles, also for players who have none. */
export const DIRECTORY_OPERATIONS = {
  searchDirectory: {
    method: "get",
    path: "/v1/directory",
    tag,
    summary: "Guilds, or circles, that fit every filter given; the most active first, by name in the order of names",
    callers: EVERYBODY,
    effect: "query",
    errors: [],
    request: searchDirectorySchema,
    answer: searchAnswerSchema,
    gives: "A page of them",
  },
  suggestGuilds: {
    method: "get",
    path: "/v1/players/{player}/suggestions",
    tag,
    summary: "Guilds that fit a player, each with the reason why",
    callers: EVERYBODY,
    effect: "query",
    errors: ["player-not-found", "not-permitted"],
    request: suggestGuildsSchema,
    answer: suggestAnswerSchema,
    gives: "The best first; fewer than asked for where there are no more",
  },
  quickJoin: {
    method: "post",
    path: "/v1/players/{player}/quick-join",
    tag,
    summary:
      "Make a player a member of the best open guild that fits him, where a card presents him; where there is none, ask the best that takes requests",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      "player-not-found",
      "player-linked",
      "not-permitted",
      "already-in-guild",
      "no-guild-fits",
      "requests-full",
    ],
    request: quickJoinSchema,
    answer: quickJoinAnswerSchema,
    gives: "The guild, and why it was that one",
  },
  createCircle: {
    method: "post",
    path: "/v1/circles",
    tag: circles,
    summary:
      "Found a circle; the same request again changes nothing. A player founds his own, where the studio allows it",
    callers: EVERYBODY,
    effect: "command",
    errors: ["circle-exists", "player-not-found", "player-linked", "channels-full", "not-permitted", ...TITLES],
    request: createCircleSchema,
    answer: circleSchema,
    gives: "The circle",
    says: ["name", "description"],
  },
  getCircle: {
    method: "get",
    path: "/v1/circles/{circle}",
    tag: circles,
    summary: "A circle as everybody sees it",
    callers: EVERYBODY,
    effect: "query",
    errors: ["channel-not-found"],
    request: circleParamsSchema.strict(),
    answer: circleSchema,
    gives: "The circle",
  },
  changeCircle: {
    method: "patch",
    path: "/v1/circles/{circle}",
    tag: circles,
    summary:
      "Change what a circle shows of itself and asks of who joins; what is left out stays (permission `profile`)",
    callers: EVERYBODY,
    effect: "command",
    errors: ["channel-not-found", "not-member", "not-permitted", ...TITLES],
    request: changeCircleSchema.extend(circleParamsSchema.shape),
    answer: circleSchema,
    gives: "The circle as it is now",
    says: ["name", "description"],
  },
  joinCircle: {
    method: "put",
    path: "/v1/circles/{circle}/members/{player}",
    tag: circles,
    summary:
      "Whoever has the level and the language a circle asks for joins at once; the game's backend brings in anybody",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      ...(["channel-not-found", "player-not-found", "channel-full", "channels-full", "not-permitted"] as const),
      ...(["banned", "level-too-low", "other-language", "player-linked"] as const),
    ],
    request: circleMemberParamsSchema.strict(),
    answer: joinedCircleSchema,
    gives: "The member, and the circle he is in: of a preset the one that had a place",
  },
  leaveCircle: {
    method: "delete",
    path: "/v1/circles/{circle}/members/{player}",
    tag: circles,
    summary: "A member leaves a circle; its leader goes last. To kick somebody: `kickMember`",
    callers: EVERYBODY,
    effect: "command",
    errors: ["channel-not-found", "member-not-found", "last-leader", "not-permitted"],
    request: circleMemberParamsSchema.strict(),
    answer: NOTHING,
    gives: "He is no member any more",
  },
  setCircleRank: {
    method: "put",
    path: "/v1/circles/{circle}/members/{player}/rank",
    tag: circles,
    summary:
      "Give a member of a circle another rank, below one's own (permission `promote`); only the leader makes a leader",
    callers: EVERYBODY,
    effect: "command",
    errors: ["channel-not-found", "member-not-found", "last-leader", "not-member", "not-permitted"],
    request: putMemberSchema.required().extend(circleMemberParamsSchema.shape),
    answer: NOTHING,
    gives: "Done",
  },
} as const satisfies Record<string, Operation>;
