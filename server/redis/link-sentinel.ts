import { createClient } from "redis";
import { type Link, type LinkOptions, linkSingle } from "./link.ts";
import { asTexts } from "./reply.ts";
import type { SentinelUrl } from "./sentinel-url.ts";

/** How often sentinels are asked who is master. They need some seconds themselves to replace one. */
const LOOK_MS = 1_000;
const ANSWER_MS = 1_000;
/** Longest a command waits for the first master. */
const FIRST_MASTER_MS = 5_000;

type Listener = (message: string) => void;

/** One question to one server over a connection of its own, which is closed again. */
const askOnce = async (url: string, args: readonly string[]): Promise<unknown> => {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false, connectTimeout: ANSWER_MS } });
  client.on("error", () => {});
  const late = setTimeout(() => client.destroy(), ANSWER_MS * 2);
  try {
    await client.connect();
    return await client.sendCommand([...args]);
  } finally {
    clearTimeout(late);
    if (client.isOpen) client.destroy();
  }
};

/**
 * The server that Redis Sentinel calls master, two connections to it as to a single one. Sentinels are asked all the time; when they name another, and that one says itself that it is
 * master, connections to the old one are closed (what waits on them fails, its outcome unknown), subscriptions are made again, and `onRestored` tells that
 * messages may be missing. A sentinel that knows less than the others can name a master of the past; then that one refuses or is gone, and the present one stays.
 */
export const linkSentinel = (
  { sentinels, name, masterUrl }: SentinelUrl,
  { url, log, onRestored }: LinkOptions,
): { link: Link; connected: Promise<unknown> } => {
  const sentinelScheme = url.startsWith("rediss") ? "rediss" : "redis";
  const listeners = new Map<string, Set<Listener>>();
  let master: { url: string; link: Link } | undefined;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const first = Promise.withResolvers<void>();

  /** In the order of the URL; one that answers is asked first the next time. */
  let order = sentinels.map(
    ({ host, port }) => `${sentinelScheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
  );
  const namedMaster = async (): Promise<string | undefined> => {
    for (const sentinel of order) {
      try {
        const address = await askOnce(sentinel, ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]);
        const [host, port] = asTexts(address);
        order = [sentinel, ...order.filter((each) => each !== sentinel)];
        if (host !== undefined) return masterUrl(host, Number(port));
      } catch (error) {
        log.debug({ event: "sentinel-silent", error: String(error) });
      }
    }
    return undefined;
  };

  const isMaster = async (named: string): Promise<boolean> => {
    const role = await askOnce(named, ["ROLE"]);
    return Array.isArray(role) && role[0] === "master";
  };

  const warn = (error: unknown): void => log.warn({ event: "redis-error", error: String(error) });

  const follow = (named: string): void => {
    const { link, connected } = linkSingle({ url: named, log, onRestored });
    const before = master;
    master = { url: named, link };
    log.info({ event: "redis-master", address: new URL(named).host });
    before?.link.close().catch(warn);
    const begin = async (): Promise<void> => {
      await connected;
      const wanted = [...listeners].flatMap(([channel, each]) => [...each].map((listener) => ({ channel, listener })));
      await Promise.all(wanted.map(({ channel, listener }) => link.subscribe(channel, listener)));
      if (before === undefined) first.resolve();
      else onRestored();
    };
    begin().catch((error: unknown) => {
      warn(error);
      first.reject(error);
    });
  };

  const look = async (): Promise<void> => {
    try {
      const named = await namedMaster();
      if (named !== undefined && named !== master?.url && (await isMaster(named)) && !closed) follow(named);
    } catch (error) {
      warn(error);
    }
    if (!closed) timer = setTimeout(() => void look(), LOOK_MS);
  };
  void look();

  const present = async (): Promise<Link> => {
    if (master === undefined) await Promise.race([first.promise, tooLate()]);
    if (master === undefined) throw new Error("no sentinel names a master");
    return master.link;
  };

  const link: Link = {
    send: async (key, args) => (master?.link ?? (await present())).send(key, args),
    sendToMasters: async (args) => (await present()).sendToMasters(args),
    serverOf: async () => master?.url ?? "",
    pair: async (key, one, other) => (await present()).pair(key, one, other),
    subscribe: async (channel, listener) => {
      const each = listeners.get(channel) ?? new Set<Listener>();
      listeners.set(channel, each.add(listener));
      await (await present()).subscribe(channel, listener);
    },
    unsubscribe: async (channel, listener) => {
      const each = listeners.get(channel);
      each?.delete(listener);
      if (each?.size === 0) listeners.delete(channel);
      await (await present()).unsubscribe(channel, listener);
    },
    isReady: () => master?.link.isReady() ?? false,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await master?.link.close();
    },
  };
  return { link, connected: first.promise };
};

const tooLate = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, FIRST_MASTER_MS).unref());
