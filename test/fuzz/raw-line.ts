import { connect } from "node:net";
import { BINARY, CLOSE, frameOf, PING_FRAME, PONG_FRAME, TEXT } from "./wire.ts";

/** How a connection came to its end: with which close code; 1006 when the server said none; `by` us when we cut it. */
export type End = { by: "server" | "us"; code: number };

/** A WebSocket without any care: what is written to it goes out as it is, and every frame that comes is told. */
export type RawLine = {
  /** The answer to the handshake. */
  readonly status: Promise<number>;
  readonly ended: Promise<End>;
  readonly open: boolean;
  /** Settles when the kernel has taken it, or the line has ended. */
  write(bytes: Uint8Array): Promise<void>;
  onFrame(listener: (payload: Buffer) => void): void;
  onPing(listener: () => void): void;
  pause(): void;
  /** Ends our direction alone. */
  halfClose(): void;
  /** Ends it without a word. */
  cut(): void;
};

export const upgradeHead = (path: string, port: number, more: readonly string[] = []): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version: 13",
    ...more,
    "\r\n",
  ].join("\r\n");

/** `head` is sent as it is. Answers pings and closes unless `deaf`. */
export const aRawLine = (port: number, head: string | Uint8Array, deaf = false): RawLine => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.setNoDelay(true);
  const status = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<End>();
  const listeners: ((payload: Buffer) => void)[] = [];
  const pingListeners: (() => void)[] = [];
  let open = true;
  let upgraded = false;
  let rest: Buffer = Buffer.alloc(0);
  let code = 1006;
  let cut = false;
  const wakers = new Set<() => void>();
  socket.on("error", () => undefined);
  socket.on("close", () => {
    open = false;
    for (const wake of wakers) wake();
    status.resolve(0);
    ended.resolve({ by: cut ? "us" : "server", code });
  });
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!upgraded) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const answered = Number(rest.toString("latin1", 9, 12));
      upgraded = answered === 101;
      rest = rest.subarray(end + 4);
      status.resolve(answered);
      if (!upgraded) return;
    }
    rest = takeFrames(rest, (opcode, payload) => {
      if (opcode === BINARY || opcode === TEXT) for (const listener of listeners) listener(payload);
      else if (opcode === PING_FRAME) {
        for (const pinged of pingListeners) pinged();
        if (!deaf) socket.write(frameOf(PONG_FRAME, payload));
      } else if (opcode === CLOSE) {
        code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        if (!deaf) socket.end(frameOf(CLOSE, payload));
      }
    });
  });
  socket.write(head);
  return {
    status: status.promise,
    ended: ended.promise,
    get open() {
      return open;
    },
    write: (bytes) =>
      new Promise((resolve) => {
        if (!open || socket.writableEnded) return resolve();
        wakers.add(resolve);
        socket.write(bytes, () => {
          wakers.delete(resolve);
          resolve();
        });
      }),
    onFrame: (listener) => listeners.push(listener),
    onPing: (listener) => pingListeners.push(listener),
    pause: () => socket.pause(),
    halfClose: () => socket.end(),
    cut: () => {
      cut = true;
      socket.destroy();
    },
  };
};

/** A server's frames are whole and not masked; gives what is left. */
const takeFrames = (bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer => {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + header > bytes.length) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const end = at + header + length;
    if (end > bytes.length) break;
    onFrame((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + header, end));
    at = end;
  }
  return bytes.subarray(at);
};
