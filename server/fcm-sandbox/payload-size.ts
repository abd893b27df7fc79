import type { FcmMessage } from "./fcm-message.ts";

/** https://firebase.google.com/docs/cloud-messaging/customize-messages/set-message-type */
const MAX_BYTES = 4096;
const MAX_TOPIC_BYTES = 2048;

/**
 * Names the platform whose part of the message is too big. Android and the web count the bytes of every key and value
 * of notification and data; Apple counts the bytes of the JSON that reaches the phone.
 */
export function oversizedPart(message: FcmMessage): string | undefined {
  const limit = message.topic === undefined && message.condition === undefined ? MAX_BYTES : MAX_TOPIC_BYTES;
  const { notification, data, android, webpush, apns } = message;
  if (bytesOf({ ...notification, ...android?.notification }, android?.data ?? data) > limit) return "Android";
  if (webpush && bytesOf({ ...notification, ...webpush.notification }, webpush.data ?? data) > limit) return "WebPush";
  if (apns) {
    const aps = { alert: notification, ...asObject(apns.payload?.aps) };
    if (Buffer.byteLength(JSON.stringify({ ...data, ...apns.payload, aps })) > limit) return "APNS";
  }
  return undefined;
}

function bytesOf(...parts: readonly (object | undefined)[]): number {
  return parts
    .flatMap((part) => Object.entries(part ?? {}))
    .reduce((sum, [key, value]) => {
      return (
        sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value))
      );
    }, 0);
}

export function asObject(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
