import { MAX_TTL_MS } from "./check-message.ts";
import type { FcmMessage } from "./fcm-message.ts";
import { header } from "./header.ts";
import { asObject } from "./payload-size.ts";

export const PLATFORMS = ["android", "ios", "web"] as const;
export type Platform = (typeof PLATFORMS)[number];

/** One message as a phone of some platform understands it. */
export type Push = Readonly<{
  messageId: string;
  sentAtMs: number;
  /** Not delivered at or after this moment. Equal to `sentAtMs`: now or never. */
  expiresAtMs: number;
  priority: "high" | "normal";
  /** While the phone is offline, the newest of a key replaces the older ones. */
  collapseKey: string | null;
  /** On the screen, the newest of a tag replaces the older one. */
  tag: string | null;
  /** For the app only: nothing appears. */
  silent: boolean;
  /** Sound or vibration. */
  alerts: boolean;
  title: string | null;
  body: string | null;
  image: string | null;
  channelId: string | null;
  data: Readonly<Record<string, string>>;
}>;

/**
 * The key of Android notifications that name none: "By default, the collapse key is the app package name" and
 * "notification messages are always collapsible"
 * (https://firebase.google.com/docs/cloud-messaging/customize-messages/collapsible-message-types).
 */
const APP_COLLAPSE_KEY = "(app)";

type Stamp = Readonly<{ messageId: string; sentAtMs: number }>;

export function pushFor(platform: Platform, message: FcmMessage, stamp: Stamp): Push {
  if (platform === "ios") return applePush(message, stamp);
  return platform === "web" ? webPush(message, stamp) : androidPush(message, stamp);
}

function androidPush({ notification, data, android }: FcmMessage, stamp: Stamp): Push {
  const shown = { ...notification, ...android?.notification };
  const silent = !notification && !android?.notification;
  return {
    ...stamp,
    expiresAtMs: stamp.sentAtMs + (android?.ttl ?? MAX_TTL_MS),
    priority: (android?.priority ?? (silent ? "NORMAL" : "HIGH")) === "HIGH" ? "high" : "normal",
    collapseKey: android?.collapse_key ?? (silent ? null : APP_COLLAPSE_KEY),
    tag: android?.notification?.tag ?? null,
    silent,
    alerts: !silent,
    title: shown.title ?? null,
    body: shown.body ?? null,
    image: shown.image ?? null,
    channelId: android?.notification?.channel_id ?? null,
    data: android?.data ?? data ?? {},
  };
}

function applePush({ notification, data, apns }: FcmMessage, stamp: Stamp): Push {
  const { aps, ...custom } = apns?.payload ?? {};
  const { alert, "interruption-level": level } = { alert: undefined, "interruption-level": "", ...asObject(aps) };
  const shown = { ...notification, ...(typeof alert === "string" ? { body: alert } : asObject(alert)) };
  const silent = Object.keys(shown).length === 0;
  const expiration = header(apns?.headers, "apns-expiration");
  const collapseId = header(apns?.headers, "apns-collapse-id") ?? null;
  const priority = header(apns?.headers, "apns-priority") ?? (silent ? "5" : "10");
  return {
    ...stamp,
    expiresAtMs: expiration === undefined ? stamp.sentAtMs + MAX_TTL_MS : appleExpiry(expiration, stamp.sentAtMs),
    priority: priority === "10" ? "high" : "normal",
    collapseKey: collapseId,
    tag: collapseId,
    silent,
    alerts: !silent && level !== "passive",
    title: textOf(shown, "title"),
    body: textOf(shown, "body"),
    image: apns?.fcm_options?.image ?? notification?.image ?? null,
    channelId: textOf(asObject(aps), "category"),
    data: { ...data, ...texts(custom) },
  };
}

/** A moment in seconds; 0 means "try once, do not store". */
function appleExpiry(expiration: string, sentAtMs: number): number {
  return Math.max(sentAtMs, Number(expiration) * 1000);
}

function webPush({ notification, data, webpush }: FcmMessage, stamp: Stamp): Push {
  const shown = { ...notification, ...webpush?.notification };
  const silent = Object.keys(shown).length === 0;
  const ttl = Number(header(webpush?.headers, "ttl") ?? Number.NaN);
  return {
    ...stamp,
    expiresAtMs: stamp.sentAtMs + (Number.isFinite(ttl) ? ttl * 1000 : MAX_TTL_MS),
    priority: header(webpush?.headers, "urgency") === "high" ? "high" : "normal",
    collapseKey: header(webpush?.headers, "topic") ?? null,
    tag: textOf(shown, "tag"),
    silent,
    alerts: !silent && !("silent" in shown && shown.silent === true),
    title: textOf(shown, "title"),
    body: textOf(shown, "body"),
    image: textOf(shown, "image"),
    channelId: null,
    data: webpush?.data ?? data ?? {},
  };
}

function textOf(values: object, name: string): string | null {
  const value: unknown = Object.entries(values).find(([key]) => key === name)?.[1];
  return typeof value === "string" ? value : null;
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
