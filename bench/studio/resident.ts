import { readFileSync } from "node:fs";

/** Bytes of memory a process has resident now, garbage included; not a number where the system does not say (only Linux does). */
export const residentBytesOf = (pid: number): number => {
  try {
    const [kib] = /(?<=^VmRSS:\s+)\d+/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kib) * 1024;
  } catch {
    return Number.NaN;
  }
};
