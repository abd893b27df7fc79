import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "../../deploy/embedded-redis.ts";
import { type Child, startChild } from "./child.ts";
import { type RedisServer, redisServer } from "./redis-facts.ts";

/** Where a bench's processes are started; they end together, the last one first. */
export type Stage = {
  redis(): Promise<EmbeddedRedis>;
  /** What the Redis started last told of itself. */
  redisServer(): RedisServer | undefined;
  /** A script under `bench/` as its own process. */
  start(script: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Child>;
  /** A chat service that answers what `settled-memory.ts` answers. */
  chat(redis: EmbeddedRedis, env?: Readonly<Record<string, string>>): Promise<Child>;
  /** Plain Colyseus in the same way, with patches every `patchRateMs`; `state`: rooms have the state of our guild rooms. */
  plain(patchRateMs: number, state: boolean): Promise<Child>;
  /** What else is to be undone. */
  onClose(step: () => Promise<unknown>): void;
  close(): Promise<void>;
};

const BENCH = join(import.meta.dirname, "..");
const settled = { NODE_OPTIONS: `--import=${join(import.meta.dirname, "settled-memory.ts")}` };

export const openStage = (): Stage => {
  const undo: (() => Promise<unknown>)[] = [];
  let server: RedisServer | undefined;
  const start: Stage["start"] = async (script, args = [], env = {}) => {
    const child = await startChild(join(BENCH, script), args, env);
    undo.push(child.stop);
    return child;
  };
  return {
    start,
    redis: async () => {
      const redis = await startEmbeddedRedis();
      undo.push(redis.stop);
      server = await redisServer(redis.url);
      return redis;
    },
    redisServer: () => server,
    chat: (redis, env = {}) =>
      start("../server/main.ts", ["chat"], {
        ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", REDIS_URL: redis.url, LOG_LEVEL: "warn" },
        // A crowd has more sockets than a guild has members.
        GREMIO_PLAYER_SOCKETS: "100000",
        ...{ ...settled, ...env },
      }),
    plain: (patchRateMs, state) =>
      start("plain-colyseus/server.ts", [String(patchRateMs), ...(state ? ["state"] : [])], settled),
    onClose: (step) => undo.push(step),
    close: async () => {
      for (const step of undo.splice(0).toReversed()) await step();
    },
  };
};

/** Runs `build` on a stage that is closed when it fails. The result also has the Redis it started. */
export const onStage = async <T extends object>(
  build: (stage: Stage) => Promise<T>,
): Promise<T & { redis?: RedisServer }> => {
  const stage = openStage();
  try {
    const built = await build(stage);
    const redis = stage.redisServer();
    return redis === undefined ? built : { ...built, redis };
  } catch (error) {
    await stage.close();
    throw error;
  }
};
