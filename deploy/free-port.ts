import { createServer } from "node:net";
import { portOf } from "../server/port-of.ts";

/** Ports of 127.0.0.1 that were free a moment ago, all different. Someone else may take one first: be ready to ask again. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
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
