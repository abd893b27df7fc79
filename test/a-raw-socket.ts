import { once } from "node:events";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { joinAnswerSchema } from "../shared/protocol.ts";
import { joinOver } from "./a-seat.ts";

/** A joined connection without any SDK: its bytes are the test's. */
export const aRawSocket = async (port: number, token: string): Promise<WebSocket> => {
  const { seat } = joinAnswerSchema.parse((await joinOver(port, token)).body);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`);
  socket.on("error", () => undefined);
  onTestFinished(() => socket.terminate());
  await once(socket, "message");
  // The answer to JOIN_ROOM.
  socket.send(Buffer.of(10));
  return socket;
};

/** The close code, once it is closed. */
export const closing = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once("close", resolve));
