/** Of a wait of ours, and of one that FCM asked for: what was refused at the same moment does not come back at the same moment. */
const JITTER = { own: 0.5, asked: 0.25 };

/** How long what failed waits before its next attempt: twice as long each time, up to `longestMs`, and never less than FCM asked for (`afterMs`). */
export const retryWaitMs = (
  tries: number,
  afterMs: number,
  { baseMs, longestMs }: { baseMs: number; longestMs: number },
): number => {
  const own = Math.min(baseMs * 2 ** (tries - 1), longestMs) * (1 + Math.random() * JITTER.own);
  return Math.ceil(Math.max(own, afterMs * (1 + Math.random() * JITTER.asked)));
};
