import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";

/** A token is renewed this long before its end, or half-way through what is left of a short one. */
const LEAD_MS = 60_000;
const LEAST_PAUSE_MS = 1_000;
const RETRY_MS = 5_000;
/** Timers hold no longer than 2^31 ms; looked at again after a day. */
const LONGEST_PAUSE_MS = 86_400_000;

/** Renews the session's token before its end for as long as the line is up. Should that fail to the last, the server closes the line and joining gets a fresh one. */
export const keepTokenFresh = (
  line: Line,
  expiresAtMs: number,
  options: { getToken(fresh: boolean): Promise<string>; clock: Clock },
): { stop(): void } => {
  const { clock, getToken } = options;
  let stopped = false;
  let cancel = (): void => {};
  const schedule = (endMs: number): void => {
    const leftMs = endMs - clock.now();
    const dueInMs = Math.max(LEAST_PAUSE_MS, leftMs - Math.min(LEAD_MS, leftMs / 2));
    cancel =
      dueInMs > LONGEST_PAUSE_MS
        ? clock.after(LONGEST_PAUSE_MS, () => schedule(endMs))
        : clock.after(dueInMs, () => void renew());
  };
  const renew = async (): Promise<void> => {
    try {
      const token = await getToken(true);
      if (stopped) return;
      const { tokenExpiresAtMs } = await line.request("renew", { token });
      if (!stopped) schedule(tokenExpiresAtMs);
    } catch {
      if (!stopped) cancel = clock.after(RETRY_MS, () => void renew());
    }
  };
  schedule(expiresAtMs);
  return {
    stop: () => {
      stopped = true;
      cancel();
    },
  };
};
