import type { Localised } from "./card.ts";

/**
 * Every refusal Gremio utters, once. `retry` tells a program what to do:
 * `never` the same request will be refused again; `later` try again (after `retryAtMs` where given);
 * `same-nonce` the outcome is unknown, ask again under the same nonce or key; `renew` get a fresh token first.
 */
export type Retry = "never" | "later" | "same-nonce" | "renew";

type ErrorRow = { readonly status: number; readonly retry: Retry; readonly meaning: string };

export const ERRORS = {
  "bad-request": {
    status: 400,
    retry: "never",
    meaning: "The request does not have the documented form; `details` says where.",
  },
  "text-empty": { status: 400, retry: "never", meaning: "A message needs at least one visible character." },
  "text-too-long": { status: 400, retry: "never", meaning: "The text is longer than 500 characters." },
  "text-refused": {
    status: 400,
    retry: "never",
    meaning: "The text says what may not be said there; nobody reads it.",
  },
  "text-not-allowed": {
    status: 400,
    retry: "never",
    meaning: "The text holds control characters or marks that turn the direction of reading.",
  },
  "template-unknown": { status: 400, retry: "never", meaning: "There is no template with that id." },
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
  "not-permitted": { status: 403, retry: "never", meaning: "The player's rank does not allow this." },
  "not-member": { status: 403, retry: "never", meaning: "The player is not a member of this channel." },
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
  "level-too-low": { status: 403, retry: "never", meaning: "The player's level is below what is asked." },
  "other-language": { status: 403, retry: "never", meaning: "The circle is for players of another language." },
  "pack-not-owned": { status: 403, retry: "never", meaning: "The player does not own that pack of stickers." },
  "no-guild": { status: 404, retry: "never", meaning: "The player has no guild; the HTTP part works without one." },
  "no-guild-fits": {
    status: 404,
    retry: "later",
    meaning: "No guild that is open to the player has a free place now; found one, or ask again later.",
  },
  "player-linked": {
    status: 410,
    retry: "renew",
    meaning: "This guest goes on as an account, which `details` names; get a token of that one.",
  },
  "route-not-found": { status: 404, retry: "never", meaning: "There is no such route." },
  "guild-not-found": { status: 404, retry: "never", meaning: "There is no guild with that id." },
  "channel-not-found": { status: 404, retry: "never", meaning: "There is no channel with that id." },
  "player-not-found": { status: 404, retry: "never", meaning: "There is no player with that id." },
  "member-not-found": { status: 404, retry: "never", meaning: "That player is not a member of this guild." },
  "device-not-found": { status: 404, retry: "never", meaning: "The player has no device with that id." },
  "entry-not-found": {
    status: 404,
    retry: "never",
    meaning: "There is no such entry in this channel, or it was deleted, or this cannot be done with its kind.",
  },
  "letter-not-found": {
    status: 404,
    retry: "never",
    meaning: "There is no dead letter with that id; it was taken meanwhile, or is too old.",
  },
  "phrase-unknown": { status: 404, retry: "never", meaning: "There is no quick phrase with that id." },
  "card-not-found": { status: 404, retry: "never", meaning: "There is no card at that seq, or it was deleted." },
  "action-unknown": { status: 404, retry: "never", meaning: "The card has no such action." },
  "card-closed": { status: 409, retry: "never", meaning: "The card is closed, or its time is over." },
  "card-full": { status: 409, retry: "never", meaning: "As many have done this as may." },
  "already-acted": {
    status: 409,
    retry: "never",
    meaning: "The player has done this, or set this, and it can be neither changed nor taken back.",
  },
  "guild-exists": { status: 409, retry: "never", meaning: "A guild with that id exists already." },
  "circle-exists": { status: 409, retry: "never", meaning: "A circle with that id exists already." },
  "guild-closed": {
    status: 403,
    retry: "never",
    meaning: "The guild takes nobody by this way; it may by an invitation, or by no way at all.",
  },
  cooldown: {
    status: 403,
    retry: "later",
    meaning: "The player left this guild, or was removed, and may join it again at `retryAtMs`.",
  },
  "invitation-invalid": {
    status: 404,
    retry: "never",
    meaning: "The code is unknown, withdrawn, over or used up, or who made it may not invite any more.",
  },
  "request-not-found": { status: 404, retry: "never", meaning: "No request of that player waits for an answer." },
  "requests-full": {
    status: 409,
    retry: "never",
    meaning: "The player waits for the answers of 5 guilds already; he must take a request back first.",
  },
  "invitations-full": {
    status: 429,
    retry: "later",
    meaning: "The member has made 50 invitations and codes within a day; he may again at `retryAtMs`.",
  },
  "codes-full": { status: 409, retry: "never", meaning: "The guild has 50 codes that can be used; revoke one first." },
  "bans-full": {
    status: 409,
    retry: "never",
    meaning: "The guild or channel has banned 1000 players; lift a ban first.",
  },
  "already-in-guild": { status: 409, retry: "never", meaning: "The player already belongs to a guild." },
  "guild-full": { status: 409, retry: "never", meaning: "The guild has no free place." },
  "channel-full": { status: 409, retry: "never", meaning: "The channel has no free place." },
  "channels-full": {
    status: 409,
    retry: "never",
    meaning: "The player is in 50 channels already; he must leave one first.",
  },
  "guild-reserved": {
    status: 409,
    retry: "never",
    meaning: "The guild is reserved for a war and cannot be disbanded until that is over.",
  },
  "leader-present": {
    status: 409,
    retry: "later",
    meaning: "The leader has been seen lately; he can be succeeded at `retryAtMs`, if he stays away.",
  },
  "not-successor": {
    status: 403,
    retry: "never",
    meaning: "Another active member, of higher rank or longer in the guild, comes first.",
  },
  "mail-quota": {
    status: 429,
    retry: "later",
    meaning: "The guild has sent as much mail as it may within 24 hours; try again at `retryAtMs`.",
  },
  "mail-not-found": { status: 404, retry: "never", meaning: "The guild has no mail with that id." },
  "last-leader": { status: 409, retry: "never", meaning: "A guild that has other members must keep a leader." },
  "points-insufficient": {
    status: 409,
    retry: "never",
    meaning: "The book does not hold that many points; nothing was moved.",
  },
  "key-reused": {
    status: 409,
    retry: "never",
    meaning: "That key or nonce was used before, for something else; nothing was done.",
  },
  "movement-not-found": {
    status: 404,
    retry: "never",
    meaning:
      "The book has no movement with that key, or has forgotten it (after 90 days at least), or it is itself a reversal or part of a transfer.",
  },
  "key-too-old": {
    status: 409,
    retry: "never",
    meaning: "The movement arose more than 90 days ago: whether its key was used before is not known any more.",
  },
  "reward-not-found": { status: 404, retry: "never", meaning: "The catalogue has no item with that id." },
  "reward-closed": {
    status: 409,
    retry: "later",
    meaning: "The item is not on sale: not yet (from `retryAtMs`), or, where that is not given, not any more.",
  },
  "reward-changed": { status: 409, retry: "never", meaning: "The item costs something else now; show it again." },
  "reward-sold-out": { status: 409, retry: "later", meaning: "All of that item are sold." },
  "reward-limit": { status: 409, retry: "never", meaning: "As many of that item have been bought as may." },
  "rewards-full": { status: 409, retry: "never", meaning: "The catalogue holds 500 items; remove one first." },
  "order-not-found": { status: 404, retry: "never", meaning: "There is no order with that id." },
  "gift-not-found": { status: 404, retry: "never", meaning: "The guild has no gift with that id." },
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
  "phrases-full": {
    status: 409,
    retry: "never",
    meaning: "The studio has 500 quick phrases; remove one first.",
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
  "season-not-found": { status: 404, retry: "never", meaning: "There is no season with that id, or none is running." },
  "season-overlaps": {
    status: 409,
    retry: "never",
    meaning: "Another season is planned or running at that time; only one runs at a time.",
  },
  "season-settled": {
    status: 409,
    retry: "never",
    meaning: "The season has begun, and its beginning stays; or it is over, and nothing of it can be changed.",
  },
  "payload-too-large": { status: 413, retry: "never", meaning: "The body is larger than 64 KB." },
  "upgrade-required": {
    status: 426,
    retry: "never",
    meaning: "This client is too old for the server; update the game.",
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
  "rate-limited": { status: 429, retry: "later", meaning: "Too many messages; try again at `retryAtMs`." },
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
  "outcome-unknown": {
    status: 503,
    retry: "same-nonce",
    meaning: "The command may or may not have been done; ask again under the same nonce.",
  },
  "webhook-failed": { status: 502, retry: "later", meaning: "The studio's webhook did not take it, or there is none." },
  unavailable: { status: 503, retry: "later", meaning: "The service cannot answer right now." },
  internal: { status: 500, retry: "same-nonce", meaning: "The server made a mistake; it has been logged." },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === "string" && Object.hasOwn(ERRORS, value);

/** What a refusal looks like on every way out: HTTP bodies (`{"error": Refusal}`) and rejected requests. */
export type Refusal = {
  code: ErrorCode;
  message: string;
  retry: Retry;
  retryAtMs?: number;
  details?: string[];
  /** What the studio tells its players. */
  text?: Localised;
};

/** A refusal on its way to the caller. Thrown where a command is refused; anything else that is thrown is a bug and becomes `internal`. */
export class GremioError extends Error {
  readonly code: ErrorCode;
  readonly retryAtMs: number | undefined;
  readonly details: string[] | undefined;
  readonly text: Localised | undefined;

  constructor(
    code: ErrorCode,
    options: {
      retryAtMs?: number | undefined;
      details?: string[] | undefined;
      text?: Localised | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(ERRORS[code].meaning, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GremioError";
    this.code = code;
    this.retryAtMs = options.retryAtMs;
    this.details = options.details;
    this.text = options.text;
  }

  toRefusal(): Refusal {
    const row = ERRORS[this.code];
    return {
      code: this.code,
      message: row.meaning,
      retry: row.retry,
      ...(this.retryAtMs === undefined ? {} : { retryAtMs: this.retryAtMs }),
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.text === undefined ? {} : { text: this.text }),
    };
  }
}
