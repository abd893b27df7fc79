import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { deleteApp, initializeApp } from "firebase-admin/app";
import { getMessaging } from "firebase-admin/messaging";
import { expect, onTestFinished, test } from "vitest";
import { readConnection, sandboxApp } from "../server/fcm-sandbox/connect.ts";
import { startFcmSandbox } from "../server/fcm-sandbox/start.ts";
import { waitFor } from "./wait-for.ts";

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gremio-fcm-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const MAIN = join(import.meta.dirname, "../server/main.ts");

function runService(environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [MAIN, "fcm-sandbox"], {
    env: { PATH: process.env.PATH ?? "", GREMIO_DEVELOPMENT: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const refused = await Promise.race([
    once(socket, "connect").then(() => false),
    once(socket, "error").then(() => true),
  ]).catch(() => true);
  socket.destroy();
  return refused;
}

test("[FS29] the connection file is its owner's alone, leads a firebase-admin to the sandbox, and is removed", async () => {
  const path = join(await aFolder(), "fcm.json");
  const sandbox = await startFcmSandbox({ connectionFile: path });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const options = sandboxApp(await readConnection(path));
  const app = initializeApp(options, "from-file");
  await getMessaging(app).send({ token: "p" });
  options.httpAgent.destroy();
  await deleteApp(app);
  await sandbox.close();
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("[FS29] a file that is no connection is refused with its name", async () => {
  const path = join(await aFolder(), "fcm.json");
  await writeFile(path, JSON.stringify({ projectId: "p" }));
  await expect(readConnection(path)).rejects.toThrow(/fcm\.json is no FCM sandbox connection: .*tlsAddress/s);
  await expect(readConnection(`${path}.missing`)).rejects.toThrow(/fcm\.json\.missing/);
});

test("[FS30] closing frees both ports, also with clients connected", async () => {
  const sandbox = await startFcmSandbox();
  const idle = connect(sandbox.tlsPort, "127.0.0.1");
  idle.on("error", () => {});
  await once(idle, "connect");
  await sandbox.close();
  await sandbox.close();
  await once(idle, "close");
  await waitFor(() => !process.getActiveResourcesInfo().includes("TCPServerWrap"), "the servers' handles to go");
  expect(await refusesConnections(sandbox.tlsPort)).toBe(true);
  expect(await refusesConnections(sandbox.controlPort)).toBe(true);
});

test("[FS30] a start that fails leaves nothing behind", async () => {
  const sandbox = await startFcmSandbox();
  await expect(startFcmSandbox({ controlPort: sandbox.controlPort })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await sandbox.close();
});

test.each(["SIGTERM", "SIGINT"] as const)("[FS31] the service says when it is ready and ends at %s", async (signal) => {
  const path = join(await aFolder(), "fcm.json");
  const child = runService({ FCM_SANDBOX_FILE: path });
  if (!child.stdout) throw new Error("no output");
  const lines = createInterface(child.stdout);
  const [line] = await once(lines, "line");
  const ready: unknown = JSON.parse(String(line));
  const { tlsAddress } = await readConnection(path);
  expect(ready).toEqual({ ready: "fcm-sandbox", controlPort: expect.any(Number), tlsPort: tlsAddress.port });
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([0, null]);
  await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("[FS31] a wrong setting is named before anything is opened", async () => {
  const child = runService({ FCM_SANDBOX_PORT: "seven" });
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(output).toMatch(/FCM_SANDBOX_PORT/);
  expect(output).toMatch(/FCM_SANDBOX_FILE/);
});
