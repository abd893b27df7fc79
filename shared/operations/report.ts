import * as z from "zod";
import {
  decideReportSchema,
  filedSchema,
  fileReportSchema,
  myReportsQuerySchema,
  myReportsSchema,
  reportedSchema,
  reportParamsSchema,
  reportSchema,
  reportsQuerySchema,
  reportsSchema,
} from "../api/report.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Moderation";
const NO_CHANNEL = ["guild-not-found", "channel-not-found"] as const;
const BY_RIGHT = ["not-member", "not-permitted"] as const;

/** What members report, and what is decided about it and about messages that were held back. */
export const REPORT_OPERATIONS = {
  reportMessage: {
    method: "post",
    path: "/v1/channels/{channel}/messages/{seq}/reports",
    tag,
    summary:
      "Report what a member wrote, also when it was deleted meanwhile. It is kept as it is now, with what stands around it; reports of the same entry are one case",
    callers: ["player"],
    effect: "command",
    errors: [...NO_CHANNEL, ...BY_RIGHT, "entry-not-found", "key-reused"],
    request: fileReportSchema.extend(reportedSchema.shape),
    answer: filedSchema,
    gives: "The case",
  },
  myReports: {
    method: "get",
    path: "/v1/me/reports",
    tag,
    summary: "What became of one's own reports",
    callers: ["player"],
    effect: "query",
    errors: [],
    request: myReportsQuerySchema,
    answer: myReportsSchema,
    gives: "They, the last first",
  },
  listReports: {
    method: "get",
    path: "/v1/reports",
    tag,
    summary:
      "Cases that wait, the oldest first, or were decided, the last first: reports and messages that were held back (permission `review`; a player names the channel)",
    callers: EVERYBODY,
    effect: "query",
    errors: [...NO_CHANNEL, ...BY_RIGHT],
    request: reportsQuerySchema,
    answer: reportsSchema,
    gives: "A page of cases; `next` leads on",
  },
  getReport: {
    method: "get",
    path: "/v1/reports/{report}",
    tag,
    summary:
      "A case with what was written. That it was read stands in the audit log (permission `review`; nobody whom it is about)",
    callers: EVERYBODY,
    effect: "query",
    errors: [...NO_CHANNEL, ...BY_RIGHT, "report-not-found"],
    request: reportParamsSchema.strict(),
    answer: reportSchema,
    gives: "The case",
  },
  decideReport: {
    method: "post",
    path: "/v1/reports/{report}/decision",
    tag,
    summary:
      "Decide about a case and do it, with one's own rights; each reporter is told the outcome. The same decision again goes on with what was cut short (permission `review` and that of the act)",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      ...[...NO_CHANNEL, ...BY_RIGHT, "report-not-found", "already-decided", "last-leader"],
      ...["player-not-found", "bans-full", "muted", "key-reused"],
    ],
    request: decideReportSchema.extend(reportParamsSchema.shape),
    answer: z.strictObject({}),
    gives: "Decided and done",
  },
} as const satisfies Record<string, Operation>;
