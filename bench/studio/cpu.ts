import { readFileSync } from "node:fs";

/** A tick of /proc/PID/stat on every Linux that runs Node: USER_HZ is 100 (proc(5)). */
const TICK_MS = 10;

/** Milliseconds of processor time a process has used; not a number where the system does not say (only Linux does). */
export const cpuMsOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
};
