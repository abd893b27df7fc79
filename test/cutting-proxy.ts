import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { onTestFinished } from "vitest";

/** A network between a client and a port of this machine, which can fail. */
export type CuttingProxy = {
  readonly url: string;
  /** Resets every connection without a word. Gives how many there were. */
  cut(): number;
  /** Holds everything back, both ways, as when a phone has changed networks: nobody is told. Ends with `cut` or `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Where new connections go from now on. */
  target: number;
};

export const aCuttingProxy = async (target: number): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = tcpConnect(proxy.target, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (frozen) socket.pause();
    }
    near.pipe(far);
    far.pipe(near);
    if (frozen) for (const socket of [near, far]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const proxy: CuttingProxy = {
    url: `http://127.0.0.1:${port}`,
    target,
    cut: () => {
      const count = sockets.size;
      for (const socket of sockets) socket.resetAndDestroy();
      return count / 2;
    },
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
  };
  onTestFinished(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
};
