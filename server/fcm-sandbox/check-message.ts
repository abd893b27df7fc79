import { type FcmMessage, TARGET_KINDS, type TargetKind } from "./fcm-message.ts";
import type { Violation } from "./google-error.ts";
import { header } from "./header.ts";
import { asObject, oversizedPart } from "./payload-size.ts";
import { TOPIC_NAME, topicCondition } from "./topic-condition.ts";

export type Target = Readonly<{ kind: TargetKind; value: string }>;
export type Checked =
  | Readonly<{ target: Target }>
  | Readonly<{ malformed: Violation; refused?: undefined }>
  | Readonly<{ refused: Violation; malformed?: undefined }>;

/** https://firebase.google.com/docs/cloud-messaging/customize-messages/setting-message-lifespan */
export const MAX_TTL_MS = 2_419_200_000;
const RESERVED_DATA_KEY = /^(from|message_type|google\..*|gcm\.notification\..*)$/;
const ANALYTICS_LABEL = /^[a-zA-Z0-9-_.~%]{1,50}$/;
/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
const MAX_COLLAPSE_ID_BYTES = 64;

/** Finds the one target of a well-formed message, or why FCM does not send it. */
export function checkMessage(message: FcmMessage): Checked {
  const targets = TARGET_KINDS.flatMap((kind) => {
    const value = message[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  const [target, second] = targets;
  if (second) {
    const description = `Invalid value at 'message' (oneof), oneof field 'target' is already set. Cannot set '${second.kind}'`;
    return { malformed: { field: "message", description } };
  }
  if (!target) return { refused: { field: "message", description: "Recipient of the message is not set." } };
  const refused = targetViolation(target) ?? contentViolation(message) ?? appleViolation(message);
  if (refused) return { refused };
  const oversized = oversizedPart(message);
  if (oversized) return { refused: { field: "message", description: `${oversized} message is too big` } };
  return { target };
}

function targetViolation({ kind, value }: Target): Violation | undefined {
  const field = `message.${kind}`;
  if (kind === "topic") return TOPIC_NAME.test(value) ? undefined : { field, description: "Invalid topic name" };
  if (kind === "condition") {
    return topicCondition(value) ? undefined : { field, description: "Invalid condition expression provided." };
  }
  if (value.trim() === value && value !== "") return undefined;
  return { field, description: "The registration token is not a valid FCM registration token" };
}

function contentViolation({ data, android, webpush, apns, fcm_options }: FcmMessage): Violation | undefined {
  const maps = { "message.data": data, "message.android.data": android?.data, "message.webpush.data": webpush?.data };
  for (const [field, map] of Object.entries(maps)) {
    const key = Object.keys(map ?? {}).find((name) => name === "" || RESERVED_DATA_KEY.test(name));
    if (key !== undefined) return { field, description: `Invalid data payload key: ${key}` };
  }
  if (android?.ttl !== undefined && (android.ttl < 0 || android.ttl > MAX_TTL_MS)) {
    return { field: "message.android.ttl", description: "The ttl must be between 0 and 2419200 seconds" };
  }
  if ((android?.notification?.notification_count ?? 0) < 0) {
    return { field: "message.android.notification.notification_count", description: "Invalid notification count" };
  }
  const options = {
    "": fcm_options,
    "android.": android?.fcm_options,
    "apns.": apns?.fcm_options,
    "webpush.": webpush?.fcm_options,
  };
  for (const [part, given] of Object.entries(options)) {
    if (given?.analytics_label === undefined || ANALYTICS_LABEL.test(given.analytics_label)) continue;
    return { field: `message.${part}fcm_options.analytics_label`, description: "Invalid analytics label" };
  }
  return undefined;
}

function appleViolation({ notification, apns }: FcmMessage): Violation | undefined {
  if (!apns) return undefined;
  const field = "message.apns.headers";
  const priority = header(apns.headers, "apns-priority");
  if (priority !== undefined && !["1", "5", "10"].includes(priority)) {
    return { field, description: "Invalid apns-priority" };
  }
  if (!/^\d{1,11}$/.test(header(apns.headers, "apns-expiration") ?? "0")) {
    return { field, description: "Invalid apns-expiration" };
  }
  if (Buffer.byteLength(header(apns.headers, "apns-collapse-id") ?? "") > MAX_COLLAPSE_ID_BYTES) {
    return { field, description: "Invalid apns-collapse-id" };
  }
  const aps = asObject(apns.payload?.aps);
  const visible = notification || "alert" in aps || "sound" in aps || "badge" in aps || apns.live_activity_token;
  if (!visible && priority === "10") {
    return { field, description: "A data message to an Apple device must have normal priority (apns-priority 5)" };
  }
  return undefined;
}
