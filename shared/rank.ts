import * as z from "zod";

/** From the highest to the lowest. */
export const RANKS = ["leader", "officer", "member", "recruit"] as const;
export const rankSchema = z.enum(RANKS);
export type Rank = z.infer<typeof rankSchema>;

/** Whoever acts upon another member (kicks, mutes, promotes him) must outrank him. */
export const outranks = (rank: Rank, other: Rank): boolean => RANKS.indexOf(rank) < RANKS.indexOf(other);

/**
 * What ranks may do where a guild has not settled it otherwise; what is not listed for a rank is refused with `not-permitted`. It is checked when the command acts.
 * A leader may all of it, always.
 */
export const PERMISSIONS = {
  /** To write what is pushed to all who are away. */
  announce: ["leader", "officer"],
  mentionAll: ["leader", "officer"],
  pin: ["leader", "officer"],
  deleteAny: ["leader", "officer"],
  closeAny: ["leader", "officer"],
  slowMode: ["leader", "officer"],
  /** To set rules of the channel that are stricter than the studio's floor. */
  rules: ["leader", "officer"],
  invite: ["leader", "officer", "member"],
  /** To answer who asks to be let in. */
  answer: ["leader", "officer"],
  /** To give ranks below one's own. */
  promote: ["leader", "officer"],
  kick: ["leader", "officer"],
  ban: ["leader", "officer"],
  mute: ["leader", "officer"],
  /** To decide about what was held back or reported. */
  review: ["leader", "officer"],
  /** To change name, tag, motto and how one joins. */
  profile: ["leader"],
  mail: ["leader"],
  desk: ["leader", "officer"],
  /** To spend from the guild's book, and drop gifts from it. */
  spend: ["leader"],
  launchWar: ["leader", "officer"],
} as const satisfies Record<string, readonly Rank[]>;
export type Permission = keyof typeof PERMISSIONS;
export const isPermission = (name: string): name is Permission => Object.hasOwn(PERMISSIONS, name);
export const permissionSchema = z.enum(Object.keys(PERMISSIONS).filter(isPermission));
