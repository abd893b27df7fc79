import { type Answer, htmlAnswer, jsonAnswer, retryAfter } from "./answer.ts";

const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const APNS_ERROR = "type.googleapis.com/google.firebase.fcm.v1.ApnsError";
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode with the text the service uses. */
const FCM_ERRORS = {
  UNREGISTERED: [404, "NOT_FOUND", "Requested entity was not found."],
  INVALID_ARGUMENT: [400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"],
  SENDER_ID_MISMATCH: [403, "PERMISSION_DENIED", "SenderId mismatch"],
  QUOTA_EXCEEDED: [429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Messages sent per device'."],
  UNAVAILABLE: [503, "UNAVAILABLE", "The service is currently unavailable."],
  INTERNAL: [500, "INTERNAL", "Internal error encountered."],
  THIRD_PARTY_AUTH_ERROR: [401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"],
  UNSPECIFIED_ERROR: [500, "UNKNOWN", "Unknown error."],
} as const satisfies Record<string, readonly [number, string, string]>;

export type FcmErrorCode = keyof typeof FCM_ERRORS;
export const FCM_ERROR_CODES: readonly [FcmErrorCode, ...FcmErrorCode[]] = [
  "UNREGISTERED",
  "INVALID_ARGUMENT",
  "SENDER_ID_MISMATCH",
  "QUOTA_EXCEEDED",
  "UNAVAILABLE",
  "INTERNAL",
  "THIRD_PARTY_AUTH_ERROR",
  "UNSPECIFIED_ERROR",
];

/**
 * What stands in `error.details`: `fcm` the FcmError, `none` only `error.status`, `apns` Apple's reason beside the
 * FcmError, `bad-request` a field violation without FcmError.
 */
export const ERROR_DETAILS = ["fcm", "none", "apns", "bad-request"] as const;
export type ErrorDetails = (typeof ERROR_DETAILS)[number];

/** `status`: of the answer, where it is another than that of the error in it. */
export function fcmError(
  code: FcmErrorCode,
  options: { details?: ErrorDetails; retryAfterS?: number; status?: number } = {},
): Answer {
  const [usual, name, message] = FCM_ERRORS[code];
  const { details = "fcm", retryAfterS, status = usual } = options;
  const found = detailsOf(code, details);
  return jsonAnswer(status, errorBody(usual, name, message, found), retryAfter(retryAfterS));
}

function detailsOf(code: FcmErrorCode, details: ErrorDetails): readonly object[] {
  const fcm = { "@type": FCM_ERROR, errorCode: code };
  if (details === "none") return [];
  if (details === "apns") return [fcm, { "@type": APNS_ERROR, statusCode: 400, reason: "BadDeviceToken" }];
  if (details === "bad-request") {
    return [
      {
        "@type": BAD_REQUEST,
        fieldViolations: [{ field: "message.token", description: "Invalid registration token" }],
      },
    ];
  }
  return [fcm];
}

export type Violation = Readonly<{ field: string; description: string }>;

/** The message does not have the form of a v1 message: the JSON parser's refusal, without an FcmError. */
export function malformed(violations: readonly Violation[]): Answer {
  const message = violations.map((violation) => violation.description).join("\n");
  return errorAnswer(400, "INVALID_ARGUMENT", message, [{ "@type": BAD_REQUEST, fieldViolations: violations }]);
}

/** The message is well-formed but FCM does not send it. */
export function invalidArgument(violation: Violation): Answer {
  return errorAnswer(400, "INVALID_ARGUMENT", violation.description, [
    { "@type": BAD_REQUEST, fieldViolations: [violation] },
    { "@type": FCM_ERROR, errorCode: "INVALID_ARGUMENT" },
  ]);
}

/** Refusals that happen before FCM looks at the message. */
export const accessRefusals = {
  missing: info(
    401,
    "UNAUTHENTICATED",
    "CREDENTIALS_MISSING",
    "Request is missing required authentication credential.",
  ),
  unknown: info(401, "UNAUTHENTICATED", "ACCESS_TOKEN_INVALID", "Request had invalid authentication credentials."),
  expired: info(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials."),
  "no-scope": info(
    403,
    "PERMISSION_DENIED",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "Request had insufficient authentication scopes.",
  ),
  project: info(
    403,
    "PERMISSION_DENIED",
    "IAM_PERMISSION_DENIED",
    "Permission 'cloudmessaging.messages.create' denied on resource (or it may not exist).",
  ),
} as const;

export const notFound: Answer = htmlAnswer(404);

function info(status: number, name: string, reason: string, message: string): Answer {
  return errorAnswer(status, name, message, [{ "@type": ERROR_INFO, reason, domain: "googleapis.com" }]);
}

function errorAnswer(
  code: number,
  status: string,
  message: string,
  details: readonly object[],
  headers?: Readonly<Record<string, string>>,
): Answer {
  return jsonAnswer(code, errorBody(code, status, message, details), headers);
}

function errorBody(code: number, status: string, message: string, details: readonly object[]): object {
  return { error: { code, message, status, ...(details.length ? { details } : {}) } };
}
