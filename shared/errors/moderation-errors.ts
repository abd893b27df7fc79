import type { ErrorRow } from "./error-row.ts";

/** Refusals that moderation and its rules are the reason of. */
export const moderationErrors = {
  "text-refused": {
    status: 400,
    retry: "never",
    meaning: "The text says what may not be said there; nobody reads it.",
  },
  "link-not-allowed": {
    status: 403,
    retry: "never",
    meaning: "The channel's rules do not let a member of this rank write links, or invitations.",
  },
  "phrases-only": {
    status: 403,
    retry: "never",
    meaning:
      "The player may only say quick phrases, send stickers and react here, until `retryAtMs` where given; `text` may say why.",
  },
  "read-only": {
    status: 403,
    retry: "never",
    meaning: "The player may not write here, until `retryAtMs` where given; `text` may say why.",
  },
  held: {
    status: 202,
    retry: "never",
    meaning: "The message waits for somebody to look at it, and is written once it is approved.",
  },
  banned: {
    status: 403,
    retry: "never",
    meaning: "The player may not come in: until `retryAtMs` or, where that is not given, until the ban is lifted.",
  },
  muted: {
    status: 403,
    retry: "later",
    meaning: "The player may not write until `retryAtMs` or, where that is not given, until the mute is lifted.",
  },
  "timed-out": {
    status: 403,
    retry: "later",
    meaning: "The player kept on after being told to wait and may not write until `retryAtMs`.",
  },
  "bans-full": {
    status: 409,
    retry: "never",
    meaning: "The guild or channel has banned 1000 players; lift a ban first.",
  },
  "report-not-found": { status: 404, retry: "never", meaning: "There is no report with that id." },
  "already-decided": {
    status: 409,
    retry: "never",
    meaning: "Somebody else has decided about this, or is just doing so.",
  },
  "blocks-full": {
    status: 409,
    retry: "never",
    meaning: "The player has blocked 500 others; unblock one first.",
  },
} as const satisfies Record<string, ErrorRow>;
