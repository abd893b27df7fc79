import { FIGURES, type FigureName } from "./figures.ts";
import type { AtNoise } from "./lab.ts";
import { written } from "./written.ts";

/** What fits on a line; the rest is in the report. */
const SHOWN: readonly FigureName[] = [
  ...(["pushes", "importantPushes", "pushesP95", "mostInHour", "digests", "mostDigests", "missed", "slept"] as const),
  ...(["toNotifyP50", "toNotifyP95", "alreadyRead", "readSoon", "violations", "duplicates"] as const),
];

/** A table in Markdown, a row for each policy. */
export const tableOf = ({ rows }: AtNoise, shown: readonly FigureName[] = SHOWN): string => {
  const heads = ["policy", ...shown.map((name) => FIGURES[name].short)];
  const cells = rows.map(({ policy, figures }) => [
    policy,
    ...shown.map((name) => written(figures[name], FIGURES[name])),
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(heads), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...cells.map(line)].join("\n");
};
