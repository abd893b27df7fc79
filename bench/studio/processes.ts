import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "../../deploy/embedded-redis.ts";
import { type Child, startChild } from "./child.ts";

/** Everything one bench starts, to be ended in one go, last started first. */
export type Processes = {
  redis(): Promise<EmbeddedRedis>;
  /** A chat service in development, without a pace for senders: what one guild says here in a second it says elsewhere in an hour. */
  chat(redis: EmbeddedRedis, env?: Readonly<Record<string, string>>): Promise<Child>;
  /** A script, by its path in bench/. */
  script(path: string, args?: readonly string[]): Promise<Child>;
  close(): Promise<void>;
};

const BENCH = join(import.meta.dirname, "..");

export const makeProcesses = (): Processes => {
  const undo: (() => Promise<void>)[] = [];
  const start = async (path: string, args: readonly string[], env = {}): Promise<Child> => {
    const child = await startChild(join(BENCH, path), args, env);
    undo.push(() => child.stop());
    return child;
  };
  return {
    redis: async () => {
      const redis = await startEmbeddedRedis();
      undo.push(() => redis.stop());
      return redis;
    },
    chat: (redis, env = {}) =>
      start("../server/main.ts", ["chat"], {
        ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", REDIS_URL: redis.url, LOG_LEVEL: "warn" },
        GREMIO_GUILD_PACE: "off",
        ...env,
      }),
    script: (path, args = []) => start(path, args),
    close: async () => {
      for (const step of undo.splice(0).toReversed()) await step();
    },
  };
};

/** Sets a contest up; what was started is ended when that fails. */
export const withProcesses = async <T>(setUp: (processes: Processes) => Promise<T>): Promise<T> => {
  const processes = makeProcesses();
  try {
    return await setUp(processes);
  } catch (error) {
    await processes.close();
    throw error;
  }
};
