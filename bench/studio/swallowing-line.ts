import { connect, createServer, type Socket } from "node:net";
import { ReplySplitter, textsOfReply } from "./reply-splitter.ts";

/** What Redis pushes to a subscriber of a sharded channel. */
export type Pushed = { readonly channel: string; readonly payload: string };

/** A line between a service and its Redis that loses what it is told to lose, and nothing else. */
export type SwallowingLine = {
  readonly url: string;
  /** Messages lost and passed on so far, of all connections. */
  readonly swallowed: readonly Pushed[];
  readonly passed: number;
  /** Connections that follow a channel and are not frozen. */
  readonly subscribers: number;
  /** Decides from now on which messages are lost; undefined: none. */
  swallow(choose: ((message: Pushed) => boolean) | undefined): void;
  /** Nothing passes any more, either way, on the connections open now (those that follow channels only, or all), and nobody is told. Others are not touched. */
  freeze(which: "subscribers" | "all"): void;
  close(): Promise<void>;
};

type Pair = { near: Socket; far: Socket; follows: boolean; frozen: boolean };

export const openSwallowingLine = async (redisUrl: string): Promise<SwallowingLine> => {
  const { hostname, port: redisPort } = new URL(redisUrl);
  const pairs = new Set<Pair>();
  const swallowed: Pushed[] = [];
  let passed = 0;
  let choose: ((message: Pushed) => boolean) | undefined;

  const isLost = (pair: Pair, reply: Buffer): boolean => {
    const [type, channel = "", payload = ""] = textsOfReply(reply);
    if (type === "ssubscribe") pair.follows = true;
    if (type !== "smessage") return false;
    const lost = choose?.({ channel, payload }) ?? false;
    if (lost) swallowed.push({ channel, payload });
    else passed += 1;
    return lost;
  };

  const server = createServer((near) => {
    const far = connect(Number(redisPort || 6379), hostname);
    const pair: Pair = { near, far, follows: false, frozen: false };
    pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    near.pipe(far);
    const splitter = new ReplySplitter();
    far.on("data", (chunk: Buffer) => {
      const kept = splitter.feed(chunk).filter((reply) => !isLost(pair, reply));
      if (kept.length > 0 && !near.write(Buffer.concat(kept)) && !pair.frozen) far.pause();
    });
    near.on("drain", () => {
      if (!pair.frozen) far.resume();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = new URL(redisUrl);
  url.host = `127.0.0.1:${port}`;

  return {
    url: url.href,
    swallowed,
    get passed() {
      return passed;
    },
    get subscribers() {
      return [...pairs].filter(({ follows, frozen }) => follows && !frozen).length;
    },
    swallow: (next) => {
      choose = next;
    },
    freeze: (which) => {
      for (const pair of pairs) {
        if (which === "subscribers" && !pair.follows) continue;
        pair.frozen = true;
        pair.near.unpipe();
        for (const socket of [pair.near, pair.far]) socket.pause();
      }
    },
    close: () => {
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
