/** How many examples of what is wrong are kept in words. */
const EXAMPLES = 12;

/** What the checker found. */
export type Report = {
  /** Messages given to a client, and what came back for them. */
  sent: number;
  acknowledged: number;
  /** Messages refused for good, by error code. */
  refused: Record<string, number>;
  /** Neither acknowledged nor refused. */
  unanswered: number;

  /** Acknowledged messages × members they were due to, and how many of these were shown; the others are in `lost` or `told`. */
  due: number;
  delivered: number;
  /** Acknowledged, due and not shown, without a word about it; and acknowledged messages the log does not hold. */
  lost: number;
  /** Shown twice in one timeline, or written twice for one sending. */
  duplicated: number;
  /** Shown, or written, in another order than that of the log, of the sender, or of time (acknowledged before the other was sent). */
  disordered: number;
  /** Live and history disagree: another content, shown but not in the log, in the log but not shown, shown after he had left. */
  differing: number;
  /** The log contradicts itself: seqs that do not rise by one within an epoch, time that runs backwards. */
  logFaults: number;
  /** Due and not shown, but said plainly: by the reason of the reset. `tail`: messages that went with the log's tail, which the lineage says. */
  told: Record<string, number>;
  /** Names of members to whom something was due and who saw nothing at all. */
  sawNothing: string[];

  /** Milliseconds from sending to acknowledgement: the median and the 99th percentile. */
  acknowledgedMs: { p50: number; p99: number };
  /** The first things found wrong, in words. */
  examples: string[];
};

/** Whether everything the checker watches for holds. What was told plainly is no fault here; whoever promises that nothing is too old looks at `told` as well. */
export const isSound = (report: Report): boolean =>
  report.lost + report.duplicated + report.disordered + report.differing + report.logFaults === 0 &&
  report.sawNothing.length === 0;

export const emptyReport = (): Report => ({
  ...{ sent: 0, acknowledged: 0, refused: {}, unanswered: 0, due: 0, delivered: 0 },
  ...{ lost: 0, duplicated: 0, disordered: 0, differing: 0, logFaults: 0, told: {}, sawNothing: [] },
  acknowledgedMs: { p50: 0, p99: 0 },
  examples: [],
});

type Fault = "lost" | "duplicated" | "disordered" | "differing" | "logFaults";

export const note = (report: Report, fault: Fault, example: string): void => {
  report[fault] += 1;
  if (report.examples.length < EXAMPLES) report.examples.push(`${fault}: ${example}`);
};

export const addTo = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
