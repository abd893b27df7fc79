import { connect, createServer, type Socket } from "node:net";

/** A line of one player's to the server, that breaks when it is told to. */
export type WeakLine = {
  /** Where the player connects to. */
  readonly url: string;
  /** Breaks every open connection off at once (reset); what was on its way is gone. Gives how many there were. */
  cut(): number;
  /** Both sides go on talking and nothing arrives any more, until `cut`: how a phone loses its network. */
  goDead(): void;
  close(): Promise<void>;
};

type Pair = { near: Socket; far: Socket };

/** Passes connections on to a port of this machine; `target` is asked for each one, since a restarted server may have another port. */
export const openWeakLine = async (target: () => number): Promise<WeakLine> => {
  const pairs = new Set<Pair>();
  const cutPair = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.resetAndDestroy();
    pair.far.resetAndDestroy();
  };
  const server = createServer((near) => {
    const far = connect(target(), "127.0.0.1");
    const pair: Pair = { near, far };
    pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      socket.pipe(other);
      socket.on("error", () => cutPair(pair));
      socket.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cut = (): number => {
    const open = pairs.size;
    for (const pair of pairs) cutPair(pair);
    return open;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    goDead: () => {
      for (const { near, far } of pairs)
        for (const socket of [near, far]) {
          socket.unpipe();
          socket.resume();
        }
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
