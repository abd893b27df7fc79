import { GremioError } from "../../shared/errors.ts";
import { REPORT_OPERATIONS as OPERATIONS } from "../../shared/operations/report.ts";
import type { Judge } from "../moderation/judging.ts";
import type { Reports } from "../moderation/reports.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export const makeReportOperations = ({
  reports,
  judge,
}: {
  reports: Reports;
  judge: Judge;
}): Handlers<keyof typeof OPERATIONS> => ({
  reportMessage: does(OPERATIONS.reportMessage, (report, caller) =>
    reports.file({ ...report, reporter: himself(caller) }),
  ),
  myReports: does(OPERATIONS.myReports, ({ limit }, caller) => reports.mine(himself(caller), limit)),
  listReports: does(OPERATIONS.listReports, (query, caller) => reports.list({ ...query, caller })),
  getReport: does(OPERATIONS.getReport, ({ report }, caller) => reports.read(report, caller)),
  decideReport: does(OPERATIONS.decideReport, async (decision, caller) => {
    await judge({ ...decision, caller });
    return {};
  }),
});

/** Of an operation only players may ask. */
const himself = (caller: Caller): string => {
  if (caller === undefined) throw new GremioError("not-permitted");
  return caller;
};
