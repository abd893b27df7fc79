import type { ClearPush } from "./compose.ts";

/** What is on no screen any more after this time was seen, or is of no interest. */
const CLEAR_LIFE_MS = 60 * 60 * 1000;
/** FCM takes 4,096 bytes. */
const MOST_TAGS = 25;

/** Take what was read elsewhere off a player's screens. They say nothing themselves. */
export const clearPushes = (tags: readonly string[], now: number): ClearPush[] =>
  Array.from({ length: Math.ceil(tags.length / MOST_TAGS) }, (_, index) => ({
    kind: "clear",
    tags: tags.slice(index * MOST_TAGS, (index + 1) * MOST_TAGS),
    expiresAt: now + CLEAR_LIFE_MS,
  }));
