import { once } from "node:events";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { aJoinServer, type RecordedLine, requestOf, WIRE } from "./conversation.ts";

/** The recorded server: says to each line what was said to it, byte for byte but for the numbers of requests, and waits where the client's part was. */
export const aRecordedServer = async (lines: readonly RecordedLine[]) => {
  const left = lines.slice();
  const { server, url } = await aJoinServer(async () => {
    const [line] = left;
    return line === undefined ? { status: 503, body: {} } : { status: 200, body: line.join };
  });
  const sockets = new WebSocketServer({ server });
  const reports: unknown[] = [];
  let played = 0;
  sockets.on("connection", (socket) => {
    const line = left.shift();
    if (line !== undefined) void play(line.events, socket, reports).then(() => (played += 1));
  });
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url, done: () => played === lines.length };
};

const play = async (events: RecordedLine["events"], socket: WebSocket, reports: unknown[]): Promise<void> => {
  const requests: { id: number; name: string }[] = [];
  let joined = false;
  let heard = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    const request = requestOf(data);
    if (request !== undefined) requests.push(request);
    else if (data[0] === WIRE.join) joined = true;
    else reports.push(data);
    heard.resolve();
    heard = Promise.withResolvers();
  });
  const asked = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await heard.promise;
    }
  };
  for (const event of events) {
    if ("push" in event) socket.send(Buffer.from(event.push, "base64"));
    else if ("joined" in event) await asked(() => joined || undefined);
    else if ("answer" in event) {
      const { id } = await asked(() => requests.filter(({ name }) => name === event.to)[event.nth - 1]);
      const bytes = Buffer.from(event.answer, "base64");
      bytes[1] = id;
      socket.send(bytes);
    } else {
      if (event.close === 1006) socket.terminate();
      else socket.close(event.close);
      await once(socket, "close");
    }
  }
};
