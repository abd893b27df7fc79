import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { aJoinServer, WIRE } from "./conversation.ts";

/** Stands between clients and a chat service and counts what is asked on each line. */
export type CountingLine = {
  readonly port: number;
  /** Names of the requests of each line, in order, and the channels that were asked to be followed. */
  readonly lines: { asked: string[]; followed: string[]; cut(): void }[];
};

export const aCountingLine = async (target: number): Promise<CountingLine> => {
  const lines: CountingLine["lines"] = [];
  const { server, url } = await aJoinServer(async ({ headers }, body) => {
    try {
      const response = await fetch(`http://127.0.0.1:${target}/v1/join`, {
        method: "POST",
        headers: { authorization: headers.authorization ?? "", "content-type": "application/json" },
        body,
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 502, body: {} };
    }
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (near, request) => {
    const asked: string[] = [];
    const followed: string[] = [];
    lines.push({ asked, followed, cut: () => near.terminate() });
    const far = new WebSocket(`ws://127.0.0.1:${target}${request.url ?? ""}`);
    const early: Buffer[] = [];
    near.on("message", (data: Buffer) => {
      const name = nameOf(data);
      if (name !== undefined) asked.push(name);
      if (name === "follow") followed.push(...(data.toString("latin1").match(/(guild|team|circle):[a-z0-9]+/g) ?? []));
      if (far.readyState === WebSocket.OPEN) far.send(data);
      else early.push(data);
    });
    far.on("open", () => {
      for (const data of early) far.send(data);
    });
    far.on("message", (data: Buffer) => near.send(data));
    far.on("close", (code) => (code === 1006 ? near.terminate() : near.close(code)));
    near.on("close", () => far.terminate());
    for (const socket of [near, far]) socket.on("error", () => undefined);
  });
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { port: Number(new URL(url).port), lines };
};

/** The name of a request; its number, which stands before it, is in MessagePack and takes one byte up to 127, else as many more as its first says. */
const nameOf = (data: Buffer): string | undefined => {
  const [code, id = 0] = data;
  if (code !== WIRE.request) return undefined;
  const at = id < 0x80 ? 2 : id === 0xcc ? 3 : id === 0xcd ? 4 : 6;
  return data.toString("utf8", at + 1, at + 1 + ((data[at] ?? 0) & 0x1f));
};
