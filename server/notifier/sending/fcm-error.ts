import { z } from "zod";
import { parsedJson } from "../../redis/parsed-json.ts";
import { TokenRefused } from "./access-token.ts";
import type { SendOutcome } from "./push-sender.ts";

/** The parts of firebase-admin's errors we look at; the same for messaging/* and app/* ones. */
const errorSchema = z.object({
  code: z.string(),
  message: z.string().default(""),
  httpResponse: z
    .object({
      status: z.number().optional(),
      // Of HTTP/2 they are no plain object.
      headers: z.object({ "retry-after": z.unknown() }).optional().catch(undefined),
      data: z.unknown(),
    })
    .optional()
    .catch(undefined),
});

const detailsSchema = z.object({
  error: z.object({
    details: z
      .array(
        z.object({
          errorCode: z.string().optional(),
          /** Apple's own word on the device. */
          reason: z.string().optional(),
          fieldViolations: z.array(z.object({ field: z.string() })).optional(),
        }),
      )
      .default([]),
  }),
});

/** Wait after a 429 that names no time (FCM's documentation on throttling). */
const DEFAULT_PAUSE_MS = 60_000;
/** A longer wait than this is not believed: a wrong header would silence every phone, beyond restarts. */
const LONGEST_PAUSE_MS = 10 * 60 * 1000;

/** Sorts what firebase-admin threw. Whatever is not known is `unavailable`: tried again, and replaced on the screen if it had arrived. */
export const sortError = (error: unknown): SendOutcome => {
  const parsed = errorSchema.safeParse(isObject(error) ? read(error) : undefined);
  if (!parsed.success) return { type: "unavailable", why: String(error) };
  const { code, message, httpResponse } = parsed.data;
  const details = detailsOf(httpResponse?.data);
  const why = `${code}: ${message.slice(0, 300)}`;
  const after = retryAfterMs(httpResponse?.headers?.["retry-after"]);
  const says = (errorCode: string): boolean => details.some((detail) => detail.errorCode === errorCode);
  switch (code) {
    case "messaging/registration-token-not-registered":
    case "messaging/installation-id-not-registered":
      return { type: "gone" };
    case "messaging/invalid-argument":
      return isTargetFault(message, details) ? { type: "gone" } : { type: "rejected", why };
    case "app/invalid-credential":
      return isCausedBy(error, TokenRefused) ? { type: "credentials", why } : { type: "unavailable", why };
    case "messaging/invalid-payload":
    case "messaging/payload-size-limit-exceeded":
      return { type: "rejected", why };
    case "messaging/mismatched-credential":
      return says("SENDER_ID_MISMATCH") ? { type: "gone", foreign: true } : { type: "credentials", why };
    case "messaging/third-party-auth-error":
      return { type: says("THIRD_PARTY_AUTH_ERROR") ? "platform" : "credentials", why };
    case "messaging/authentication-error":
      return { type: "credentials", why };
    case "messaging/message-rate-exceeded":
      return { type: "busy", why, retryAfterMs: after ?? DEFAULT_PAUSE_MS };
    default:
      if (httpResponse?.status === 429) return { type: "busy", why, retryAfterMs: after ?? DEFAULT_PAUSE_MS };
      return { type: "unavailable", why, ...(after === undefined ? {} : { retryAfterMs: after }) };
  }
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The fields are getters of a class, which a schema of plain objects would not see. */
const read = (error: object): unknown => ({
  code: "code" in error ? error.code : undefined,
  message: "message" in error ? error.message : undefined,
  httpResponse: "httpResponse" in error ? error.httpResponse : undefined,
});

const detailsOf = (data: unknown): z.infer<typeof detailsSchema>["error"]["details"] => {
  const parsed = detailsSchema.safeParse(typeof data === "string" ? parsedJson(data) : data);
  return parsed.success ? parsed.data.error.details : [];
};

const isCausedBy = (error: unknown, kind: new (...args: never[]) => Error): boolean =>
  isObject(error) && "cause" in error && error.cause instanceof kind;

/** Apple's refusals of a device's own token: https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
const APPLE_TARGET_FAULTS: ReadonlySet<string> = new Set(["BadDeviceToken", "Unregistered", "DeviceTokenNotForTopic"]);

/** Whether it is the device's token or id that FCM does not take. Where it names a field, that decides. */
const isTargetFault = (message: string, details: ReturnType<typeof detailsOf>): boolean => {
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations);
  if (fields.length > 0) return fields.some(({ field }) => /^message\.(token|fid)$/.test(field));
  return (
    details.some(({ reason }) => reason !== undefined && APPLE_TARGET_FAULTS.has(reason)) ||
    message.includes("not a valid FCM registration token")
  );
};

/** What a Retry-After header asks for: seconds, or a date (RFC 9110 §10.2.3). */
export const retryAfterMs = (header: unknown): number | undefined => {
  if (typeof header !== "string" && typeof header !== "number") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(header)) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, LONGEST_PAUSE_MS) : undefined;
};
