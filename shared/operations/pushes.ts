import * as z from "zod";
import { myDecisionsQuerySchema, myDecisionsSchema, reportPushSchema } from "../api/push.ts";
import type { Operation } from "./operation.ts";

const tag = "Notifications";

/** What phones tell of pushes, and what players are told of why they got them. */
export const PUSH_OPERATIONS = {
  reportPush: {
    method: "post",
    path: "/v1/me/pushes/{push}/reports",
    tag,
    summary:
      "Tell that a push to this player was received or opened, by the `push` of its data. The first time counts; of a push that is not his, or is forgotten, nothing is noted",
    callers: ["player"],
    effect: "command",
    errors: [],
    request: reportPushSchema,
    answer: z.object({}),
    gives: "Nothing",
  },
  getMyDecisions: {
    method: "get",
    path: "/v1/me/decisions",
    tag,
    summary: "Why did I get this, or not? What was decided about telling this player by push, newest first",
    callers: ["player"],
    effect: "query",
    errors: [],
    request: myDecisionsQuerySchema,
    answer: myDecisionsSchema,
    gives: "A page of decisions; `next` leads on",
  },
} as const satisfies Record<string, Operation>;
