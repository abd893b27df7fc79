import type { ErrorRow } from "./error-row.ts";

/** Refusals of teams. */
export const teamErrors = {
  "already-in-team": { status: 409, retry: "never", meaning: "The player is a member of this team." },
  "not-invited": {
    status: 403,
    retry: "never",
    meaning: "The player is not invited into this team, or not any more, and it is not open to him.",
  },
  "teams-full": {
    status: 409,
    retry: "never",
    meaning: "The player is in 10 teams already; he must leave one first.",
  },
  "team-ended": { status: 410, retry: "never", meaning: "The team has ended." },
  "check-running": {
    status: 409,
    retry: "later",
    meaning: "Another readiness check runs; it is over at `retryAtMs` at the latest.",
  },
  "check-over": {
    status: 409,
    retry: "never",
    meaning: "That readiness check is over, or did not ask this player, who came later.",
  },
  listener: {
    status: 403,
    retry: "never",
    meaning: "The player listens in this party; he asks to speak by `askToSpeak`, and the host lets him.",
  },
  "no-party": { status: 409, retry: "never", meaning: "The team is no party." },
  "parties-full": {
    status: 409,
    retry: "never",
    meaning: "The guild or circle has 30 parties, or the player hosts 2 of them.",
  },
  "voice-off": { status: 409, retry: "never", meaning: "There is no server for voice." },
} as const satisfies Record<string, ErrorRow>;
