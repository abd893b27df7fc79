import type { Logger } from "pino";
import { createClient, createCluster } from "redis";
import { asNumber } from "./reply.ts";
import { watch } from "./watch.ts";

export type LinkOptions = { url: string; log: Logger; onRestored(): void };

/** The few calls in which a single node and a cluster differ. */
export type Link = {
  send(key: string, args: readonly string[]): Promise<unknown>;
  sendToMasters(args: readonly string[]): Promise<unknown[]>;
  /** The server that holds `key` now, by a name. */
  serverOf(key: string): Promise<string>;
  /** Two commands, one directly after the other, on a connection to the server of `key` that serves nothing else: the second may block it. Both go over the same connection, or it throws. */
  pair(key: string, first: readonly string[], second: readonly string[]): Promise<[unknown, unknown]>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
};

type Client = ReturnType<typeof createClient<Record<never, never>, Record<never, never>, Record<never, never>, 2>>;

/** A chain that a lost connection interrupts is given up as a whole, and never goes on over the next connection. */
const chained = (client: Client, first: readonly string[], second: readonly string[]): Promise<[unknown, unknown]> => {
  const options = { chainId: Symbol("pair"), timeout: OFFLINE_WAIT_MS };
  return Promise.all([client.sendCommand([...first], options), client.sendCommand([...second], options)]);
};

/** Connects in the background, for ever; what is sent meanwhile waits. */
const opened = (client: Client, warn: (error: unknown) => void): Client => {
  client.on("error", warn);
  client.connect().catch(warn);
  return client;
};

/** Lets what is under way end, for a while; a connection that is lost in that moment would be waited for without end. */
const end = async (client: Client): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  if (client.isReady) await Promise.race([client.close().catch(() => undefined), late]);
  clearTimeout(timer);
  if (client.isOpen) client.destroy();
};

const CLOSE_MS = 2_000;
/** Longest a command waits for a lost connection to come back before it fails. */
const OFFLINE_WAIT_MS = 5_000;
/**
 * While connected a command needs no timer of its own, which would be an AbortSignal that lives for 5 s: 5 % of a busy process. An answer that does not come is the
 * caller's to give up.
 */
const AT_ONCE = { timeout: 0 };
/** A silent subscription costs its followers seconds, until heads are compared, so it is given up soon; commands only when all on it have failed anyway. */
const SILENT_MS = { subscriptions: 6_000, commands: 12_000 };
/** A master of a cluster that cannot be reached for this long may have been replaced: the others are asked. */
const TOPOLOGY_REFRESH_MS = 1_000;
/** What trying again does not mend: a wrong password, a certificate that is not trusted. */
const IN_VAIN = /WRONGPASS|NOAUTH|NOPERM|certificate|CERT_/i;

/** Tries again for ever, at most a second apart; before the first success, what is in vain ends it at once. */
const makeReconnectStrategy = () => {
  const state = { succeeded: false };
  const strategy = (retries: number, cause: Error): number | Error =>
    !state.succeeded && IN_VAIN.test(String(cause))
      ? cause
      : Math.min(50 * 2 ** retries, 1_000) * (0.5 + Math.random() / 2);
  return { state, strategy };
};

/** Two connections to one node: one for commands, one for subscriptions. Connecting goes on until it succeeds or `close` is called. */
export const linkSingle = ({ url, log, onRestored }: LinkOptions): { link: Link; connected: Promise<unknown> } => {
  const reconnect = makeReconnectStrategy();
  const make = () =>
    createClient({
      url,
      RESP: 2,
      socket: { reconnectStrategy: reconnect.strategy, connectTimeout: OFFLINE_WAIT_MS },
      commandOptions: { timeout: OFFLINE_WAIT_MS },
    });
  const warn = (error: unknown): void => log.warn({ event: "redis-error", error: String(error) });
  const [data, pubsub] = [make(), make()];
  const both = [data, pubsub];
  for (const client of both) client.on("error", warn);
  let aside: Client | undefined;
  const connected = Promise.all(both.map((client) => client.connect())).then(() => {
    reconnect.state.succeeded = true;
    for (const client of both) client.on("ready", onRestored);
  });
  const watches = [watch(data, SILENT_MS.commands, warn), watch(pubsub, SILENT_MS.subscriptions, warn)];
  const link: Link = {
    send: (_key, args) => data.sendCommand([...args], data.isReady ? AT_ONCE : undefined),
    sendToMasters: async (args) => [await data.sendCommand([...args])],
    serverOf: async () => url,
    pair: (_key, first, second) => {
      if (aside === undefined) {
        aside = opened(make(), warn);
        watches.push(watch(aside, SILENT_MS.commands, warn));
      }
      return chained(aside, first, second);
    },
    subscribe: (channel, listener) => pubsub.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => pubsub.sUnsubscribe(channel, listener),
    isReady: () => data.isReady && pubsub.isReady,
    close: async () => {
      for (const { stop } of watches) stop();
      aside?.destroy();
      await Promise.all(both.map(end));
    },
  };
  return { link, connected };
};

/** Every node of a cluster, found through the one the URL names; user, password and TLS hold for all. */
export const linkCluster = ({ url, log, onRestored }: LinkOptions): { link: Link; connected: Promise<unknown> } => {
  const { username, password, protocol } = new URL(url);
  const reconnect = makeReconnectStrategy();
  const credentials = {
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
  };
  const socket = { reconnectStrategy: reconnect.strategy, connectTimeout: OFFLINE_WAIT_MS };
  const tls = protocol === "rediss:" ? ({ tls: true } as const) : {};
  const cluster = createCluster({
    rootNodes: [{ url }],
    RESP: 2,
    topologyRefreshOnReconnectionAttemptStrategy: TOPOLOGY_REFRESH_MS,
    defaults: { ...credentials, socket: { ...socket, ...tls } },
  });
  const warn = (error: unknown): void => log.warn({ event: "redis-error", error: String(error) });
  cluster.on("error", warn);
  const slots = new Map<string, Promise<number>>();
  /** The slot of a key never changes. There are as many keys as buckets. */
  const slotOf = (key: string): Promise<number> => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const asked = cluster.sendCommand(key, false, ["CLUSTER", "KEYSLOT", key]).then(asNumber);
    slots.set(key, asked);
    asked.catch(() => slots.delete(key));
    return asked;
  };
  const masterOf = async (key: string): Promise<{ address: string; host: string; port: number }> => {
    const shard = cluster.slots[await slotOf(key)];
    if (shard === undefined) throw new Error("no master is known for this bucket");
    return shard.master;
  };
  const asides = new Map<string, Client>();
  const asideOf = ({ address, host, port }: { address: string; host: string; port: number }): Client => {
    const known = asides.get(address);
    if (known !== undefined) return known;
    for (const [other, client] of asides) {
      if (cluster.masters.some((master) => master.address === other)) continue;
      client.destroy();
      asides.delete(other);
    }
    const client = opened(createClient({ ...credentials, RESP: 2, socket: { ...socket, ...tls, host, port } }), warn);
    asides.set(address, client);
    return client;
  };
  const connected = cluster.connect().then(() => {
    reconnect.state.succeeded = true;
    cluster.on("node-ready", onRestored);
  });
  const link: Link = {
    send: (key, args) => cluster.sendCommand(key, false, [...args], AT_ONCE),
    sendToMasters: (args) =>
      Promise.all(cluster.masters.map(async (master) => (await cluster.nodeClient(master)).sendCommand([...args]))),
    serverOf: async (key) => (await masterOf(key)).address,
    pair: async (key, first, second) => chained(asideOf(await masterOf(key)), first, second),
    subscribe: (channel, listener) => cluster.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => cluster.sUnsubscribe(channel, listener),
    isReady: () => cluster.isOpen,
    close: async () => {
      for (const client of asides.values()) client.destroy();
      if (cluster.isOpen) await cluster.close();
    },
  };
  return { link, connected };
};
