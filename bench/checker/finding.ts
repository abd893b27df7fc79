import { z } from "zod";
import type { Report } from "./report.ts";

/** What a process that watched found, as it tells another; see `Report`. `differing`: live ≠ history, faults of the log itself included. */
export const findingSchema = z.object({
  ...{ due: z.int(), delivered: z.int(), unanswered: z.int() },
  ...{ lost: z.int(), duplicated: z.int(), disordered: z.int(), differing: z.int() },
  examples: z.array(z.string()),
});
export type Finding = z.infer<typeof findingSchema>;

const EXAMPLES = 3;

export const findingOf = (report: Report): Finding => {
  const { due, delivered, unanswered, lost, duplicated, disordered, differing, logFaults, examples } = report;
  return { due, delivered, unanswered, lost, duplicated, disordered, differing: differing + logFaults, examples };
};

/** Of several channels, or of several processes. */
export const sumOf = (findings: readonly Finding[]): Finding => {
  const total = (name: Exclude<keyof Finding, "examples">): number => findings.reduce((sum, one) => sum + one[name], 0);
  return {
    ...{ due: total("due"), delivered: total("delivered"), unanswered: total("unanswered"), lost: total("lost") },
    ...{ duplicated: total("duplicated"), disordered: total("disordered"), differing: total("differing") },
    examples: findings.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
  };
};

/** Throws unless all that was due came to everybody once, in order and as the log has it. */
export const demandSound = (finding: Finding): void => {
  const { due, delivered, unanswered, lost, duplicated, disordered, differing, examples } = finding;
  if (due > 0 && delivered === due && unanswered + lost + duplicated + disordered + differing === 0) return;
  throw new Error(
    `of ${due} deliveries ${delivered} came; ${lost} lost, ${duplicated} duplicated, ${disordered} disordered, ${differing} where live and history differ, ${unanswered} unanswered: ${examples.join("; ")}`,
  );
};
