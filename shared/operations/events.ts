import * as z from "zod";
import { happenedEventSchema } from "../event.ts";
import type { Operation } from "./operation.ts";

const tag = "Events";

const cursorSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "`next` of the answer before");
const letterIdSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "the id of a dead letter");

const limitSchema = (most: number, fallback: number) => z.coerce.number().int().min(1).max(most).default(fallback);

const eventsQuerySchema = z.strictObject({
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
  /** Redis lost some of the events up to the cursor. Those that stand all the same come again after it, under their ids. */
  lost: z.literal(true).optional(),
});

export const eventsStateSchema = z.object({
  feed: z.object({
    /** How many are kept, and how many may be. */
    events: z.int(),
    most: z.int(),
    /** How long they are kept. */
    keptMs: z.int(),
    /** The cursor from which on all are kept. */
    from: z.string(),
    /** The cursor of the last one. */
    last: z.string(),
    /** When the oldest was added, in ms. */
    oldestAt: z.int().optional(),
    /** There were too many: when one was last dropped before its time, in ms, and how long it had been kept. */
    cutShort: z.object({ at: z.int(), keptMs: z.int() }).optional(),
  }),
  /** Left out without GREMIO_EVENTS_URL. */
  webhook: z
    .object({
      /** It has got everything up to here. */
      cursor: z.string(),
      /** Events it has not got. */
      behind: z.int(),
      /** When it took a batch last, in ms. */
      takenAt: z.int().optional(),
      /** The batch under way; others wait for it. */
      batch: z
        .object({
          id: z.string(),
          events: z.int(),
          tries: z.int(),
          /** What was wrong at the last try, which was `triedAt`, like `status 500`. */
          failed: z.string().optional(),
          failingSince: z.int().optional(),
          triedAt: z.int().optional(),
          retryAt: z.int().optional(),
        })
        .optional(),
      /** Dead letters kept. */
      letters: z.int(),
      /** Dead letters that were dropped, since only a thousand are kept. */
      droppedLetters: z.int(),
      /** Events that were dropped from the feed before it was their turn to be sent. */
      missed: z.int(),
    })
    .optional(),
});
export type EventsState = z.infer<typeof eventsStateSchema>;

const deadLetterSchema = z.object({
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
    errors: ["cursor-expired", "cursor-unknown"],
    request: eventsQuerySchema,
    answer: eventsPageSchema,
    gives: "Events and where to go on",
  },
  getEventsState: {
    method: "get",
    path: "/v1/events/state",
    tag,
    summary: "How many events are kept since when, how far the webhook is and since when it fails",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: z.strictObject({}),
    answer: eventsStateSchema,
    gives: "The state of feed and webhook",
  },
  skipEvents: {
    method: "post",
    path: "/v1/events/webhook/skip",
    tag,
    summary: "Put the batch that the webhook does not take to the dead letters now, so that the next one goes out",
    callers: ["backend"],
    effect: "command",
    errors: ["batch-not-found"],
    request: z.strictObject({
      /** Its id, so that no other is set aside by mistake. */
      batch: z.string().regex(/^\d{1,16}-\d{1,16}\.\.\d{1,16}-\d{1,16}$/, "the id of a batch"),
    }),
    answer: z.strictObject({
      /** The dead letter it is now. */
      letter: z.string(),
    }),
    gives: "It was set aside",
  },
  retryEvents: {
    method: "post",
    path: "/v1/events/webhook/retry",
    tag,
    summary: "Send the batch that the webhook did not take again now, without waiting for its next try",
    callers: ["backend"],
    effect: "command",
    errors: [],
    request: z.strictObject({}),
    answer: z.strictObject({}),
    gives: "It will be sent",
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
