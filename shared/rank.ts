import * as z from "zod";

export const RANKS = ["leader", "officer", "member", "recruit"] as const;
export const rankSchema = z.enum(RANKS);
export type Rank = z.infer<typeof rankSchema>;

/** What a rank may do. A permission that is not listed for a rank is refused with `not-permitted`. */
export const PERMISSIONS = {
  write: ["leader", "officer", "member", "recruit"],
  announce: ["leader", "officer"],
  slowMode: ["leader", "officer"],
  mentionAll: ["leader", "officer"],
  deleteAny: ["leader", "officer"],
  pin: ["leader", "officer"],
  closeAny: ["leader", "officer"],
} as const satisfies Record<string, readonly Rank[]>;
export type Permission = keyof typeof PERMISSIONS;
