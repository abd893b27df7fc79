/** https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas: one Android device, messages a minute. */
export const DEVICE_MESSAGES_PER_MINUTE = 240;
const WINDOW_MS = 60_000;

export type DeviceQuota = Readonly<{
  /** Counts one message. Returns how many seconds to wait when it is one too many. */
  take(target: string): number | undefined;
  clear(): void;
}>;

/** Counts in whole minutes; only the current minute is kept. */
export function deviceQuota(perMinute: number, now: () => number): DeviceQuota {
  const counts = new Map<string, number>();
  let minute = 0;
  return {
    take(target) {
      const nowMs = now();
      const current = Math.floor(nowMs / WINDOW_MS);
      if (current !== minute) counts.clear();
      minute = current;
      const count = (counts.get(target) ?? 0) + 1;
      counts.set(target, count);
      return count > perMinute ? Math.ceil(((current + 1) * WINDOW_MS - nowMs) / 1000) : undefined;
    },
    clear: () => counts.clear(),
  };
}
