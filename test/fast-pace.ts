import type { Pace } from "../server/notifier/pace.ts";

/** Beats faster than in production, so that what waits for a dead process is seen soon. */
export const FAST = {
  lookMs: 300,
  abandonedMs: 800,
  claimMs: 800,
  lockMs: 1_000,
  retryBaseMs: 50,
  mendedMs: 300,
  // Each notice is a push of its own; bursts have tests of theirs.
  gapsMs: { important: [], urgent: [] },
  closeMs: 2_000,
} satisfies Partial<Pace>;
