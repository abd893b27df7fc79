import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { findRedis } from "./setup/redis-binary.mjs";

export type EmbeddedRedisOptions = {
  /** Where the append-only file lives; it is kept. Left out: a temporary folder, removed at the end. */
  dir?: string;
  /** Left out: a free one. */
  port?: number;
  /** How often Redis forces its file to the disk; "everysec" may lose the last 2 s when the machine dies. */
  appendfsync?: "always" | "everysec" | "no";
  /** The port of a master on 127.0.0.1 that this one follows. It has caught up when it is ready. */
  replicaOf?: number;
  /** More of redis-server's own options, for example `["--cluster-enabled", "yes"]`. */
  args?: readonly string[];
};

export type EmbeddedRedis = {
  readonly url: string;
  readonly port: number;
  /** Of redis-server itself. */
  readonly pid: number;
  /** Settles when the server has ended, however it came to that; with its exit code. */
  readonly exited: Promise<number>;
  /** Ends the server in order: everything is on the disk. */
  stop(): Promise<void>;
  /** Kills the server (-9), as a crash would. */
  kill(): Promise<void>;
};

/** Loading a large append-only file takes a while; Redis reads some 100 MB/s. */
const READY_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 15_000;
const PORT_TRIES = 5;

/**
 * A real redis-server (or valkey-server) of PATH on 127.0.0.1, append-only file on, nothing evicted. It answers PING when
 * this settles. It never outlives this process. Throws when there is no server on PATH or it does not come up.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions = {}): Promise<EmbeddedRedis> {
  const { command } = findRedis();
  if (!command) throw new Error("there is no redis-server or valkey-server (7 or later) on PATH");
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "gremio-redis-")));
  await mkdir(dir, { recursive: true });
  const discard = async () => (options.dir === undefined ? rm(dir, { recursive: true, force: true }) : undefined);
  for (let tries = 1; ; tries++) {
    try {
      return await launch(command, dir, options.port ?? (await freePort()), options, discard);
    } catch (error) {
      if (options.port !== undefined || tries === PORT_TRIES || !/Address already in use/.test(String(error))) {
        await discard();
        throw error;
      }
    }
  }
}

async function launch(
  command: string,
  dir: string,
  port: number,
  { appendfsync = "everysec", replicaOf, args = [] }: EmbeddedRedisOptions,
  discard: () => Promise<void>,
): Promise<EmbeddedRedis> {
  const keeper = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "keeper.ts"),
      command,
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", appendfsync, "--maxmemory-policy", "noeviction"],
      // A replica need not wait for others that might come to be synchronised together with it.
      ...["--set-proc-title", "no", "--repl-diskless-sync-delay", "0"],
      ...(replicaOf === undefined ? [] : ["--replicaof", "127.0.0.1", String(replicaOf)]),
      ...args,
    ],
    // A group of its own: Ctrl-C reaches the services first, which still need Redis to end in order.
    { stdio: ["pipe", "pipe", "pipe"], detached: true },
  );
  let pid = 0;
  const exited = new Promise<number>((resolve) => {
    keeper.once("exit", (code, killedBy) => {
      // A keeper that was killed could not take its server along.
      if (killedBy !== null && pid > 0) kill(pid);
      resolve(code ?? 1);
    });
  });
  const log: string[] = [];
  keeper.stderr.setEncoding("utf8").on("data", (text: string) => log.push(...log.splice(-20), text));
  keeper.stdin.on("error", () => {});
  pid = await redisPid(keeper, exited);
  if (!(await answersInTime(port, replicaOf === undefined ? UP : FOLLOWS, exited))) {
    keeper.stdin.end();
    await exited;
    throw new Error(`${command} did not come up on port ${port}:\n${log.join("").slice(-2000)}`);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    exited,
    async stop() {
      keeper.stdin.end();
      const late = setTimeout(() => kill(pid), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(late);
      await discard();
    },
    async kill() {
      kill(pid);
      await exited;
      await discard();
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

async function redisPid(keeper: ChildProcess, exited: Promise<number>): Promise<number> {
  if (!keeper.stdout) return 0;
  const said = await Promise.race([once(keeper.stdout, "data"), exited.then(() => ["0"])]);
  return Number(String(said[0]).trim());
}

type Sign = { ask: string; expected: RegExp };
/** One that still loads its file does not answer so. */
const UP: Sign = { ask: "PING", expected: /^\+PONG/ };
const FOLLOWS: Sign = { ask: "INFO replication", expected: /master_link_status:up/ };

async function answersInTime(port: number, sign: Sign, exited: Promise<number>): Promise<boolean> {
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  for (const deadline = Date.now() + READY_DEADLINE_MS; Date.now() < deadline && !ended; await delay(20)) {
    if (await answers(port, sign)) return !ended;
  }
  return false;
}

function answers(port: number, { ask, expected }: Sign): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(`${ask}\r\n`));
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(false)).once("error", () => settle(false));
    socket.once("data", (data) => settle(expected.test(data.toString())));
  });
}
