import {
  broadcastParamsSchema,
  broadcastSchema,
  broadcastsQuerySchema,
  broadcastsSchema,
  createBroadcastSchema,
  createdBroadcastSchema,
} from "../api/broadcast.ts";
import type { Operation } from "./operation.ts";

const tag = "Notifications";

/** What the studio tells many players by push. See docs/push.md. */
export const BROADCAST_OPERATIONS = {
  createBroadcast: {
    method: "post",
    path: "/v1/broadcasts",
    tag,
    summary:
      "Tell guilds, players or all by push, once per nonce; each player as he prefers, and within his budget. At once or at a given time, so many a minute",
    callers: ["backend"],
    effect: "command",
    errors: ["key-reused", "broadcasts-full"],
    request: createBroadcastSchema,
    answer: createdBroadcastSchema,
    gives: "The broadcast, made now or (`repeated`) before",
  },
  getBroadcast: {
    method: "get",
    path: "/v1/broadcasts/{broadcast}",
    tag,
    summary: "How far a broadcast is: players looked at, what was decided about them, and how many were told",
    callers: ["backend"],
    effect: "query",
    errors: ["broadcast-not-found"],
    request: broadcastParamsSchema.strict(),
    answer: broadcastSchema,
    gives: "The broadcast",
  },
  listBroadcasts: {
    method: "get",
    path: "/v1/broadcasts",
    tag,
    summary: "The broadcasts, newest first; those that are over for 30 days",
    callers: ["backend"],
    effect: "query",
    errors: [],
    request: broadcastsQuerySchema,
    answer: broadcastsSchema,
    gives: "A page of broadcasts; `next` leads on",
  },
  cancelBroadcast: {
    method: "post",
    path: "/v1/broadcasts/{broadcast}/cancel",
    tag,
    summary: "Nobody is told any more who was not told yet, also of those whose push is on its way to be sent",
    callers: ["backend"],
    effect: "command",
    errors: ["broadcast-not-found"],
    request: broadcastParamsSchema.strict(),
    answer: broadcastSchema,
    gives: "The broadcast as it is now",
  },
} as const satisfies Record<string, Operation>;
