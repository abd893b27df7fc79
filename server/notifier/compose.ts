import { createHash } from "node:crypto";
import type { Message } from "firebase-admin/messaging";
import type { Device } from "../../shared/device.ts";
import type { Entry } from "../../shared/entry.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Locale } from "../../shared/locale.ts";
import type { NoticeKind } from "../../shared/notice-kind.ts";
import type { Preferences } from "../../shared/preferences.ts";
import { wordsIn } from "../../shared/words-in.ts";
import { pushId } from "../decisions/push-id.ts";
import { say } from "./phrases.ts";
import { shorten } from "./shorten.ts";

/** Whom a push speaks to, and how. */
export type Reader = { locale: Locale; previews: boolean; filter?: Preferences["filter"] };

/** One push before it is made out for a platform. The same `tag` replaces on the screen, so a push sent twice is seen once. */
export type Push = {
  kind: "announcement" | "news" | "call" | "digest";
  tag: string;
  title: string;
  body: string;
  /** Epoch milliseconds after which it is not delivered any more. */
  expiresAt: number;
  cursor: { channel: ChannelId; epoch: number; seq: number };
};

/** Characters of a notification's text: what phones show when it is unfolded. */
const BODY_LENGTH = 240;
const LINE_LENGTH = 80;
/** FCM takes 4,096 bytes; the rest of a push is below 1,000. */
const BODY_BYTES = 2_500;
const LINE_BYTES = 800;

/** A notice by itself. `author`: the name of whoever wrote it; undefined: the system. */
export const composeNotice = (
  entry: Entry,
  {
    channel,
    name,
    about,
    author,
    expiresAt,
  }: { channel: ChannelId; name: string; about?: NoticeKind; author?: string; expiresAt: number },
  { locale, previews, filter }: Reader,
): Push => {
  const words = (): string => shorten(wordsIn(entry, locale, undefined, filter), BODY_LENGTH, BODY_BYTES);
  const guild = name || say("guild", locale);
  const who = author ?? say("someone", locale);
  const cursor = { channel, epoch: entry.epoch, seq: entry.seq };
  const common = { cursor, expiresAt, tag: `${channel}#${entry.epoch}.${entry.seq}` };
  if (entry.kind === "news") {
    const body = previews ? words() : say("news", locale);
    return { ...common, kind: "news", title: guild, body };
  }
  if (entry.kind === "mail") {
    if (!previews) return { ...common, kind: "announcement", title: guild, body: say("mail", locale) };
    const { title, text } = entry.body;
    const said = author === undefined ? text : `${author}: ${text}`;
    return {
      ...common,
      kind: "announcement",
      title: shorten(`${guild}: ${title}`, LINE_LENGTH, LINE_BYTES),
      body: shorten(said, BODY_LENGTH, BODY_BYTES),
    };
  }
  if (about === "reply" || about === "mention") {
    const body = previews
      ? `${who}: ${words()}`
      : say(about === "reply" ? "replied" : "mentioned", locale, { author: who });
    return { ...common, kind: "call", title: say(about, locale, { channel: guild }), body };
  }
  if (entry.kind === "text") {
    const body = previews ? `${who}: ${words()}` : say("called", locale, { author: who });
    return { ...common, kind: "call", title: say("call", locale, { channel: guild }), body };
  }
  const body = previews ? `${who}: ${words()}` : say("announced", locale, { author: who });
  return { ...common, kind: "announcement", title: say("announcement", locale, { channel: guild }), body };
};

/** The push as an FCM message to one device. */
export const messageFor = (push: Push, device: Device, now: number): Message => {
  const ttlMs = Math.max(0, push.expiresAt - now);
  const urgent = push.kind !== "digest";
  const { channel, epoch, seq } = push.cursor;
  const common = {
    notification: { title: push.title, body: push.body },
    data: { channel, epoch: String(epoch), seq: String(seq), kind: push.kind, push: pushId(push) },
    fcmOptions: { analyticsLabel: urgent ? "now" : "digest" },
  };
  const target = device.kind === "fid" ? { fid: device.target } : { token: device.target };
  switch (device.platform) {
    case "android":
      return {
        ...target,
        ...common,
        android: {
          priority: urgent ? "high" : "normal",
          ttl: ttlMs,
          ...(urgent ? {} : { collapseKey: "digest" }),
          notification: { channelId: urgent ? "important" : "digest", tag: push.tag },
        },
      };
    case "ios":
      return {
        ...target,
        ...common,
        apns: {
          headers: {
            "apns-priority": urgent ? "10" : "5",
            "apns-collapse-id": fitted(push.tag, 64),
            "apns-expiration": String(Math.floor((now + ttlMs) / 1000)),
          },
          payload: {
            aps: {
              threadId: channel,
              "interruption-level": urgent ? "active" : "passive",
              ...(urgent ? { sound: "default" } : {}),
            },
          },
        },
      };
    case "web":
      return {
        ...target,
        ...common,
        webpush: {
          headers: {
            TTL: String(Math.floor(ttlMs / 1000)),
            Urgency: urgent ? "high" : "normal",
            Topic: fitted(push.tag, 32, /^[A-Za-z0-9_-]+$/),
          },
          notification: { title: push.title, body: push.body, tag: push.tag },
        },
      };
  }
};

/** The tag itself where it fits (APNs: 64 bytes; web push: 32 of the URL's base64 alphabet, RFC 8030 §5.4), else a hash of it. */
const fitted = (tag: string, most: number, allowed = /^[\x20-\x7e]+$/): string =>
  tag.length <= most && allowed.test(tag)
    ? tag
    : createHash("sha256").update(tag).digest("base64url").slice(0, Math.min(most, 43));
