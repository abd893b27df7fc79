import type { Platform, Push } from "./push.ts";

/** https://firebase.google.com/docs/cloud-messaging/customize-messages/collapsible-message-types */
const MAX_COLLAPSE_KEYS = 4;
const MAX_NON_COLLAPSIBLE = 100;

export type StoredPushes = Readonly<{
  store(push: Push): void;
  /** Hands over what has not expired at `nowMs`, oldest first, and whether pushes were discarded for their number. */
  release(nowMs: number): Readonly<{ pushes: readonly Push[]; overflowed: boolean }>;
  size(): number;
}>;

/**
 * What FCM keeps for a phone that is offline. Android: the newest push of each of at most four collapse keys (the key
 * stored longest ago gives way; FCM names no rule) and at most 100 without a key: one more, and all are discarded.
 * Other platforms: the newest of each key and the newest 100.
 */
export function storedPushes(platform: Platform): StoredPushes {
  let stored: Push[] = [];
  let overflowed = false;

  function storeAndroid(push: Push): void {
    if (push.collapseKey === null && stored.filter(isSingle).length >= MAX_NON_COLLAPSIBLE) {
      stored = [];
      overflowed = true;
      return;
    }
    stored.push(push);
    const keyed = stored.filter((kept) => !isSingle(kept));
    if (keyed.length > MAX_COLLAPSE_KEYS) stored = stored.filter((kept) => kept !== keyed[0]);
  }

  return {
    store(push) {
      if (push.collapseKey !== null) stored = stored.filter((kept) => kept.collapseKey !== push.collapseKey);
      if (platform === "android") return storeAndroid(push);
      stored = [...stored, push].slice(-MAX_NON_COLLAPSIBLE);
    },
    release(nowMs) {
      const released = { pushes: stored.filter((push) => push.expiresAtMs > nowMs), overflowed };
      stored = [];
      overflowed = false;
      return released;
    },
    size: () => stored.length,
  };
}

function isSingle(push: Push): boolean {
  return push.collapseKey === null;
}
