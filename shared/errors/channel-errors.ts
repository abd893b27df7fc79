import type { ErrorRow } from "./error-row.ts";

/** Refusals in channels: of what is written, and of those who write. */
export const channelErrors = {
  "text-empty": { status: 400, retry: "never", meaning: "A message needs at least one visible character." },
  "text-too-long": { status: 400, retry: "never", meaning: "The text is longer than 500 characters." },
  "text-not-allowed": {
    status: 400,
    retry: "never",
    meaning: "The text holds control characters or marks that turn the direction of reading.",
  },
  "template-unknown": { status: 400, retry: "never", meaning: "There is no template with that id." },
  "pack-not-owned": { status: 403, retry: "never", meaning: "The player does not own that pack of stickers." },
  "phrase-unknown": { status: 404, retry: "never", meaning: "There is no quick phrase with that id." },
  "phrases-full": {
    status: 409,
    retry: "never",
    meaning: "The studio has 500 quick phrases; remove one first.",
  },
  "not-member": { status: 403, retry: "never", meaning: "The player is not a member of this channel." },
  "channel-not-found": { status: 404, retry: "never", meaning: "There is no channel with that id." },
  "channel-full": { status: 409, retry: "never", meaning: "The channel has no free place." },
  "channels-full": {
    status: 409,
    retry: "never",
    meaning: "The player is in 50 channels already; he must leave one first.",
  },
  "circle-exists": { status: 409, retry: "never", meaning: "A circle with that id exists already." },
  "other-language": { status: 403, retry: "never", meaning: "The circle is for players of another language." },
  "entry-not-found": {
    status: 404,
    retry: "never",
    meaning: "There is no such entry in this channel, or it was deleted, or this cannot be done with its kind.",
  },
  "edit-too-late": {
    status: 409,
    retry: "never",
    meaning: "A message can be edited for 15 minutes after it was written.",
  },
  "pins-full": { status: 409, retry: "never", meaning: "A channel holds at most 10 pins; take one off first." },
  "reactions-full": {
    status: 409,
    retry: "never",
    meaning: "The entry has 20 different reactions, or 5 of this player's; take one off first.",
  },
  "card-not-found": { status: 404, retry: "never", meaning: "There is no card at that seq, or it was deleted." },
  "action-unknown": { status: 404, retry: "never", meaning: "The card has no such action." },
  "card-closed": { status: 409, retry: "never", meaning: "The card is closed, or its time is over." },
  "card-full": { status: 409, retry: "never", meaning: "As many have done this as may." },
  "already-acted": {
    status: 409,
    retry: "never",
    meaning: "The player has done this, or set this, and it can be neither changed nor taken back.",
  },
  "rate-limited": {
    status: 429,
    retry: "later",
    meaning: "Too many messages, or other things of this kind, within a time; try again at `retryAtMs`.",
  },
  "slow-mode": {
    status: 429,
    retry: "later",
    meaning: "Members of this channel wait between two messages; try again at `retryAtMs`.",
  },
  "channel-busy": {
    status: 429,
    retry: "later",
    meaning: "More is said in this channel than it may hold; try again at `retryAtMs`.",
  },
  "too-similar": {
    status: 429,
    retry: "later",
    meaning: "The same has been said too often; say something else, or the same again at `retryAtMs`.",
  },
} as const satisfies Record<string, ErrorRow>;
