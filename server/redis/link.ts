import type { Logger } from "pino";
import { createClient, createCluster } from "redis";

export type LinkOptions = { url: string; log: Logger; onRestored(): void };

/** The few calls in which a single node and a cluster differ. */
export type Link = {
  send(key: string, args: readonly string[]): Promise<unknown>;
  sendToMasters(args: readonly string[]): Promise<unknown[]>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
};

/** Longest a command waits for a lost connection to come back before it fails. */
const OFFLINE_WAIT_MS = 5_000;
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
  const [data, pubsub] = [make(), make()];
  const both = [data, pubsub];
  for (const client of both)
    client.on("error", (error: unknown) => log.warn({ event: "redis-error", error: String(error) }));
  const connected = Promise.all(both.map((client) => client.connect())).then(() => {
    reconnect.state.succeeded = true;
    for (const client of both) client.on("ready", onRestored);
  });
  const link: Link = {
    send: (_key, args) => data.sendCommand([...args]),
    sendToMasters: async (args) => [await data.sendCommand([...args])],
    subscribe: (channel, listener) => pubsub.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => pubsub.sUnsubscribe(channel, listener),
    isReady: () => data.isReady && pubsub.isReady,
    close: async () => {
      await Promise.all(both.map((client) => (client.isReady ? client.close() : client.destroy())));
    },
  };
  return { link, connected };
};

/** Every node of a cluster, found through the one the URL names; user, password and TLS hold for all. */
export const linkCluster = ({ url, log, onRestored }: LinkOptions): { link: Link; connected: Promise<unknown> } => {
  const { username, password, protocol } = new URL(url);
  const reconnect = makeReconnectStrategy();
  const cluster = createCluster({
    rootNodes: [{ url }],
    RESP: 2,
    defaults: {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      socket: {
        reconnectStrategy: reconnect.strategy,
        connectTimeout: OFFLINE_WAIT_MS,
        ...(protocol === "rediss:" ? { tls: true } : {}),
      },
    },
  });
  cluster.on("error", (error: unknown) => log.warn({ event: "redis-error", error: String(error) }));
  const connected = cluster.connect().then(() => {
    reconnect.state.succeeded = true;
    cluster.on("node-ready", onRestored);
  });
  const link: Link = {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    sendToMasters: (args) =>
      Promise.all(cluster.masters.map(async (master) => (await cluster.nodeClient(master)).sendCommand([...args]))),
    subscribe: (channel, listener) => cluster.sSubscribe(channel, listener),
    unsubscribe: (channel, listener) => cluster.sUnsubscribe(channel, listener),
    isReady: () => cluster.isOpen,
    close: async () => {
      if (cluster.isOpen) await cluster.close();
    },
  };
  return { link, connected };
};
