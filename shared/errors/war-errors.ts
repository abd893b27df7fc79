import type { ErrorRow } from "./error-row.ts";

/** Refusals of wars between guilds, their modes and line-ups. */
export const warErrors = {
  "no-war": {
    status: 409,
    retry: "never",
    meaning: "The guild has no war, or it is not yet settled who fights in it.",
  },
  "war-mode-not-found": { status: 404, retry: "never", meaning: "There is no mode of war with that id." },
  "war-modes-full": { status: 409, retry: "never", meaning: "The studio has put 50 modes of war; remove one first." },
  "member-out": { status: 409, retry: "never", meaning: "That member is out for wars, so he cannot be picked." },
  "war-locked": {
    status: 409,
    retry: "later",
    meaning: "It is settled who fights in the guild's war; the line-up can be changed again when it is over.",
  },
  "war-not-found": { status: 404, retry: "never", meaning: "There is no war with that id, or it is long over." },
  "battle-not-found": { status: 404, retry: "never", meaning: "No battle of this war has that id." },
  "guild-at-war": { status: 409, retry: "never", meaning: "The guild has a war; it can have one at a time." },
  "opponent-at-war": { status: 409, retry: "never", meaning: "The other guild has a war; it can have one at a time." },
  "opponent-protected": {
    status: 409,
    retry: "later",
    meaning: "The other guild has had a war lately and cannot be challenged before `retryAtMs`.",
  },
  "opponent-busy": {
    status: 409,
    retry: "later",
    meaning: "The other guild has 20 challenges to answer; ask again when some of them are.",
  },
  "opponent-not-found": { status: 404, retry: "never", meaning: "There is no such guild to challenge." },
  "opponent-too-few": {
    status: 409,
    retry: "never",
    meaning:
      "The other guild has fewer members who are ready, were seen lately and joined early enough than this mode asks for.",
  },
  "guild-busy": {
    status: 409,
    retry: "later",
    meaning: "Another war of one of the guilds is just being agreed on; try again in a moment.",
  },
  "too-few-ready": {
    status: 409,
    retry: "never",
    meaning:
      "The guild has fewer members who are ready for wars, were seen lately and joined early enough than this mode asks for; `getLineUp` shows who.",
  },
  "rematch-limit": {
    status: 409,
    retry: "never",
    meaning: "These two guilds have fought each other as often as this mode allows within its time.",
  },
  "already-challenged": {
    status: 409,
    retry: "never",
    meaning:
      "A challenge between these two guilds is open already; answer or withdraw that one (`getGuildWar` lists them).",
  },
  "challenges-full": {
    status: 409,
    retry: "never",
    meaning: "The guild waits for the answers of 5 others already; withdraw a challenge first.",
  },
  "war-mode-disabled": { status: 409, retry: "never", meaning: "No war of this mode can be launched now." },
  "war-not-open": {
    status: 409,
    retry: "never",
    meaning: "The challenge is not open any more: it was answered or withdrawn, or its time is up.",
  },
  "war-begun": { status: 409, retry: "never", meaning: "The war has begun, or is over; it cannot be called off." },
  "war-not-active": { status: 409, retry: "never", meaning: "The war has not begun, or takes no battles any more." },
  "war-phase": { status: 409, retry: "never", meaning: "In the phase it is in, this cannot be done with the war." },
  "not-fighter": { status: 403, retry: "never", meaning: "The player is not among those who fight in this war." },
  "no-attempts": { status: 409, retry: "never", meaning: "The player has fought as many battles as he may." },
  "battle-token": {
    status: 409,
    retry: "never",
    meaning: "The token is unknown, was given to another player, or has been used for a battle.",
  },
  "battle-late": { status: 409, retry: "never", meaning: "The time in which this battle's result is taken is over." },
  "battle-reused": { status: 409, retry: "never", meaning: "Another result was told under this battle's id." },
  "battle-told": { status: 409, retry: "never", meaning: "The battle has a result; void that instead." },
  "target-missing": { status: 422, retry: "never", meaning: "In this mode a battle names its target." },
  "war-seeking": {
    status: 409,
    retry: "later",
    meaning: "The guild looks for an opponent in another mode; it has to stop that first.",
  },
  "opponent-found": {
    status: 409,
    retry: "never",
    meaning: "An opponent is found and the war is being made; it is too late to stop looking.",
  },
} as const satisfies Record<string, ErrorRow>;
