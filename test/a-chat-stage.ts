import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBackend } from "../bench/studio/backend.ts";
import { startChild } from "../bench/studio/child.ts";
import { until } from "../bench/studio/until.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { DEV_API_KEY } from "../server/config/development-secrets.ts";
import { playerOf, type Stage } from "./perform-dialogue.ts";

const root = join(import.meta.dirname, "..");

/** `POST /v1/join` at whoever answers it there. */
export const joinAt = async (url: string, token: string, body: unknown): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${url}/v1/join`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

/** This checkout's chat service with a Redis of its own, as the stage of a dialogue. */
export const aChatStage = async (): Promise<Stage & { port: number; close(): Promise<void> }> => {
  const dir = await mkdtemp(join(tmpdir(), "gremio-stage-"));
  let redis = await startEmbeddedRedis({ dir, appendfsync: "always" });
  const env = {
    ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", REDIS_URL: redis.url, LOG_LEVEL: "error" },
    // As it was settled when the dialogues were recorded.
    GREMIO_GUILD_JOIN_MODE: "request",
  };
  const chat = await startChild(join(root, "server/main.ts"), ["chat"], env);
  const url = `http://127.0.0.1:${chat.port}`;
  const backend = makeBackend(() => chat.port, DEV_API_KEY);
  return {
    port: chat.port,
    url: () => url,
    studio: async (request, body) => {
      const [method = "", path = ""] = request.split(" ");
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { "x-api-key": DEV_API_KEY, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
    join: async (who, body) => joinAt(url, await backend.token(playerOf(who)), body),
    token: (player) => backend.token(player),
    restartRedis: async () => {
      await redis.kill();
      redis = await startEmbeddedRedis({ dir, port: redis.port, appendfsync: "always" });
      const isReady = async (): Promise<boolean> => (await fetch(`${url}/ready`)).ok;
      if (!(await until(isReady, 15_000))) throw new Error("the service did not come back");
    },
    close: async () => {
      await chat.stop();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
