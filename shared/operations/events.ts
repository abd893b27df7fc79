import * as z from "zod";
import { happenedEventSchema } from "../event.ts";
import type { Operation } from "./operation.ts";

const tag = "Events";

const cursorSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "`next` of the answer before");
const letterIdSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "the id of a dead letter");

const limitSchema = (most: number, fallback: number) => z.coerce.number().int().min(1).max(most).default(fallback);

export const eventsQuerySchema = z.strictObject({
  /** `next` of the answer before; left out: from the oldest event kept. */
  after: cursorSchema.optional(),
  /** Most events, 1 to 500. */
  limit: limitSchema(500, 100),
  /** Only events of these names, separated by commas. */
  types: z
    .string()
    .regex(/^[a-z-]{1,40}(,[a-z-]{1,40}){0,49}$/, "names of events, separated by commas")
    .optional(),
  /** How long to wait when there is none, in ms. */
  waitMs: z.coerce.number().int().min(0).max(25_000).default(0),
});

export const eventsPageSchema = z.object({
  events: z.array(happenedEventSchema),
  /** For the next question; also when there was no event. */
  next: z.string(),
  /** Events after the cursor are gone: what follows begins with the oldest that is kept. */
  expired: z.literal(true).optional(),
  /** The cursor of that one. */
  oldest: z.string().optional(),
});

export const deadLetterSchema = z.object({
  id: z.string(),
  /** What it was sent as, and is again. */
  batch: z.string(),
  /** When it was given up, in ms. */
  at: z.int(),
  tries: z.int(),
  /** What was wrong at the last try. */
  failed: z.string(),
  events: z.array(happenedEventSchema),
});

/** What happened, for the game's backend. */
export const EVENTS_OPERATIONS = {
  listEvents: {
    method: "get",
    path: "/v1/events",
    tag,
    summary: "What happened, in order, after a cursor; each event at least once",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: eventsQuerySchema,
    answer: eventsPageSchema,
    gives: "Events and where to go on",
  },
  listDeadEvents: {
    method: "get",
    path: "/v1/events/dead",
    tag,
    summary: "Batches of events that the webhook did not take for three days, the oldest first",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: z.strictObject({
      /** The last letter of the answer before. */
      after: letterIdSchema.optional(),
      /** Most letters, 1 to 20. */
      limit: limitSchema(20, 20),
    }),
    answer: z.object({ letters: z.array(deadLetterSchema) }),
    gives: "Dead letters",
  },
  resendDeadEvents: {
    method: "post",
    path: "/v1/events/dead/{letter}/resend",
    tag,
    summary: "Send such a batch to the webhook again, now",
    callers: ["backend"],
    effect: "command",
    errors: ["letter-not-found", "webhook-failed"],
    request: z.strictObject({ letter: letterIdSchema }),
    answer: z.strictObject({}),
    gives: "It was taken",
  },
} as const satisfies Record<string, Operation>;
