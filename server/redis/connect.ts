import type { Logger } from "pino";
import { createClient, createCluster } from "redis";
import { functionName, LIBRARY, libraryCode } from "./functions.ts";
import { type Redis, RedisUnavailable } from "./redis.ts";
import { asText } from "./reply.ts";
import { verifyServer } from "./verify-server.ts";

export type RedisOptions = {
  url: string;
  /** The URL names one node of a Redis Cluster. */
  cluster: boolean;
  /** Accept a Redis without append-only file, where an acknowledgement survives only our own processes. */
  allowNoAof: boolean;
};

type Listener = (message: string) => void;

/** The few calls in which a single node and a cluster differ. */
type Link = {
  send(key: string, args: readonly string[]): Promise<unknown>;
  sendToMasters(args: readonly string[]): Promise<unknown[]>;
  subscribe(channel: string, listener: Listener): Promise<void>;
  unsubscribe(channel: string, listener: Listener): Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
};

/** Longest a command waits for a lost connection before it fails with `RedisUnavailable`. */
const OFFLINE_WAIT_MS = 5_000;
const reconnectStrategy = (retries: number): number => Math.min(50 * 2 ** retries, 1_000) * (0.5 + Math.random() / 2);

/**
 * Connects, refuses a server that would lose data (see `verifyServer`), and loads our function library. Throws `ServerRefused` or the connection's error.
 * A connection lost later is restored for ever; meanwhile calls fail with `RedisUnavailable`.
 */
export const connectRedis = async (options: RedisOptions, log: Logger): Promise<Redis> => {
  const restored = new Set<() => void>();
  const onRestored = (): void => {
    for (const listener of restored) listener();
  };
  const link = await (options.cluster
    ? linkCluster(options.url, log, onRestored)
    : linkSingle(options.url, log, onRestored));
  const loadLibrary = async (): Promise<void> => {
    await link.sendToMasters(["FUNCTION", "LOAD", libraryCode]).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.includes("already exists"))) throw error;
    });
  };
  try {
    for (const info of await link.sendToMasters(["INFO"])) verifyServer(asText(info), options);
    await loadLibrary();
  } catch (error) {
    await link.close();
    throw error;
  }

  const run = async (key: string, args: readonly string[]): Promise<unknown> => {
    try {
      return await link.send(key, args);
    } catch (error) {
      throw isReplyError(error) ? error : new RedisUnavailable(error);
    }
  };

  const fcall = async (name: string, keys: readonly string[], args: readonly string[]): Promise<unknown> => {
    const [first = ""] = keys;
    const call = ["FCALL", functionName(name), String(keys.length), ...keys, ...args];
    try {
      return await run(first, call);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("Function not found"))) throw error;
      await loadLibrary();
      return run(first, call);
    }
  };

  return {
    run,
    fcall,
    subscribe: async (channel, listener) => {
      await link.subscribe(channel, listener);
      return () => link.unsubscribe(channel, listener);
    },
    onRestored: (listener) => {
      restored.add(listener);
      return () => restored.delete(listener);
    },
    ready: async () => {
      if (!link.isReady()) return false;
      try {
        const lists = await within(link.sendToMasters(["FUNCTION", "LIST", "LIBRARYNAME", LIBRARY]), 2_000);
        return lists.every((list) => Array.isArray(list) && list.length === 1);
      } catch {
        return false;
      }
    },
    close: () => link.close(),
  };
};

const within = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("timed out")), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Whether Redis itself refused the command, as opposed to no reply having come. */
const isReplyError = (error: unknown): boolean =>
  error instanceof Error && ["ErrorReply", "SimpleError", "BlobError", "ScriptError"].includes(error.constructor.name);

const linkSingle = async (url: string, log: Logger, onRestored: () => void): Promise<Link> => {
  const make = () =>
    createClient({
      url,
      RESP: 2,
      socket: { reconnectStrategy, connectTimeout: OFFLINE_WAIT_MS },
      commandOptions: { timeout: OFFLINE_WAIT_MS },
    });
  const data = make();
  const pubsub = make();
  for (const client of [data, pubsub])
    client.on("error", (error: unknown) => log.warn({ event: "redis-error", error: String(error) }));
  await Promise.all([data.connect(), pubsub.connect()]).catch((error: unknown) => {
    data.destroy();
    pubsub.destroy();
    throw error;
  });
  for (const client of [data, pubsub]) client.on("ready", onRestored);
  return {
    send: (_key, args) => data.sendCommand([...args]),
    sendToMasters: async (args) => [await data.sendCommand([...args])],
    subscribe: (channel, listener) => pubsub.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => pubsub.sUnsubscribe(channel, listener),
    isReady: () => data.isReady && pubsub.isReady,
    close: async () => {
      await Promise.all([data, pubsub].map((client) => (client.isReady ? client.close() : client.destroy())));
    },
  };
};

const linkCluster = async (url: string, log: Logger, onRestored: () => void): Promise<Link> => {
  const { username, password, protocol } = new URL(url);
  const cluster = createCluster({
    rootNodes: [{ url }],
    RESP: 2,
    defaults: {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      socket: { reconnectStrategy, connectTimeout: OFFLINE_WAIT_MS, ...(protocol === "rediss:" ? { tls: true } : {}) },
    },
  });
  cluster.on("error", (error: unknown) => log.warn({ event: "redis-error", error: String(error) }));
  await cluster.connect();
  cluster.on("node-ready", onRestored);
  return {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    sendToMasters: (args) =>
      Promise.all(cluster.masters.map(async (master) => (await cluster.nodeClient(master)).sendCommand([...args]))),
    subscribe: (channel, listener) => cluster.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => cluster.sUnsubscribe(channel, listener),
    isReady: () => cluster.isOpen,
    close: () => cluster.close(),
  };
};
