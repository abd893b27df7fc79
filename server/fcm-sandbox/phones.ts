import type { Target } from "./check-message.ts";
import { createPhone, type Delivery, type Phone, type PhoneKind } from "./phone.ts";
import type { Platform } from "./push.ts";
import { topicCondition } from "./topic-condition.ts";

/** Beyond this many the phone longest unused is forgotten, so that a long run stays in bounded memory. */
const MAX_PHONES = 10_000;

export type PhonesOptions = Readonly<{
  /** Only phones made known beforehand exist; otherwise a phone appears (Android) at its first push. */
  strict: boolean;
  now: () => number;
  onDelivery: (target: string, delivery: Delivery) => void;
}>;

export type Phones = Readonly<{
  /** Makes a phone known, anew when its kind or platform differs from what was known. */
  register(target: string, kind: PhoneKind, platform: Platform): Phone;
  /** The app is uninstalled: further pushes answer UNREGISTERED until the phone registers again. */
  uninstall(target: string): boolean;
  find(target: string): Phone | undefined;
  /** The phones a push goes to. None: the token or fid is not registered. */
  addressed(target: Target): readonly Phone[];
  list(): readonly Phone[];
  clear(): void;
}>;

export function createPhones({ strict, now, onDelivery }: PhonesOptions): Phones {
  const phones = new Map<string, Phone>();
  const uninstalled = new Set<string>();

  function add(target: string, kind: PhoneKind, platform: Platform): Phone {
    const phone = createPhone({ target, kind, platform, now, onDelivery: (delivery) => onDelivery(target, delivery) });
    phones.delete(target);
    phones.set(target, phone);
    dropOldest(phones);
    return phone;
  }

  function registered(target: string, kind: PhoneKind): Phone | undefined {
    const phone = phones.get(target);
    if (!phone) return strict || uninstalled.has(target) ? undefined : add(target, kind, "android");
    if (phone.kind !== kind) return undefined;
    phones.delete(target);
    phones.set(target, phone);
    return phone;
  }

  return {
    register(target, kind, platform) {
      uninstalled.delete(target);
      const known = phones.get(target);
      return known?.kind === kind && known.platform === platform ? known : add(target, kind, platform);
    },
    uninstall(target) {
      const known = phones.delete(target);
      if (!known) return false;
      uninstalled.add(target);
      dropOldest(uninstalled);
      return true;
    },
    find: (target) => phones.get(target),
    addressed({ kind, value }) {
      if (kind === "token" || kind === "fid") {
        const phone = registered(value, kind);
        return phone ? [phone] : [];
      }
      const matches = kind === "topic" ? (topics: ReadonlySet<string>) => topics.has(value) : topicCondition(value);
      return [...phones.values()].filter((phone) => matches?.(phone.topics));
    },
    list: () => [...phones.values()],
    clear() {
      phones.clear();
      uninstalled.clear();
    },
  };
}

function dropOldest(kept: Map<string, unknown> | Set<string>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_PHONES) return;
    kept.delete(oldest);
  }
}
