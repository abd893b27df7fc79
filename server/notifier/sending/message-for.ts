import { createHash } from "node:crypto";
import type { Message } from "firebase-admin/messaging";
import type { Device } from "../../../shared/device.ts";
import { pushId } from "../../decisions/push-id.ts";
import type { ClearPush, Push, VisiblePush } from "./compose.ts";

/** What a message says to FCM about how it is to arrive. */
const URGENCY = {
  urgent: { priority: "high", apns: "10", level: "time-sensitive", web: "high" },
  important: { priority: "high", apns: "10", level: "active", web: "high" },
  digest: { priority: "normal", apns: "5", level: "passive", web: "normal" },
} as const;

/** The push as an FCM message to one device. */
export const messageFor = (push: Push, device: Device, now: number): Message =>
  push.kind === "clear" ? clearing(push, device, now) : visible(push, device, now);

const targetOf = ({ kind, target }: Device): { fid: string } | { token: string } =>
  kind === "fid" ? { fid: target } : { token: target };

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

const visible = (push: VisiblePush, device: Device, now: number): Message => {
  const ttlMs = Math.max(0, push.expiresAt - now);
  const urgency = URGENCY[push.importance];
  const { channel, epoch, seq } = push.cursor;
  const common = {
    ...targetOf(device),
    notification: { title: push.title, body: push.body },
    data: {
      ...push.data,
      channel,
      epoch: String(epoch),
      seq: String(seq),
      kind: push.kind,
      tag: push.tag,
      push: pushId(push),
    },
    fcmOptions: { analyticsLabel: push.arm },
  };
  switch (device.platform) {
    case "android":
      return {
        ...common,
        android: {
          priority: urgency.priority,
          ttl: ttlMs,
          ...(push.importance === "digest" ? { collapseKey: push.arm === "weekly" ? "weekly" : "digest" } : {}),
          notification: {
            channelId: push.quietly && push.importance !== "digest" ? "updates" : push.importance,
            tag: push.tag,
          },
        },
      };
    case "ios":
      return {
        ...common,
        apns: {
          headers: {
            "apns-priority": urgency.apns,
            "apns-collapse-id": fitted(push.tag, 64),
            "apns-expiration": seconds(now + ttlMs),
          },
          payload: {
            aps: {
              ...(channel !== "" && { threadId: channel }),
              "interruption-level": push.quietly ? "passive" : urgency.level,
              ...(push.quietly ? {} : { sound: "default" }),
            },
          },
        },
      };
    case "web":
      return {
        ...common,
        webpush: {
          headers: {
            TTL: seconds(ttlMs),
            Urgency: urgency.web,
            Topic: fitted(push.tag, 32, /^[A-Za-z0-9_-]+$/),
          },
          notification: { title: push.title, body: push.body, tag: push.tag, renotify: !push.quietly },
        },
      };
  }
};

/** Of normal priority: who sends high ones that show nothing loses the right to. */
const clearing = (push: ClearPush, device: Device, now: number): Message => {
  const ttlMs = Math.max(0, push.expiresAt - now);
  return {
    ...targetOf(device),
    data: { kind: "clear", tags: JSON.stringify(push.tags) },
    fcmOptions: { analyticsLabel: "clear" },
    ...(device.platform === "android" && { android: { priority: "normal", ttl: ttlMs } }),
    ...(device.platform === "ios" && {
      apns: {
        headers: { "apns-priority": "5", "apns-push-type": "background", "apns-expiration": seconds(now + ttlMs) },
        payload: { aps: { contentAvailable: true } },
      },
    }),
    ...(device.platform === "web" && { webpush: { headers: { TTL: seconds(ttlMs), Urgency: "normal" } } }),
  };
};

/** The tag itself where it fits (APNs: 64 bytes; web push: 32 of the URL's base64 alphabet, RFC 8030 §5.4), else a hash of it. */
const fitted = (tag: string, most: number, allowed = /^[\x20-\x7e]+$/): string =>
  tag.length <= most && allowed.test(tag)
    ? tag
    : createHash("sha256").update(tag).digest("base64url").slice(0, Math.min(most, 43));
