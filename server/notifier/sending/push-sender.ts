import type { Message } from "firebase-admin/messaging";

/**
 * What became of one message. `gone`: this target will never work again (`foreign`: it is another project's). `rejected`: FCM does not accept the message, our
 * mistake. `credentials`: FCM does not accept us, or Google gives us no token. `platform`: Apple's or the browsers' service does not accept our project. `busy`: too
 * many, to this device or in all. `unavailable`: not now, or nobody knows; it may have arrived all the same.
 */
export type SendOutcome = (
  | { type: "sent" }
  | { type: "gone"; foreign?: true }
  | { type: "rejected" | "credentials" | "platform"; why: string }
  | { type: "busy" | "unavailable"; why: string; retryAfterMs?: number }
) & {
  /** FCM's own answer: the message's id, or the code of an error. */
  answer?: string;
};

/** Sends one message to one device. Never rejects, and always settles within its deadline. */
export type PushSender = {
  send(message: Message): Promise<SendOutcome>;
  /** Reads the credentials anew, as far as they can be read: after FCM refused them. */
  renew(): void;
  close(): Promise<void>;
};
