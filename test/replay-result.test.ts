import { expect, test } from "vitest";
import { emptyReport } from "../bench/checker/report.ts";
import type { Outcome } from "../bench/replay/replay.ts";
import { isGood, resultTable } from "../bench/replay/result.ts";

const good: Outcome = {
  cast: { members: [], speakerOf: new Map(), people: 0 },
  ...{ speed: 1, tookMs: 1000, cuts: 3, downMs: undefined, notTold: [], notCaughtUp: [] },
  report: { ...emptyReport(), sent: 2, acknowledged: 2, due: 8, delivered: 8 },
  pushes: { now: 1, digests: 2, dropped: { read: 3, told: 4 }, later: {}, failed: {}, received: 3, untold: 0 },
};

test("[RP8] a replay is good only when nothing was lost, doubled, disordered or different, all was answered and all saw something", () => {
  expect(isGood(good)).toBe(true);
  expect(isGood({ ...good, report: { ...good.report, told: { "too-old": 1 }, refused: { "text-empty": 1 } } })).toBe(
    true,
  );
  for (const fault of ["lost", "duplicated", "disordered", "differing", "logFaults", "unanswered"] as const)
    expect([fault, isGood({ ...good, report: { ...good.report, [fault]: 1 } })]).toEqual([fault, false]);
  expect(isGood({ ...good, report: { ...good.report, sawNothing: ["watcher-001"] } })).toBe(false);
  expect(isGood({ ...good, notCaughtUp: ["watcher-001"] })).toBe(false);
  expect(isGood({ ...good, notTold: ["away-001"] })).toBe(false);
});

test("[RP8] the table tells what was found, with reasons and examples", () => {
  const table = resultTable({
    ...good,
    report: { ...good.report, lost: 1, examples: ["lost: ana was not shown 1.7"], sawNothing: ["beto"] },
  });
  for (const line of [
    /^lost +1$/m,
    /^dropped +7: told 4, read 3$/m,
    /^saw nothing +1: beto$/m,
    /ana was not shown 1\.7/,
  ])
    expect(table).toMatch(line);
});
