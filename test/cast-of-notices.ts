import { bucketOf } from "../server/redis/bucket.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import type { Preferences } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";

/** All in one bucket, so that a look costs one command. */
export const LEADER = "leader57";
export const PLAYERS = ["ana543", "beto55"] as const;
export const CHANNELS = ["guild:g20", "circle:c239"] as const;
export const BUCKET = bucketOf(CHANNELS[0]);

export const POLICY = pushPolicySchema.parse({ perHour: 3, perDay: 6, digestsPerDay: 2 });

/** A notice that was written, as the test knows it. `to`: whom it is for. */
export type Written = {
  id: string;
  channel: string;
  epoch: number;
  seq: number;
  at: number;
  about: NoticeKind;
  to: readonly string[];
  token: string;
};

/** What is known to be so of a player, and what was so at any time. */
export type Known = {
  preferences: Preferences;
  /** By channel. */
  read: Map<string, number>;
  /** The same, as far as his phones were told. */
  readTold: Map<string, number>;
  member: Set<string>;
  ever: Set<string>;
  place: string;
};
