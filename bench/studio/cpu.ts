import { readdirSync, readFileSync } from "node:fs";

/**
 * Milliseconds of processor time a process has used, all its threads together, to the microsecond; not a number where the system does not say (only Linux does). A
 * thread that has ended is no longer counted: none of ours does.
 */
export const cpuMsOf = (pid: number): number => {
  try {
    const tasks = `/proc/${pid}/task`;
    // proc(5): the first figure is the time spent on a processor, in ns.
    const ns = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
    );
    return ns.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
};
