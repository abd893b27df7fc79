import { isSound } from "../checker/report.ts";
import type { Outcome } from "./replay.ts";

/** Whether the replay went as it should. */
export const isGood = ({ report, notCaughtUp, notTold }: Outcome): boolean =>
  isSound(report) && report.unanswered === 0 && notCaughtUp.length === 0 && notTold.length === 0;

const counts = (byName: Readonly<Record<string, number>>): string => {
  const rows = Object.entries(byName).toSorted(([, a], [, b]) => b - a);
  return rows.length === 0 ? "" : `: ${rows.map(([name, count]) => `${name} ${count}`).join(", ")}`;
};
const sum = (byName: Readonly<Record<string, number>>): number =>
  Object.values(byName).reduce((total, count) => total + count, 0);
const names = (list: readonly string[]): string => (list.length === 0 ? "" : `: ${list.slice(0, 10).join(", ")}`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The result as a table of plain text. */
export const resultTable = (outcome: Outcome): string => {
  const { cast, report, pushes, cuts, downMs, speed, tookMs, notTold, notCaughtUp } = outcome;
  const playing = (role: string): number => cast.members.filter((member) => member.role === role).length;
  const told = sum(report.told);
  const rows: [string, string | number][] = [
    [
      "members",
      `${cast.members.length} (${playing("speaker")} speak for ${cast.people} people of the trace, ${playing("watcher")} watch, ${playing("away")} away)`,
    ],
    ["took", `${seconds(tookMs)} at ${speed.toFixed(0)} times the speed of the trace`],
    ["lines cut", cuts],
    ["chat killed (-9)", downMs === undefined ? "no" : `once, back after ${seconds(downMs)}`],
    ["sent", report.sent],
    [
      "acknowledged",
      `${report.acknowledged} (half within ${report.acknowledgedMs.p50.toFixed(0)} ms, 99 % within ${seconds(report.acknowledgedMs.p99)})`,
    ],
    ["refused", `${sum(report.refused)}${counts(report.refused)}`],
    ["unanswered", report.unanswered],
    ["delivered", `${report.delivered} of ${report.due}`],
    ["lost", report.lost],
    ["duplicated", report.duplicated],
    ["disordered", report.disordered],
    ["live ≠ history", report.differing + report.logFaults],
    ["said to be too old", `${told}${counts(report.told)}`],
    ["saw nothing", `${report.sawNothing.length}${names(report.sawNothing)}`],
    ["not caught up", `${notCaughtUp.length}${names(notCaughtUp)}`],
    ["pushes now", pushes.now],
    ["digests", pushes.digests],
    ["received by phones", pushes.received],
    ["not sent", `${sum(pushes.failed)}${counts(pushes.failed)}`],
    ["dropped", `${sum(pushes.dropped)}${counts(pushes.dropped)}`],
    ["put off", `${sum(pushes.later)}${counts(pushes.later)}`],
    ["away, no digest", `${notTold.length}${names(notTold)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...report.examples.map((example) => `  ${example}`),
    ...(pushes.untold > 0
      ? [`${pushes.untold} players had more decisions than the API tells; theirs are not all counted.`]
      : []),
    "Presence, reading and devices are simulated: the trace does not know them.",
  ].join("\n");
};
