import type { ErrorRow } from "./error-row.ts";

/** Refusals of guilds: of who comes, who leads, and what ends. */
export const guildErrors = {
  "no-guild": { status: 404, retry: "never", meaning: "The player has no guild; the HTTP part works without one." },
  "no-guild-fits": {
    status: 404,
    retry: "later",
    meaning: "No guild that is open to the player has a free place now; found one, or ask again later.",
  },
  "guild-not-found": { status: 404, retry: "never", meaning: "There is no guild with that id." },
  "member-not-found": {
    status: 404,
    retry: "never",
    meaning: "That player is not a member of this guild, team or circle.",
  },
  "guild-exists": { status: 409, retry: "never", meaning: "A guild with that id exists already." },
  "guild-closed": {
    status: 403,
    retry: "never",
    meaning: "The guild takes nobody by this way; it may by an invitation, or by no way at all.",
  },
  "guild-full": { status: 409, retry: "never", meaning: "The guild has no free place." },
  "already-in-guild": { status: 409, retry: "never", meaning: "The player already belongs to a guild." },
  "level-too-low": { status: 403, retry: "never", meaning: "The player's level is below what is asked." },
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
  "invitations-full": {
    status: 429,
    retry: "later",
    meaning: "The member has made 50 invitations and codes within a day; he may again at `retryAtMs`.",
  },
  "codes-full": { status: 409, retry: "never", meaning: "The guild has 50 codes that can be used; revoke one first." },
  "request-not-found": { status: 404, retry: "never", meaning: "No request of that player waits for an answer." },
  "requests-full": {
    status: 409,
    retry: "never",
    meaning: "The player waits for the answers of 5 guilds already; he must take a request back first.",
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
  "last-leader": { status: 409, retry: "never", meaning: "A guild that has other members must keep a leader." },
  "mail-quota": {
    status: 429,
    retry: "later",
    meaning: "The guild has sent as much mail as it may within 24 hours; try again at `retryAtMs`.",
  },
  "mail-not-found": { status: 404, retry: "never", meaning: "The guild has no mail with that id." },
} as const satisfies Record<string, ErrorRow>;
