import type { Message } from "firebase-admin/messaging";

/**
 * What became of one message. `gone`: this target will never work again. `rejected`: FCM does not accept the message, our mistake. `credentials`: FCM does not
 * accept us. `busy`: too many, to this device or in all. `unavailable`: not now, or nobody knows; it may have arrived all the same.
 */
export type SendOutcome =
  | { type: "sent" }
  | { type: "gone" }
  | { type: "rejected" | "credentials"; why: string }
  | { type: "busy" | "unavailable"; why: string; retryAfterMs?: number };

/** Sends one message to one device. Never rejects, and always settles within its deadline. */
export type PushSender = { send(message: Message): Promise<SendOutcome>; close(): Promise<void> };
