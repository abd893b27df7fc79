import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { openSeatedSocket } from "../fanout/seated-socket.ts";
import { openPlainSocket } from "../plain-colyseus/plain-socket.ts";

/** Who is to sit where: a member with his token in our service, or a player in a room of the plain server, which has as many rows as `members` says. */
export const seatSchema = z.union([
  z.object({ token: z.string() }),
  z.object({ room: z.string(), player: z.string(), members: z.int() }),
]);
export type SeatOrder = z.infer<typeof seatSchema>;

/** A live connection on either side, with which the loads of benches talk alike. */
export type Seat = {
  /** Says something; every seat of the channel hears it, this one too. */
  say(text: string): void;
  close(): void;
};

export type SeatListener = {
  /** So many messages have come. */
  onMessages(count: number): void;
  /** The server would not have what was said. */
  onRefused(): void;
  onClose(): void;
};

/** Settles when the seat is live. */
export const openSeat = async (port: number, order: SeatOrder, listener: SeatListener): Promise<Seat> => {
  const onAnswer = (ok: boolean): void => {
    if (!ok) listener.onRefused();
  };
  if (!("token" in order)) {
    const onChat = (): void => listener.onMessages(1);
    const { say, close } = await openPlainSocket(port, order, { onChat, onClose: listener.onClose });
    return { say: (text) => say(text, onAnswer), close };
  }
  const onFrame = (bytes: Buffer, at: number, length: number): void =>
    listener.onMessages(messagesIn(bytes.subarray(at + FRAME_HEAD, at + length)));
  const socket = await openSeatedSocket(port, order.token, onFrame, listener.onClose);
  return {
    say: (text) => socket.ask("send", { nonce: randomUUID(), text }, onAnswer),
    close: socket.close,
  };
};

/** Before a frame's own bytes: Colyseus' code and the message type. */
const FRAME_HEAD = 2;

const messagesIn = (frame: Buffer): number =>
  decodeFrame(unpack(frame), 0)?.filter(({ kind }) => kind === "text").length ?? 0;
