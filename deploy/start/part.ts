import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";

/** A process of `npm start`. */
export type Part = {
  readonly name: string;
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Settles when it has ended, with how: "exit code 1" or "SIGKILL". */
  readonly exited: Promise<string>;
  /** Ends it in order, after the deadline by force. */
  stop(): Promise<void>;
  /** Kills it (-9), as a crash would. */
  kill(): Promise<void>;
};

const readySchema = z.looseObject({
  ready: z.string(),
  port: z.int().optional(),
  controlPort: z.int().optional(),
});
export type Ready = z.infer<typeof readySchema>;

/** A part that ended before it was ready. */
export class PartFailed extends Error {}

const READY_DEADLINE_MS = 60_000;
/** The service's own deadline is 10 s. */
const STOP_DEADLINE_MS = 12_000;

export type PartOptions = Readonly<{
  /** A service of server/main.ts, unless `script` says otherwise. */
  name: string;
  /** What to run, from the root of the project. */
  script?: string;
  env: NodeJS.ProcessEnv;
  /** Takes each line the part writes to standard error. */
  log: (line: string) => void;
  /** Ends the part while it starts. */
  signal: AbortSignal;
}>;

/** Starts a service as a process of its own and waits until it says that it is ready. */
export async function startPart({ name, script = "server/main.ts", env, log, signal }: PartOptions): Promise<Part> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "..", script), name], {
    env: { ...env, GREMIO_PARENT: "1" },
    stdio: ["pipe", "pipe", "pipe"],
    // A group of its own, so that Ctrl-C reaches `npm start` alone, which ends the parts in their order.
    detached: process.platform !== "win32",
  });
  child.stdin.on("error", () => {});
  createInterface(child.stderr).on("line", log);
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  const stop = async () => {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await exited;
    clearTimeout(late);
  };
  const said = new Promise<Ready>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      const parsed = readySchema.safeParse(parseJson(line));
      if (parsed.success) resolve(parsed.data);
      else log(line);
    });
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new PartFailed(`${name} was not ready in time`)), READY_DEADLINE_MS);
  const abort = () => late.reject(new PartFailed(`${name} was stopped while it started`));
  signal.addEventListener("abort", abort);
  try {
    const failed = exited.then((how) => Promise.reject(new PartFailed(`${name} could not start (${how})`)));
    const ready = await Promise.race([said, failed, late.promise]);
    return { name, ready, exited, stop, kill };
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
