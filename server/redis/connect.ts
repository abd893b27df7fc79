import type { Logger } from "pino";
import { ErrorReply } from "redis";
import { isErrorCode } from "../../shared/errors.ts";
import { makeDeadlines } from "./deadlines.ts";
import { functionName, LIBRARY, libraryCode, SETTLED_ALREADY, tellingFunctionName } from "./functions.ts";
import { type FunctionCall, makeGather } from "./gather.ts";
import { linkCluster, linkSingle } from "./link.ts";
import { linkSentinel } from "./link-sentinel.ts";
import { type Redis, RedisUnavailable } from "./redis.ts";
import { asList, asText } from "./reply.ts";
import { parseSentinelUrl } from "./sentinel-url.ts";
import { makeSettling } from "./settling.ts";
import { ServerRefused, tooFewReplicas, verifyServer } from "./verify-server.ts";

export type RedisOptions = {
  /** redis:// or rediss://, with user and password; redis+sentinel:// or rediss+sentinel:// as `parseSentinelUrl` reads it. */
  url: string;
  /** The URL names one node of a Redis Cluster. */
  cluster: boolean;
  /** Accept a Redis without append-only file, where an acknowledgement survives only our own processes. */
  allowNoAof: boolean;
  /** How many replicas must have what a function wrote before its caller is answered. 0: none. */
  ackReplicas?: number;
  /** Longest they are waited for; then the outcome is unknown. */
  ackTimeoutMs?: number;
  /** Functions asked for at about the same time leave as one command: for who asks for very many, and can wait a moment. */
  gathers?: boolean;
};

const CONNECT_DEADLINE_MS = 10_000;
/** A Redis that is connected but does not answer within this is treated as if it were gone: the outcome is unknown. */
const REPLY_DEADLINE_MS = 10_000;
const ACK_TIMEOUT_MS = 1_000;
/** Commands that do many functions under way at once: one, so that many share it; more where each waits for replicas. */
const GATHERED = { plain: 1, acknowledged: 8 };
/** Refusals of a server that cannot serve at the moment; nothing has been done. */
const NOT_NOW = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|OOM|BUSY)\b/;

/**
 * Connects, refuses a server that would lose data (see `verifyServer`), and loads our function library. Throws `ServerRefused`, also when nothing answers within
 * 10 s. A connection lost later is restored for ever; meanwhile calls fail with `RedisUnavailable`.
 */
export const connectRedis = async (options: RedisOptions, log: Logger): Promise<Redis> => {
  const restored = new Set<() => void>();
  const onRestored = (): void => {
    for (const listener of restored) listener();
  };
  const { ackReplicas = 0, ackTimeoutMs = ACK_TIMEOUT_MS } = options;
  const sentinel = parseSentinelUrl(options.url);
  const linkOptions = { url: options.url, log, onRestored };
  const connect = options.cluster ? linkCluster : linkSingle;
  const { link, connected } = sentinel === undefined ? connect(linkOptions) : linkSentinel(sentinel, linkOptions);
  const deadlines = makeDeadlines(REPLY_DEADLINE_MS);
  const startDeadline = makeDeadlines(CONNECT_DEADLINE_MS);

  const loadLibrary = async (): Promise<void> => {
    await link.sendToMasters(["FUNCTION", "LOAD", libraryCode]).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.includes("already exists"))) throw error;
    });
  };
  try {
    await startDeadline.within(connected).catch((error: unknown) => {
      throw new ServerRefused(
        `Redis at ${options.url.replace(/\/\/.*@/, "//")} does not answer (${String(error)}). Check REDIS_URL and that it runs.`,
      );
    });
    for (const info of (await link.sendToMasters(["INFO"])).map(asText)) {
      verifyServer(info, options);
      const few = tooFewReplicas(info, ackReplicas);
      if (few !== undefined) log.warn({ event: "too-few-replicas" }, few);
    }
    await loadLibrary();
  } catch (error) {
    deadlines.close();
    await link.close();
    throw error;
  } finally {
    startDeadline.close();
  }

  const run = async (key: string, args: readonly string[]): Promise<unknown> => {
    try {
      return await deadlines.within(link.send(key, args));
    } catch (error) {
      throw error instanceof ErrorReply && !NOT_NOW.test(error.message) ? error : new RedisUnavailable(error);
    }
  };

  const callFunction = async (key: string, call: readonly string[]): Promise<unknown> => {
    try {
      return await run(key, call);
    } catch (error) {
      // A master that joined the cluster later, or a Redis that was emptied.
      if (!(error instanceof Error && error.message.includes("Function not found"))) throw error;
      await loadLibrary();
      return run(key, call);
    }
  };
  const settling = makeSettling({ link, deadlines, log, replicas: ackReplicas, timeoutMs: ackTimeoutMs });

  const ask = async ({ name, keys, args }: FunctionCall): Promise<unknown> => {
    const waits = ackReplicas > 0 && !SETTLED_ALREADY.has(name);
    const [first = ""] = keys;
    const reply = await callFunction(first, [
      ...["FCALL", waits ? tellingFunctionName(name) : functionName(name), String(keys.length)],
      ...[...keys, ...args],
    ]);
    if (!waits) return reply;
    const [boot, answer = null] = asList(reply);
    if (!isRefusal(answer)) await settling.settled(first, asText(boot));
    return answer;
  };
  const gathered = makeGather({
    ask,
    // In a cluster one command's keys are of one slot, which the bucket in braces decides.
    groupOf: ({ name, keys: [key = ""] }) =>
      (SETTLED_ALREADY.has(name) ? SETTLED : "") + (options.cluster ? key.slice(0, key.indexOf("}")) : ""),
    nameOf: (group) => (group.startsWith(SETTLED) ? "each_settled" : "each"),
    most: ackReplicas > 0 ? GATHERED.acknowledged : GATHERED.plain,
    failure: (message) => (NOT_NOW.test(message) ? new RedisUnavailable(message) : new Error(message)),
  });

  return {
    run,
    fcall: (name, keys, args) => (options.gathers ? gathered : ask)({ name, keys, args }),
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
        const lists = await deadlines.within(link.sendToMasters(["FUNCTION", "LIST", "LIBRARYNAME", LIBRARY]));
        return lists.every((list) => Array.isArray(list) && list.length === 1);
      } catch {
        return false;
      }
    },
    close: async () => {
      deadlines.close();
      await link.close();
    },
  };
};

/** What the name of a group begins with whose callers need not wait for replicas. */
const SETTLED = "settled ";

/** A reply that says why nothing was written. */
const isRefusal = (reply: unknown): boolean => Array.isArray(reply) && isErrorCode(reply[0]);
