import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedRedis } from "../../deploy/embedded-redis.ts";
import { type Part, startPart } from "../../deploy/start/part.ts";
import { DEV_API_KEY } from "../../server/config/development-secrets.ts";

/** Gremio as it is run, for one measurement: every part its own process, on free ports, with data of its own that is removed at the end. */
export type House = {
  readonly chatPort: () => number;
  readonly sandboxUrl: string;
  readonly apiKey: string;
  /** Kills the chat process (-9) and starts another; gives for how many milliseconds there was none. */
  killChat(): Promise<number>;
  stop(): Promise<void>;
};

export type HouseOptions = {
  signal: AbortSignal;
  /** Settings, over those of a house. */
  env?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
};

export const openHouse = async ({ signal, env = {}, log = () => {} }: HouseOptions): Promise<House> => {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "gremio-house-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const redis = await startEmbeddedRedis();
    undo.push(() => redis.stop());
    const settings = {
      PATH: process.env.PATH,
      GREMIO_DEVELOPMENT: "1",
      GREMIO_DATA_DIR: folder,
      HOST: "127.0.0.1",
      PORT: "0",
      NOTIFIER_PORT: "0",
      REDIS_URL: redis.url,
      FCM_SANDBOX_FILE: join(folder, "fcm-sandbox.json"),
      LOG_LEVEL: "warn",
      ...env,
    };
    const start = (name: string): Promise<Part> => startPart({ name, env: settings, log, signal });
    const sandbox = await start("fcm-sandbox");
    undo.push(() => sandbox.stop());
    const notifier = await start("notifier");
    undo.push(() => notifier.stop());
    let chat = await start("chat");
    undo.push(() => chat.stop());
    return {
      chatPort: () => chat.ready.port ?? 0,
      sandboxUrl: `http://127.0.0.1:${sandbox.ready.controlPort}`,
      apiKey: DEV_API_KEY,
      killChat: async () => {
        const began = performance.now();
        await chat.kill();
        chat = await start("chat");
        return performance.now() - began;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
