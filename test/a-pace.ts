import type { Pace } from "../server/channel/pace.ts";

/** A pace that limits nothing but what is named. */
export const aPace = (limits: Partial<Pace>): Pace => ({
  sender: { burst: 0, perSecond: 1 },
  channel: { burst: 0, perSecond: 1 },
  reservePercent: 0,
  slowMs: 0,
  similar: { most: 0, windowMs: 60_000 },
  short: { most: 0, windowMs: 60_000 },
  raid: { most: 0, windowMs: 60_000 },
  timeout: { firstMs: 0, longestMs: 0 },
  ...limits,
});
