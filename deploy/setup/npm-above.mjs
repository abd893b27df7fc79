// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** From here up: npm's shell, npm. */
const LEVELS = 2;

/**
 * Tells whether the npm that ran this script has gone (killed with -9, it leaves its shell and this process behind, without
 * a word). Undefined when no npm ran it, and on Windows.
 * @returns {(() => boolean) | undefined}
 */
export function watchNpm() {
  const npm = ancestors().find(({ command }) => /(^|\/)npm( |$)|npm-cli\.js/.test(command))?.pid;
  return npm === undefined ? undefined : () => !ancestors().some(({ pid }) => pid === npm);
}

/** The nearest first. What lost its parent has another one, even while the dead parent still waits to be buried. */
function ancestors() {
  const found = [];
  let pid = process.ppid;
  for (let level = 0; level < LEVELS && pid > 1; level++) {
    const { parent, command } = look(pid);
    found.push({ pid, command });
    pid = parent;
  }
  return found;
}

/** @param {number} pid */
function look(pid) {
  const nobody = { parent: 0, command: "" };
  if (process.platform === "win32") return nobody;
  if (existsSync("/proc/self/stat")) {
    try {
      // The second field, the name in parentheses, may hold anything; the parent is the second one after it.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return { parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() };
    } catch {
      return nobody;
    }
  }
  const said = spawnSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
  const [, parent = "0", command = ""] = /^\s*(\d+)\s+(.*)/.exec(said) ?? [];
  return { parent: Number(parent), command };
}
