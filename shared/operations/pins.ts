import * as z from "zod";
import { entryParamsSchema, historySchema } from "../api/message.ts";
import { channelIdSchema } from "../id.ts";
import type { Operation } from "./operation.ts";

const tag = "Channels";
const NOTHING = z.strictObject({});
const NO_CHANNEL = ["guild-not-found", "channel-not-found"] as const;

/** What the game's backend does with entries as members do by their commands `pin`, `pins` and `seenBy`. */
export const PIN_OPERATIONS = {
  pinMessage: {
    method: "put",
    path: "/v1/channels/{channel}/pins/{seq}",
    tag,
    summary: "Pin an entry, whoever wrote it; at most 10 are. What is pinned already stays as it is",
    callers: ["backend"],
    effect: "command",
    errors: [...NO_CHANNEL, "entry-not-found", "pins-full"],
    request: entryParamsSchema.strict(),
    answer: NOTHING,
    gives: "It is pinned",
  },
  unpinMessage: {
    method: "delete",
    path: "/v1/channels/{channel}/pins/{seq}",
    tag,
    summary: "Take a pin off, whoever pinned it",
    callers: ["backend"],
    effect: "command",
    errors: NO_CHANNEL,
    request: entryParamsSchema.strict(),
    answer: NOTHING,
    gives: "It is not pinned",
  },
  listPins: {
    method: "get",
    path: "/v1/channels/{channel}/pins",
    tag,
    summary: "The pinned entries",
    callers: ["backend"],
    effect: "query",
    errors: NO_CHANNEL,
    request: z.strictObject({ channel: channelIdSchema }),
    answer: historySchema.pick({ channel: true, entries: true, people: true }),
    gives: "They as they read now, the last pinned first",
  },
  countReaders: {
    method: "get",
    path: "/v1/channels/{channel}/messages/{seq}/readers",
    tag,
    summary: "How many members have read an entry, its author not counted",
    callers: ["backend"],
    effect: "query",
    errors: [...NO_CHANNEL, "entry-not-found"],
    request: entryParamsSchema.strict(),
    answer: z.object({ seen: z.int(), of: z.int() }),
    gives: "How many of how many",
  },
} as const satisfies Record<string, Operation>;
