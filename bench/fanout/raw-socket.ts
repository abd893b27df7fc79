import { connect, type Socket } from "node:net";

export type RawSocket = {
  send(payload: Uint8Array): void;
  close(): void;
};

/** Gets the chunk, where the payload begins in it, its length, and the length of the whole frame with its header. The chunk is overwritten afterwards. */
export type OnFrame = (bytes: Buffer, at: number, length: number, frameLength: number) => void;

const [TEXT, BINARY, CLOSE, PING] = [1, 2, 8, 9];

/** All sockets of a process are read into this one, one after the other: a buffer for each read would cost more than the read. */
const chunks = Buffer.alloc(64 * 1024);

/**
 * A WebSocket that does as little as possible: no events, no copies, frames are only counted by their headers, so that the load can be far larger than what is
 * measured. Settles when the server has accepted; rejects when it has not.
 */
export const openRawSocket = (
  { port, path }: { port: number; path: string },
  onFrame: OnFrame,
  onClose: () => void,
): Promise<RawSocket> =>
  new Promise((resolve, reject) => {
    const onread = { buffer: chunks, callback: (length: number) => take(chunks.subarray(0, length)) };
    const socket = connect({ port, host: "127.0.0.1", onread });
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("closed before the server had accepted"));
      onClose();
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    let open = false;
    let rest: Buffer | undefined;
    const take = (chunk: Buffer): boolean => {
      let bytes: Buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      rest = undefined;
      if (!open) {
        const end = bytes.indexOf("\r\n\r\n");
        if (end < 0) {
          rest = Buffer.from(bytes);
          return true;
        }
        const status = bytes.toString("latin1", 0, bytes.indexOf("\r\n"));
        if (!status.startsWith("HTTP/1.1 101")) {
          reject(new Error(status));
          socket.destroy();
          return false;
        }
        open = true;
        bytes = bytes.subarray(end + 4);
        resolve({ send: (payload) => socket.write(masked(BINARY, payload)), close: () => socket.destroy() });
      }
      rest = takeFrames(socket, bytes, onFrame);
      return true;
    };
  });

/** Gives a copy of what is left of an unfinished frame. */
const takeFrames = (socket: Socket, bytes: Buffer, onFrame: OnFrame): Buffer | undefined => {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + header > bytes.length) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const end = at + header + length;
    if (end > bytes.length) break;
    const opcode = (bytes[at] ?? 0) & 0x0f;
    if (opcode === BINARY || opcode === TEXT) onFrame(bytes, at + header, length, header + length);
    else if (opcode === PING) socket.write(masked(0xa, bytes.subarray(at + header, end)));
    else if (opcode === CLOSE) socket.destroy();
    at = end;
  }
  return at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
};

/** A client's frames are masked (RFC 6455 §5.3); with a key of zeros they stay as they are. */
const masked = (opcode: number, payload: Uint8Array): Buffer => {
  const { length } = payload;
  if (length > 0xffff) throw new Error("a raw socket sends at most 65535 bytes");
  const header = length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), payload]);
};
