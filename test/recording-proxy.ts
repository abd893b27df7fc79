import { WebSocket, WebSocketServer } from "ws";
import { joinAnswerSchema } from "../shared/protocol.ts";
import { aJoinServer, type ConversationEvent, requestOf, WIRE } from "./conversation.ts";

type Line = { join: Record<string, unknown>; events: ConversationEvent[]; near: WebSocket | undefined };

/** Stands between a client and the service on a port and writes down what passes; the last line first asked for is the one that opens next. */
export const aRecordingProxy = async (port: number) => {
  const lines: Line[] = [];
  const { server, url } = await aJoinServer(async ({ headers }, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/join`, {
      method: "POST",
      headers: { authorization: headers.authorization ?? "", "content-type": "application/json" },
      body,
    });
    const answer: unknown = await response.json();
    if (response.ok) lines.push({ join: joinAnswerSchema.loose().parse(answer), events: [], near: undefined });
    return { status: response.status, body: answer };
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (near, request) => {
    const line = lines.at(-1);
    if (line === undefined) return near.terminate();
    line.near = near;
    const far = new WebSocket(`ws://127.0.0.1:${port}${request.url ?? ""}`);
    const early: Buffer[] = [];
    const asked = new Map<number, { name: string; nth: number }>();
    const counts = new Map<string, number>();
    near.on("message", (data: Buffer) => {
      const asks = requestOf(data);
      if (asks !== undefined) {
        const nth = (counts.get(asks.name) ?? 0) + 1;
        counts.set(asks.name, nth);
        asked.set(asks.id, { name: asks.name, nth });
      } else if (data[0] === WIRE.join) line.events.push({ joined: true });
      if (far.readyState === WebSocket.OPEN) far.send(data);
      else early.push(data);
    });
    far.on("open", () => {
      for (const data of early) far.send(data);
    });
    far.on("message", (data: Buffer) => {
      const bytes = data.toString("base64");
      const to = data[0] === WIRE.response ? asked.get(data[1] ?? 0) : undefined;
      line.events.push(to === undefined ? { push: bytes } : { answer: bytes, to: to.name, nth: to.nth });
      near.send(data);
    });
    far.on("close", (code) => {
      if (near.readyState !== WebSocket.OPEN) return;
      line.events.push({ close: code });
      near.close(code);
    });
    near.on("close", () => far.terminate());
    for (const socket of [near, far]) socket.on("error", () => undefined);
    return undefined;
  });
  return {
    url,
    lines,
    cut: (): void => {
      const line = lines.at(-1);
      line?.events.push({ close: 1006 });
      line?.near?.terminate();
    },
    close: (): void => {
      for (const { near } of lines) near?.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
};
