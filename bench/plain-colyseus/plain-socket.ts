import { z } from "zod";
import { type OnAnswer, openColyseusSocket } from "../fanout/colyseus-socket.ts";
import type { OnFrame } from "../fanout/raw-socket.ts";
import { CHAT, type JoinOptions } from "./chat.ts";

const seatSchema = z.object({ sessionId: z.string(), roomId: z.string(), processId: z.string() });

/** A connection to a room of the plain server. */
export type PlainSocket = {
  say(body: string, onAnswer?: OnAnswer): void;
  close(): void;
};

export type PlainListener = { onChat: OnFrame; onState?: OnFrame; onClose: () => void };

/** Joins over HTTP and takes the seat; settles when the room has accepted it. */
export const openPlainSocket = async (
  port: number,
  options: JoinOptions,
  { onChat, ...listener }: PlainListener,
): Promise<PlainSocket> => {
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/guild`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(options),
  });
  if (!response.ok) throw new Error(`joining was answered ${response.status}: ${await response.text()}`);
  const seat = seatSchema.parse(await response.json());
  const socket = await openColyseusSocket(port, seat, { dataType: CHAT, onData: onChat, ...listener });
  return { say: (body, onAnswer) => socket.ask(CHAT, body, onAnswer), close: () => socket.close() };
};
