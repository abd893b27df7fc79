import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { type Client, ClientState } from "@colyseus/core";
import { WebSocket } from "ws";

/** A message as it goes over a WebSocket, made once for all who get it: the header of RFC 6455 §5.2 and the payload in one piece. */
export type SocketFrame = { readonly framed: Buffer; readonly message: Buffer; readonly length: number };

const FIN_BINARY = 0x82;
/** What shows that somebody is at the other end. */
const SIGNS = ["pong", "message"] as const;

/** A server's frames are not masked, and ours are never compressed nor cut. */
export const toSocketFrame = (message: Uint8Array): SocketFrame => {
  const { length } = message;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const framed = Buffer.allocUnsafe(header + length);
  framed[0] = FIN_BINARY;
  if (header === 2) framed[1] = length;
  else if (header === 4) {
    framed[1] = 126;
    framed.writeUInt16BE(length, 2);
  } else {
    framed[1] = 127;
    framed.writeBigUInt64BE(BigInt(length), 2);
  }
  framed.set(message, header);
  return { framed, message: framed.subarray(header), length: framed.length };
};

/** Also one of another copy of `ws`: a studio's process may have its own. */
const isWebSocket = (ref: unknown): ref is WebSocket =>
  ref instanceof WebSocket ||
  (ref instanceof EventEmitter && ["readyState", "bufferedAmount", "extensions", "ping"].every((part) => part in ref));

/**
 * What a client's connection has still to send, and the short way to it: a frame is one write to its socket, where `ws` would make a header and two writes of it for
 * each reader. `ws` writes to the same socket in the same turn, so the order with all that Colyseus sends holds; that is so as long as nothing is compressed, and else
 * the frame goes the long way.
 */
export class SocketLine {
  readonly #client: Client;
  readonly #ref: WebSocket | undefined;
  readonly #socket: Socket | undefined;

  constructor(client: Client) {
    this.#client = client;
    this.#ref = isWebSocket(client.ref) ? client.ref : undefined;
    const socket: unknown = this.#ref?.extensions === "" ? Reflect.get(this.#ref, "_socket") : undefined;
    this.#socket = socket instanceof Socket ? socket : undefined;
  }

  /** Bytes that wait here for the kernel to take them. To one who is being closed nothing is sent any more, so nothing waits. */
  get unsentBytes(): number {
    if (this.#ref?.readyState !== WebSocket.OPEN) return 0;
    return this.#socket?.writableLength ?? this.#ref.bufferedAmount;
  }

  /** Bytes the kernel has taken since the connection was opened. */
  get takenBytes(): number {
    return this.#socket === undefined ? 0 : this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Whether anything comes from the other end within so many milliseconds; it is asked by a ping, which every client answers by itself (RFC 6455 §5.5.2). */
  answers(withinMs: number): Promise<boolean> {
    const ref = this.#ref;
    if (ref?.readyState !== WebSocket.OPEN) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (answered: boolean): void => {
        clearTimeout(timer);
        for (const event of SIGNS) ref.off(event, heard);
        ref.off("close", closed);
        resolve(answered);
      };
      const heard = (): void => settle(true);
      const closed = (): void => settle(false);
      const timer = setTimeout(closed, withinMs).unref();
      for (const event of SIGNS) ref.on(event, heard);
      ref.on("close", closed);
      ref.ping();
    });
  }

  send(frame: SocketFrame): void {
    if (
      this.#socket !== undefined &&
      this.#ref?.readyState === WebSocket.OPEN &&
      this.#client.state === ClientState.JOINED
    )
      this.#socket.write(frame.framed);
    else this.#client.enqueueRaw(frame.message);
  }
}
