import { fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

/** A script of the project as its own process, which ends when this one does. */
export type Child = {
  readonly pid: number;
  /** Where it listens; 0 when it does not. */
  readonly port: number;
  /** Gives a message to the process and settles with its next one. One at a time. */
  ask(message: object): Promise<unknown>;
  stop(): Promise<void>;
};

const readySchema = z.object({ ready: z.string(), port: z.int().default(0) });
const STOP_DEADLINE_MS = 10_000;

/** Settles when the process has printed its line `{"ready": NAME, "port"?: N}`; rejects when it ends before. */
export const startChild = async (
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Child> => {
  const child = fork(script, args, {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
    child.once("error", (error) => resolve(error.message));
  });
  const failed = exited.then((how) => Promise.reject(new Error(`${script} ended (${how})`)));
  failed.catch(() => {});
  const said = new Promise<z.infer<typeof readySchema>>((resolve) => {
    if (child.stdout === null) return;
    createInterface(child.stdout).on("line", (line) => {
      const ready = readySchema.safeParse(parseJson(line));
      if (ready.success) resolve(ready.data);
    });
  });
  const { port } = await Promise.race([said, failed]);
  return {
    pid: child.pid ?? 0,
    port,
    ask: async (message) => {
      const answer = once(child, "message");
      child.send(message);
      const [first]: unknown[] = await Promise.race([answer, failed]);
      return first;
    },
    stop: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(late);
    },
  };
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
