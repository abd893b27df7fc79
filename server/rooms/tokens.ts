/** A bucket of tokens: so many at once, then so many a second. Each call takes one and says whether there was one. */
export const makeTokens = (burst: number, perSecond: number, now: () => number = Date.now): (() => boolean) => {
  let tokens = burst;
  let at = now();
  return () => {
    const nowMs = now();
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - at) / 1000) * perSecond);
    at = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
