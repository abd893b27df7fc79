import type { Progress } from "./replay.ts";

const WIDTH = 30;

/** A bar on a terminal, redrawn in place; elsewhere a plain line for every tenth. */
export const makeProgressBar = (output: NodeJS.WriteStream): ((progress: Progress) => void) => {
  let drawn = "";
  return ({ part, sent, acknowledged, cuts, down }) => {
    const figures = `${sent} sent, ${acknowledged} acknowledged, ${cuts} lines cut, ${down} down`;
    if (output.isTTY) {
      const full = Math.min(WIDTH, Math.floor(part * WIDTH));
      const line = `[${"#".repeat(full)}${"·".repeat(WIDTH - full)}] ${Math.floor(part * 100)} %  ${figures}`;
      if (line !== drawn) output.write(`\r\x1b[K${line}${part >= 1 ? "\n" : ""}`);
      drawn = line;
      return;
    }
    const tenth = `${Math.floor(part * 10) * 10} %`;
    if (tenth !== drawn) output.write(`${tenth}: ${figures}\n`);
    drawn = tenth;
  };
};
