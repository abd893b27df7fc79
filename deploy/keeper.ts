/**
 * `node deploy/keeper.ts COMMAND [ARG…]` runs a command that cannot watch whoever started it, and ends it (SIGTERM) when
 * standard input ends: so it never outlives its parent, not even one killed with -9. Prints the command's pid, then passes
 * its output to standard error and its exit code on.
 */
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", 2, 2] });

child.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 0 : 1)));
child.on("spawn", () => console.log(child.pid));
process.stdin.on("end", () => child.kill("SIGTERM")).on("error", () => child.kill("SIGTERM"));
process.stdin.resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill("SIGTERM"));
