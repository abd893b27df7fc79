import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { bareEnvironment } from "./bare-environment.ts";

export type Service = {
  readonly child: ChildProcess;
  readonly port: number;
  /** What it has written to stderr, one JSON line each. */
  readonly log: string[];
  /** Kills it (-9), as a crash would. */
  kill(): Promise<void>;
  /** Ends it in order; gives its exit code. */
  stop(): Promise<number | null>;
};

const readySchema = z.object({ ready: z.string(), port: z.int().optional() });
const root = join(import.meta.dirname, "..");

/** A service as its own process, ready to be used. It ends with the test, unless `keep` is set. */
export const aService = async (
  name: "chat" | "notifier" | "fcm-sandbox",
  env: Readonly<Record<string, string>>,
  keep = false,
): Promise<Service> => {
  const child = spawn(process.execPath, [join(root, "server/main.ts"), name], {
    env: { ...bareEnvironment(), GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", NOTIFIER_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  createInterface(child.stderr).on("line", (line) => log.push(line));
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  if (!keep) onTestFinished(() => kill());
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      const ready = readySchema.safeParse(JSON.parse(line));
      if (ready.success) resolve(ready.data.port ?? 0);
    });
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${log.join("\n")}`)));
  });
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    await exited;
    return child.exitCode;
  };
  return { child, port, log, kill, stop };
};
