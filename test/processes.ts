import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export type Process = { readonly pid: number; readonly command: string; readonly environment: string };

/** Every process that has this text in its environment, which its children inherit. */
export function processesWith(text: string): Process[] {
  return all().filter(({ environment }) => environment.includes(text));
}

function all(): Process[] {
  if (existsSync("/proc/self/environ"))
    return readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? read(pid) : []));
  // Elsewhere ps prints the environment after the command.
  const lines = spawnSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8" }).stdout.split("\n");
  return lines.map((line) => ({ pid: Number.parseInt(line, 10), command: line, environment: line }));
}

/** Nothing for a process that ended meanwhile, or waits to be buried. */
function read(pid: string): Process[] {
  const text = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ").trim();
  try {
    return [{ pid: Number(pid), command: text("cmdline"), environment: text("environ") }];
  } catch {
    return [];
  }
}
