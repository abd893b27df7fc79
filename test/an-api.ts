import { randomUUID } from "node:crypto";
import { z } from "zod";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aRedis, isSuiteCluster } from "./a-redis.ts";
import { aService } from "./a-service.ts";
import { anEventsSink } from "./an-events-sink.ts";

export type Call = {
  method: string;
  path: string;
  /** As is when it is a string or bytes; else as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};
export type Answer = { status: number; body: unknown; headers: Headers; text: string };

const codeSchema = z.object({ error: z.object({ code: z.string(), details: z.array(z.string()).optional() }) });
export const codeOf = (answer: Answer): string | undefined => codeSchema.safeParse(answer.body).data?.error.code;
export const detailsOf = (answer: Answer): string[] => codeSchema.safeParse(answer.body).data?.error.details ?? [];

/** A chat service of its own process and namespace, called as the game's backend calls it. Close it. */
export const anApi = async (env: Readonly<Record<string, string>> = {}) => {
  const { redis, keys } = await aRedis({ url: env.REDIS_URL, keys: makeKeys(`t-${randomUUID().slice(0, 12)}`) });
  const apiKeys = [`key-one-${randomUUID()}`, `key-two-${randomUUID()}`] as const;
  const sink = await anEventsSink();
  const chatEnv = {
    ...{ GREMIO_EVENTS_URL: sink.url, GREMIO_WEBHOOK_SECRET: sink.secret },
    REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
    GREMIO_REDIS_CLUSTER: isSuiteCluster(env.REDIS_URL) ? "1" : "0",
    GREMIO_NAMESPACE: keys.namespace,
    GREMIO_API_KEYS: apiKeys.join(","),
    GREMIO_ALLOWED_ORIGINS: "https://game.example",
    ...env,
  };
  const service = await aService("chat", chatEnv, true);
  const url = `http://127.0.0.1:${service.port}`;

  const send = async ({ method, path, body, headers = {} }: Call): Promise<Answer> => {
    const raw =
      body instanceof Uint8Array ? new Uint8Array(body) : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(url + path, {
      method,
      headers: { ...(raw === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(raw === undefined ? {} : { body: raw }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers, text };
  };

  /** As the game's backend; throws when refused. */
  const backend = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await send({ method, path, body, headers: { "x-api-key": apiKeys[0] } });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };

  const players = makePlayers(redis, keys);
  return {
    redis,
    keys,
    sink,
    players,
    guilds: makeGuilds(redis, keys, players, { historyLength: 1000 }),
    apiKeys,
    service,
    chatEnv,
    url,
    send,
    backend,
    /** A guild of players who are named as their ids; the first leads it. */
    guild: async (id: string, people: readonly string[]): Promise<void> => {
      for (const player of people) await backend("PATCH", `/v1/players/${player}`, { name: player });
      await backend("POST", "/v1/guilds", { id, name: `Guild ${id}`, tag: "TAG", leader: people[0] });
      for (const player of people.slice(1)) await backend("PUT", `/v1/guilds/${id}/members/${player}`, {});
    },
    close: async (): Promise<void> => {
      await service.kill();
      await redis.close();
    },
  };
};
export type Api = Awaited<ReturnType<typeof anApi>>;
