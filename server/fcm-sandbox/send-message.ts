import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, jsonAnswer } from "./answer.ts";
import { checkMessage, type Target } from "./check-message.ts";
import type { DeviceQuota } from "./device-quota.ts";
import { type FcmMessage, sendRequestSchema } from "./fcm-message.ts";
import { fcmError, invalidArgument, malformed, type Violation } from "./google-error.ts";
import { type Outcomes, outcomeAnswer } from "./outcomes.ts";
import type { Phone } from "./phone.ts";
import type { Phones } from "./phones.ts";
import { isTooDeep } from "./proto-json.ts";
import { pushFor } from "./push.ts";
import type { Judgement } from "./request-log.ts";
import { violations } from "./violations.ts";

/** What a request is answered, and how it is judged. */
export type Verdict = Readonly<{ answer: Answer }> & Judgement;

export type SendOptions = Readonly<{
  projectId: string;
  phones: Phones;
  outcomes: Outcomes;
  quota: DeviceQuota | undefined;
  now: () => number;
  /** Ends delays that are still running. */
  closing: AbortSignal;
}>;

/** Judges and carries out the body of one authorised `messages:send`. */
export async function sendMessage(body: string, options: SendOptions): Promise<Verdict> {
  const read = readRequest(body);
  if ("refused" in read) return read.refused;
  const { message, target, dryRun } = read;
  const judged = { target, dryRun, message };
  const { phones, outcomes, quota, now } = options;

  const addressed = phones.addressed(target);
  const single = target.kind === "token" || target.kind === "fid";
  if (single && addressed.length === 0) {
    return { ...judged, answer: fcmError("UNREGISTERED"), verdict: "UNREGISTERED", delivered: false };
  }
  if (dryRun)
    return { ...judged, answer: accepted(options.projectId, DRY_RUN_ID), verdict: "accepted", delivered: false };

  const retryAfterS = single ? quota?.take(target.value) : undefined;
  if (retryAfterS !== undefined) {
    const answer = fcmError("QUOTA_EXCEEDED", { retryAfterS });
    return { ...judged, answer, verdict: "QUOTA_EXCEEDED", delivered: false };
  }

  const outcome = single ? outcomes.next(target.value) : undefined;
  if (outcome?.delayMs) await delay(outcome.delayMs, undefined, { signal: options.closing });
  const failure = outcomeAnswer(outcome);
  const delivered =
    addressed.length > 0 && (!failure || (outcome && "delivered" in outcome && outcome.delivered === true));
  const stamp = { messageId: `0:${now()}000%${randomBytes(8).toString("hex")}`, sentAtMs: now() };
  if (delivered) deliver(addressed, message, stamp);
  return {
    ...judged,
    answer: failure ?? accepted(options.projectId, stamp.messageId),
    verdict: outcome && failure ? ("code" in outcome ? outcome.code : outcome.kind) : "accepted",
    delivered: delivered === true,
  };
}

/** What the service answers to a dry run. */
const DRY_RUN_ID = "fake_message_id";

function accepted(projectId: string, messageId: string): Answer {
  return jsonAnswer(200, { name: `projects/${projectId}/messages/${messageId}` });
}

function deliver(phones: readonly Phone[], message: FcmMessage, stamp: { messageId: string; sentAtMs: number }): void {
  for (const phone of phones) phone.push(pushFor(phone.platform, message, stamp));
}

type Read = Readonly<{ message: FcmMessage; target: Target; dryRun: boolean }> | Readonly<{ refused: Verdict }>;

function readRequest(body: string): Read {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return refuse(
      malformed([{ field: "", description: "Invalid JSON payload received. Unexpected token." }]),
      "malformed",
    );
  }
  if (isTooDeep(json)) {
    const description = "Invalid JSON payload received. Message too deep. Max recursion depth reached.";
    return refuse(malformed([{ field: "", description }]), "malformed: too deep");
  }
  const parsed = sendRequestSchema.safeParse(json);
  if (!parsed.success) {
    const found = violations(parsed.error, json);
    return refuse(malformed(found), `malformed: ${wordsOf(found)}`, json);
  }
  const message = parsed.data.message ?? {};
  const checked = checkMessage(message);
  if ("target" in checked) {
    return { message, target: checked.target, dryRun: parsed.data.validate_only === true };
  }
  if (checked.malformed) {
    return refuse(malformed([checked.malformed]), `malformed: ${checked.malformed.description}`, message);
  }
  return refuse(invalidArgument(checked.refused), `refused: ${checked.refused.description}`, message);
}

function wordsOf(found: readonly Violation[]): string {
  return found
    .map((violation) => violation.description)
    .join("; ")
    .slice(0, 500);
}

function refuse(answer: Answer, verdict: string, message: unknown = null): Readonly<{ refused: Verdict }> {
  return { refused: { answer, verdict, target: null, dryRun: false, delivered: false, message } };
}
