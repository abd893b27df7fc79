import type { Entry } from "../../shared/entry.ts";
import { addTo, note, type Report } from "./report.ts";
import type { ResetReason, Run, View } from "./view.ts";
import { compare, keyOf, type WholeLog } from "./whole-log.ts";

/** Compares what one member was shown with the log. `acknowledged`: keys of entries whose senders were told that they are written. */
export const judgeView = (view: View, log: WholeLog, acknowledged: ReadonlySet<string>, report: Report): void => {
  const { due, leftAt } = log.duesOf(view.member);
  const seen = new Set<string>();
  for (const run of view.runs) judgeRun(view.name, run, log, leftAt, seen, report);
  if (due.length > 0 && seen.size === 0) report.sawNothing.push(view.name);

  const gaps = toldGaps(view.runs);
  for (const entry of due) {
    const key = keyOf(entry);
    const isMessage = acknowledged.has(key);
    if (isMessage) report.due += 1;
    if (seen.has(key)) {
      if (isMessage) report.delivered += 1;
      continue;
    }
    const gap = gaps.find(({ after, before }) => compare(entry, before) < 0 && (!after || compare(entry, after) > 0));
    if (gap !== undefined) {
      if (isMessage) addTo(report.told, gap.reason);
    } else if (isMessage) note(report, "lost", `${view.name} was not shown ${key}`);
    else note(report, "differing", `${view.name} was not shown ${key} (${entry.kind}), which is in the history`);
  }
};

const judgeRun = (
  name: string,
  run: Run,
  log: WholeLog,
  leftAt: Entry | undefined,
  seen: Set<string>,
  report: Report,
): void => {
  const inRun = new Set<string>();
  let highest: Entry | undefined;
  for (const entry of run.shown) {
    const key = keyOf(entry);
    const differs = difference(entry, log, leftAt);
    if (differs !== undefined) note(report, "differing", `${name} was shown ${key} ${differs}`);
    if (inRun.has(key)) {
      note(report, "duplicated", `${name} was shown ${key} twice`);
      continue;
    }
    inRun.add(key);
    seen.add(key);
    if (highest !== undefined && compare(entry, highest) < 0)
      note(report, "disordered", `${name} was shown ${key} after ${keyOf(highest)}`);
    else highest = entry;
  }
};

const difference = (shown: Entry, log: WholeLog, leftAt: Entry | undefined): string | undefined => {
  const kept = log.at(shown);
  if (leftAt !== undefined && compare(shown, leftAt) > 0) return "after he had left";
  if (kept !== undefined) return isSame(kept, shown) ? undefined : "with another content";
  switch (log.whereIs(shown)) {
    case "tail":
      return "and never told that the log has lost it";
    case "nowhere":
      return "which is not in the history";
    default:
      return undefined;
  }
};

/** Most bodies are texts, and need not be written out to be compared. */
const isSame = (a: Entry, b: Entry): boolean =>
  (a.from === b.from && a.kind === b.kind && a.body === b.body) || contentOf(a) === contentOf(b);

const contentOf = ({ from, kind, body }: Entry): string => JSON.stringify([from, kind, sorted(body)]);

/** Objects of a body with their names in order: how they travelled may have changed it. */
const sorted = (body: Entry["body"]): unknown =>
  body !== null && typeof body === "object" ? Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1)) : body;

/** Between the end of one timeline and the beginning of the next lies what the member was told he does not get. */
const toldGaps = (runs: readonly Run[]): { after: Entry | undefined; before: Entry; reason: ResetReason }[] => {
  const full = runs.filter(({ shown }) => shown.length > 0);
  return full.flatMap(({ began, shown }, index) => {
    const before = shown.toSorted(compare)[0];
    const after = full[index - 1]?.shown.toSorted(compare).at(-1);
    return began === undefined || before === undefined ? [] : [{ after, before, reason: began }];
  });
};
