import { aLine } from "./a-line.ts";

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
  let frozen = false;
  const { url, sockets } = await aLine(
    () => proxy.target,
    (near, far) => {
      near.pipe(far);
      far.pipe(near);
      if (frozen) for (const socket of [near, far]) socket.pause();
    },
  );
  const proxy: CuttingProxy = {
    url,
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
  return proxy;
};
