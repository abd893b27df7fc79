import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { onTestFinished } from "vitest";
import { portOf } from "../server/port-of.ts";

/** A server that leads each connection to a port of this machine, the `target` of that moment; `join` says how the two are joined. What one side loses, the other loses too. All ends with the test. */
export const aLine = async (
  target: () => number,
  join: (near: Socket, far: Socket) => void,
): Promise<{ url: string; sockets: ReadonlySet<Socket> }> => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = tcpConnect(target(), "127.0.0.1");
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
    }
    join(near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.resetAndDestroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, sockets };
};
