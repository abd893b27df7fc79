import type { CommandName } from "../shared/commands.ts";
import type { OperationName } from "../shared/operations.ts";
import type { Permission } from "../shared/rank.ts";
import { nonce } from "./a-room.ts";

/**
 * What an act is about: a recruit of the guild or the circle, a message of a recruit, a case about it, a card, a gift; a guild to challenge, challenges of the guild and of
 * others that were not answered, a war that has not begun.
 */
export type About = { player: string; fellow: string; seq: number; report: string; card: number; gift: string } & {
  rival: string;
  asked: string;
  incoming: string;
  agreed: string;
};

/**
 * What is asked, and which permission it takes (`leader`: he alone may). Each `n` is new. `spends`: what is another one when it was done. `upon`: it is done to a recruit,
 * whom one must outrank. `circle`: in a circle, whose permissions nobody changes.
 */
export type Act<N extends string> = {
  name: N;
  permission: Permission | "leader";
  request: (about: About, n: number) => object;
  spends?: keyof About;
  upon?: true;
  circle?: true;
};

export const G1 = "guild:g1";
export const C1 = "circle:c1";
export const C2 = "circle:c2";
export const why = { reason: "spam" };
const later = () => Date.now() + 3_600_000;

export const OPERATION_ACTS: readonly Act<OperationName>[] = [
  { name: "changeGuild", permission: "profile", request: (_, n) => ({ guild: "g1", name: `Guild ${n}` }) },
  {
    ...{ name: "setRank", permission: "promote", upon: true, spends: "player" },
    request: ({ player }) => ({ guild: "g1", player, rank: "member" }),
  },
  {
    ...{ name: "muteMember", permission: "mute", upon: true },
    request: ({ player }) => ({ channel: G1, player, until: later(), ...why }),
  },
  {
    ...{ name: "unmuteMember", permission: "mute", upon: true },
    request: ({ player }) => ({ channel: G1, player }),
  },
  {
    ...{ name: "deleteAllBy", permission: "deleteAny", upon: true },
    request: ({ player }, n) => ({ channel: G1, player, nonce: nonce(n), ...why }),
  },
  { name: "listChannelBans", permission: "ban", request: () => ({ channel: G1 }) },
  {
    ...{ name: "setRules", permission: "rules" },
    request: (_, n) => ({ channel: G1, minLevel: 0, links: n % 2 === 0 ? "all" : "members" }),
  },
  { name: "listReports", permission: "review", request: () => ({ channel: G1 }) },
  { name: "getReport", permission: "review", request: ({ report }) => ({ report }) },
  {
    ...{ name: "decideReport", permission: "review", spends: "report" },
    request: ({ report }) => ({ report, outcome: "dismissed" }),
  },
  { name: "getAudit", permission: "review", request: () => ({ channel: G1 }) },
  {
    ...{ name: "removeMember", permission: "kick", upon: true, spends: "player" },
    request: ({ player }) => ({ guild: "g1", player, ...why }),
  },
  { name: "listRequests", permission: "answer", request: () => ({ guild: "g1" }) },
  {
    ...{ name: "answerRequest", permission: "answer" },
    request: ({ player }) => ({ guild: "g1", player, accept: true }),
  },
  { name: "invitePlayer", permission: "invite", request: () => ({ guild: "g1", player: "nobody" }) },
  { name: "createCode", permission: "invite", request: (_, n) => ({ guild: "g1", nonce: nonce(n) }) },
  { name: "listCodes", permission: "invite", request: () => ({ guild: "g1" }) },
  { name: "revokeCode", permission: "invite", request: () => ({ guild: "g1", code: "3333344444" }) },
  {
    ...{ name: "banFromGuild", permission: "ban", upon: true, spends: "player" },
    request: ({ player }) => ({ guild: "g1", player, ...why }),
  },
  { name: "unbanFromGuild", permission: "ban", request: ({ player }) => ({ guild: "g1", player }) },
  {
    ...{ name: "getLineUp", permission: "launchWar" },
    request: (_, n) => ({ guild: "g1", mode: n % 2 === 0 ? "classic" : "blitz" }),
  },
  { name: "pickLineUp", permission: "launchWar", request: () => ({ guild: "g1", players: ["leader"] }) },
  { name: "setWarHours", permission: "launchWar", request: (_, n) => ({ guild: "g1", hour: n % 24 }) },
  { name: "seekWar", permission: "launchWar", request: (_, n) => ({ guild: "g1", nonce: nonce(n), mode: "blitz" }) },
  { name: "stopSeeking", permission: "launchWar", request: () => ({ guild: "g1" }) },
  {
    ...{ name: "challengeGuild", permission: "launchWar", spends: "rival" },
    request: ({ rival }, n) => ({ guild: "g1", opponent: rival, mode: "blitz", nonce: nonce(n) }),
  },
  {
    ...{ name: "withdrawChallenge", permission: "launchWar", spends: "asked" },
    request: ({ asked }) => ({ war: asked }),
  },
  {
    ...{ name: "answerChallenge", permission: "launchWar", spends: "incoming" },
    request: ({ incoming }) => ({ war: incoming, accept: false }),
  },
  {
    ...{ name: "callOffWar", permission: "launchWar" },
    request: ({ agreed }, n) => ({ war: agreed, guild: "g1", on: n % 2 === 0 }),
  },
  {
    ...{ name: "setPermissions", permission: "leader" },
    request: (_, n) => ({ guild: "g1", permissions: { launchWar: n % 2 === 0 ? ["officer"] : ["member"] } }),
  },
  {
    ...{ name: "sendMail", permission: "mail" },
    request: (_, n) => ({ guild: "g1", nonce: nonce(n), title: `Título ${n}`, text: "hola" }),
  },
  { name: "guildHealth", permission: "desk", request: () => ({ guild: "g1" }) },
  {
    ...{ name: "purchase", permission: "spend" },
    request: (_, n) => ({ reward: "banner", guild: "g1", key: `buy-${n}` }),
  },
  {
    ...{ name: "dropGift", permission: "spend" },
    request: (_, n) => ({ guild: "g1", key: `gift-${n}`, points: 1, shares: 1 }),
  },
  { name: "endGift", permission: "spend", request: ({ gift }) => ({ guild: "g1", gift }) },
  {
    ...{ name: "changeCircle", permission: "profile", circle: true },
    request: (_, n) => ({ circle: "c1", description: `Pesca ${n}` }),
  },
  {
    ...{ name: "setCircleRank", permission: "promote", circle: true, upon: true },
    request: ({ fellow }) => ({ circle: "c1", player: fellow, rank: "recruit" }),
  },
  {
    ...{ name: "kickMember", permission: "kick", circle: true, upon: true, spends: "fellow" },
    request: ({ fellow }) => ({ channel: C1, player: fellow, ...why }),
  },
  {
    ...{ name: "banFromChannel", permission: "ban", circle: true, upon: true, spends: "fellow" },
    request: ({ fellow }) => ({ channel: C1, player: fellow, ...why }),
  },
  {
    ...{ name: "unbanFromChannel", permission: "ban", circle: true },
    request: ({ fellow }) => ({ channel: C1, player: fellow }),
  },
  { name: "disbandGuild", permission: "leader", request: () => ({ guild: "g1" }) },
  { name: "keepGuild", permission: "leader", request: () => ({ guild: "g1" }) },
];

/** With the route by which the backend does the same. */
export type CommandAct = Act<CommandName> & {
  byKey: (about: About, n: number) => [method: string, path: string, body?: object];
};
const AT = `/v1/channels/${G1}`;
export const COMMAND_ACTS: readonly CommandAct[] = [
  {
    ...{ name: "announce", permission: "announce" },
    request: (_, n) => ({ nonce: nonce(n), text: `guerra ${n}` }),
    byKey: (_, n) => ["POST", `${AT}/messages`, { nonce: nonce(n), text: "¡guerra!", importance: "high" }],
  },
  {
    ...{ name: "send", permission: "mentionAll" },
    request: (_, n) => ({ nonce: nonce(n), text: `a todos ${n}`, mentions: { groups: ["all"] } }),
    byKey: (_, n) => ["POST", `${AT}/messages`, { nonce: nonce(n), text: "a todos", importance: "high" }],
  },
  {
    ...{ name: "send", permission: "mentionAll" },
    request: (_, n) => ({ nonce: nonce(n), text: `a quien esté ${n}`, mentions: { groups: ["online"] } }),
    byKey: (_, n) => ["POST", `${AT}/messages`, { nonce: nonce(n), text: "a quien esté" }],
  },
  {
    ...{ name: "pin", permission: "pin" },
    request: ({ card }, n) => ({ nonce: nonce(n), seq: card, on: true }),
    byKey: ({ card }) => ["PUT", `${AT}/pins/${card}`],
  },
  {
    ...{ name: "pin", permission: "pin" },
    request: ({ card }, n) => ({ nonce: nonce(n), seq: card, on: n % 2 === 0 }),
    byKey: ({ card }) => ["DELETE", `${AT}/pins/${card}`],
  },
  {
    ...{ name: "delete", permission: "deleteAny", upon: true, spends: "seq" },
    request: ({ seq }, n) => ({ nonce: nonce(n), seq }),
    byKey: ({ seq }) => ["DELETE", `${AT}/messages/${seq}`],
  },
  {
    ...{ name: "close", permission: "closeAny" },
    request: ({ card }) => ({ seq: card }),
    byKey: ({ card }) => ["PATCH", `${AT}/cards/${card}`, { closed: true }],
  },
  {
    ...{ name: "slowMode", permission: "slowMode" },
    request: () => ({ slowModeMs: 0 }),
    byKey: () => ["PUT", `${AT}/slow-mode`, { slowModeMs: 0 }],
  },
];
