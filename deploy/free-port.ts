import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";
import { portOf } from "../server/port-of.ts";

/** Below those that systems give to outgoing connections and to who asks for any port (Linux from 32768, others from 49152), and above well-known servers. */
const [LOWEST, BEYOND] = [10_000, 30_000];
const TRIES = 50;

const listening = (port: number): Promise<Server> => {
  const server = createServer();
  return new Promise((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server)),
  );
};

const onSomePort = async (): Promise<Server> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = await listening(randomInt(LOWEST, BEYOND)).catch(() => undefined);
    if (server !== undefined) return server;
  }
  return listening(0);
};

/** Ports of 127.0.0.1 that were free a moment ago, all different, of those nobody is given by chance. Someone else may still take one first: be ready to ask again. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, onSomePort));
  return Promise.all(
    servers.map((server) => {
      const port = portOf(server);
      return new Promise<number>((resolve) => server.close(() => resolve(port)));
    }),
  );
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
