import type { Platform, Push } from "./push.ts";
import { storedPushes } from "./stored-pushes.ts";

/** Android shows at most 50 notifications of an app and drops further ones (NotificationManagerService). */
const MAX_ON_SCREEN = 50;
const MAX_RECEIVED = 200;

export type PhoneKind = "token" | "fid";

/** One notification on the screen. */
export type Shown = Readonly<{
  id: number;
  tag: string | null;
  title: string | null;
  body: string | null;
  image: string | null;
  channelId: string | null;
  data: Readonly<Record<string, string>>;
  shownAtMs: number;
  /** How many pushes this one replaced. */
  replaced: number;
}>;

/** One push that reached the phone. `seq` counts the phone's deliveries from 1. */
export type Delivery = Push &
  Readonly<{ seq: number; deliveredAtMs: number; effect: "shown" | "replaced" | "silent" | "not-shown" }>;

export type PhoneView = Readonly<{
  target: string;
  kind: PhoneKind;
  platform: Platform;
  online: boolean;
  topics: readonly string[];
  screen: readonly Shown[];
  /** The newest 200 deliveries, oldest first. */
  received: readonly Delivery[];
  receivedCount: number;
  silentCount: number;
  /** Pushes that wait at FCM until the phone is online. */
  storedCount: number;
  /** How often the app was told that stored messages had been discarded (onDeletedMessages). */
  deletedMessagesCount: number;
}>;

export type Phone = Readonly<{
  target: string;
  kind: PhoneKind;
  platform: Platform;
  topics: Set<string>;
  /** Delivers at once, stores while offline, or drops what may not be stored. */
  push(push: Push): void;
  setOnline(online: boolean): void;
  /** The user dismisses one notification, or all. False when there is none of that id. */
  dismiss(id?: number): boolean;
  view(): PhoneView;
}>;

export type PhoneOptions = Readonly<{
  target: string;
  kind: PhoneKind;
  platform: Platform;
  now: () => number;
  onDelivery: (delivery: Delivery) => void;
}>;

export function createPhone({ target, kind, platform, now, onDelivery }: PhoneOptions): Phone {
  const topics = new Set<string>();
  const stored = storedPushes(platform);
  let online = true;
  let screen: Shown[] = [];
  let received: Delivery[] = [];
  let seq = 0;
  let silentCount = 0;
  let deletedMessagesCount = 0;

  function receive(push: Push): void {
    seq += 1;
    const deliveredAtMs = now();
    const delivery = { ...push, seq, deliveredAtMs, effect: show(push, deliveredAtMs) };
    received = [...received, delivery].slice(-MAX_RECEIVED);
    onDelivery(delivery);
  }

  function show(push: Push, shownAtMs: number): Delivery["effect"] {
    if (push.silent) {
      silentCount += 1;
      return "silent";
    }
    const old = push.tag === null ? undefined : screen.find((shown) => shown.tag === push.tag);
    if (!old && screen.length >= MAX_ON_SCREEN && platform === "android") return "not-shown";
    const { tag, title, body, image, channelId, data } = push;
    const replaced = old ? old.replaced + 1 : 0;
    const next = { id: seq, tag, title, body, image, channelId, data, shownAtMs, replaced };
    screen = [...screen.filter((shown) => shown !== old), next].slice(-MAX_ON_SCREEN);
    return old ? "replaced" : "shown";
  }

  return {
    target,
    kind,
    platform,
    topics,
    push(push) {
      if (online) receive(push);
      else if (push.expiresAtMs > now()) stored.store(push);
    },
    setOnline(next) {
      if (next === online) return;
      online = next;
      if (!online) return;
      const { pushes, overflowed } = stored.release(now());
      if (overflowed) deletedMessagesCount += 1;
      for (const push of pushes) receive(push);
    },
    dismiss(id) {
      const before = screen.length;
      screen = id === undefined ? [] : screen.filter((shown) => shown.id !== id);
      return id === undefined || screen.length < before;
    },
    view: () => ({
      target,
      kind,
      platform,
      online,
      topics: [...topics],
      screen,
      received,
      receivedCount: seq,
      silentCount,
      storedCount: stored.size(),
      deletedMessagesCount,
    }),
  };
}
