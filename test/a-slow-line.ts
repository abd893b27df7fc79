import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { onTestFinished } from "vitest";

/** A line that carries so many bytes a second from the server; what it does not carry waits at the server. */
export const aSlowLine = async (target: number, bytesPerSecond: number): Promise<{ url: string; opened: number }> => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = tcpConnect(target, "127.0.0.1");
    line.opened += 1;
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
    near.pipe(far);
    far.on("data", (data) => {
      near.write(data);
      far.pause();
      setTimeout(() => far.resume(), (data.length / bytesPerSecond) * 1000);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const line = { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, opened: 0 };
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return line;
};
