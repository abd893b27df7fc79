import { createServer, type IncomingMessage } from "node:http";
import { portOf } from "../../server/port-of.ts";

export type ControlServer = { readonly port: number; stop(): Promise<void> };

/**
 * Listens on loopback for the page's wish to see the chat service killed: `POST /dev/kill-chat` answers when it runs again.
 * Only the page itself may ask, by its origin: any other site open in the same browser could reach this port too.
 */
export async function startControlServer(options: {
  isPageOrigin: (origin: string) => boolean;
  killChat: () => Promise<void>;
}): Promise<ControlServer> {
  const server = createServer(async (request, response) => {
    const origin = request.headers.origin ?? "";
    if (!isLocalHost(request) || (origin !== "" && !options.isPageOrigin(origin))) return response.writeHead(403).end();
    if (origin !== "") response.setHeader("access-control-allow-origin", origin).setHeader("vary", "origin");
    if (request.url !== "/dev/kill-chat") return response.writeHead(404).end();
    if (request.method === "OPTIONS") return response.writeHead(204, { "access-control-allow-methods": "POST" }).end();
    if (request.method !== "POST") return response.writeHead(405, { allow: "POST" }).end();
    const began = performance.now();
    await options.killChat();
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify({ restartedAfterMs: Math.round(performance.now() - began) }));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A site whose name was made to lead here (DNS rebinding) is known by its Host header. */
const isLocalHost = (request: IncomingMessage) => /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.host ?? "");
