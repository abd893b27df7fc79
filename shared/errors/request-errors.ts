import type { ErrorRow } from "./error-row.ts";

/** What may be wrong with any request, whatever it asks for. */
export const requestErrors = {
  "bad-request": {
    status: 400,
    retry: "never",
    meaning: "The request does not have the documented form; `details` says where.",
  },
  "api-key-invalid": { status: 401, retry: "never", meaning: "The X-Api-Key header is missing or holds no valid key." },
  "token-invalid": {
    status: 401,
    retry: "renew",
    meaning: "The player's token is missing, malformed, or not signed for this server.",
  },
  "token-expired": {
    status: 401,
    retry: "renew",
    meaning: "The player's token has expired; get a new one from the game's backend.",
  },
  "player-linked": {
    status: 410,
    retry: "renew",
    meaning: "This guest goes on as an account, which `details` names; get a token of that one.",
  },
  "link-under-way": {
    status: 409,
    retry: "later",
    meaning: "One of the two players is being linked to another one at this moment.",
  },
  "not-permitted": { status: 403, retry: "never", meaning: "The player's rank does not allow this." },
  "key-reused": {
    status: 409,
    retry: "never",
    meaning: "That key or nonce was used before, for something else; nothing was done.",
  },
  "broadcast-not-found": {
    status: 404,
    retry: "never",
    meaning: "There is no broadcast with that id; those that are over are forgotten after 30 days.",
  },
  "broadcasts-full": {
    status: 409,
    retry: "later",
    meaning: "100 broadcasts are waiting or running; let one end, or cancel one.",
  },
  "route-not-found": { status: 404, retry: "never", meaning: "There is no such route." },
  "player-not-found": {
    status: 404,
    retry: "never",
    meaning:
      "There is no player with that id: he is known from his first token on, or since the backend gave him a name (`changePlayer`).",
  },
  "preferences-full": {
    status: 409,
    retry: "never",
    meaning: "Preferences set at most 200 channels apart; make some as any other first.",
  },
  "device-not-found": { status: 404, retry: "never", meaning: "The player has no device with that id." },
  "letter-not-found": {
    status: 404,
    retry: "never",
    meaning: "There is no dead letter with that id; it was taken meanwhile, or is too old.",
  },
  "batch-not-found": {
    status: 404,
    retry: "never",
    meaning: "The webhook is not at that batch: it was taken meanwhile, or never sent.",
  },
  "cursor-expired": {
    status: 410,
    retry: "never",
    meaning: "Events after the cursor are gone; `details` names the cursor from which on all are kept.",
  },
  "cursor-unknown": {
    status: 409,
    retry: "never",
    meaning:
      "The feed has not come as far as the cursor, so it is another feed's; `details` names the cursor from which on all are kept, and that of the last event.",
  },
  "payload-too-large": { status: 413, retry: "never", meaning: "The body is larger than 64 KB." },
  "upgrade-required": {
    status: 426,
    retry: "never",
    meaning: "This client is too old for the server; update the game.",
  },
  "outcome-unknown": {
    status: 503,
    retry: "same-nonce",
    meaning: "The command may or may not have been done; ask again under the same nonce.",
  },
  "webhook-failed": { status: 502, retry: "later", meaning: "The studio's webhook did not take it, or there is none." },
  unavailable: { status: 503, retry: "later", meaning: "The service cannot answer right now." },
  internal: { status: 500, retry: "same-nonce", meaning: "The server made a mistake; it has been logged." },
} as const satisfies Record<string, ErrorRow>;
