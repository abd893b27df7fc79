import type { Outcome } from "./importer.ts";
import { LINE_PROBLEMS, type LineProblem } from "./line-refused.ts";

export const PARTS = ["players", "guilds", "members"] as const;
export type Part = (typeof PARTS)[number];

type Counts = Record<Outcome, number> & { points: number };

/** What came of a file. */
export type Report = {
  done(part: Part, outcome: Outcome, points: number): void;
  problem(line: number, kind: LineProblem, what: string): void;
  /** How many lines have one. */
  problems(): number;
  /** What it comes to, in lines. */
  summary(dryRun: boolean): string[];
};

/** Problems that are told one by one; of the others only the number is. */
const MOST_TOLD = 100;

const grouped = (count: number): string => count.toLocaleString("en");

export const makeReport = (print: (line: string) => void): Report => {
  const none = (): Counts => ({ made: 0, filled: 0, changed: 0, done: 0, points: 0 });
  const counts: Record<Part, Counts> = { players: none(), guilds: none(), members: none() };
  const kinds = new Map<LineProblem, number>();
  let problems = 0;

  return {
    done: (part, outcome, points) => {
      counts[part][outcome] += 1;
      if (outcome === "made" || outcome === "filled") counts[part].points += points;
    },
    problem: (line, kind, what) => {
      problems += 1;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (problems <= MOST_TOLD)
        print(`line ${line}: ${kind}${what === "" ? "" : ` (${what})`}. ${LINE_PROBLEMS[kind]}`);
      if (problems === MOST_TOLD + 1) print("more lines have problems; from here on they are only counted");
    },
    problems: () => problems,
    summary: (dryRun) => [
      ...PARTS.map((part) => {
        const { made, filled, changed, done, points } = counts[part];
        const amount = part === "members" ? "points of contribution" : "points";
        return `${part}: ${grouped(made)} new, ${grouped(filled)} completed, ${grouped(changed)} changed, ${grouped(done)} done before; ${grouped(points)} ${amount}`;
      }),
      ...[...kinds].map(([kind, count]) => `problems: ${kind}: ${grouped(count)}`),
      ...(dryRun ? ["dry run: nothing was written; this is what would be"] : []),
    ],
  };
};
