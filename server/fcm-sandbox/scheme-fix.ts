import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/** RFC 9113: connection preface and frame header in bytes, the type of a HEADERS frame, the largest frame we allow. */
const PREFACE_BYTES = 24;
const FRAME_HEADER_BYTES = 9;
const HEADERS_FRAME = 1;
const MAX_FRAME_BYTES = 16_384;

/**
 * firebase-admin sends the pseudo header `:scheme` as `https:`. Google's front end takes it; nghttp2 resets the stream.
 * These are the Huffman-coded literals of `https:` and `https+`: of equal length both coded and decoded, so that the
 * connection's header table stays in step when one is written over the other.
 */
const WRONG_SCHEME = Buffer.from("859d29ad173f", "hex");
const ACCEPTED_SCHEME = Buffer.from("859d29ad1fef", "hex");

/** The bytes of `socket` for Node's HTTP/2 server, with the scheme mended in every HEADERS frame that comes in. */
export class SchemeFix extends Duplex {
  readonly #socket: TLSSocket;
  #pending: Buffer = Buffer.alloc(0);
  #prefaceSeen = false;

  constructor(socket: TLSSocket) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (!this.#prefaceSeen) {
      if (this.#pending.length < PREFACE_BYTES) return;
      this.#prefaceSeen = true;
      this.#pass(PREFACE_BYTES);
    }
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const payloadBytes = this.#pending.readUIntBE(0, 3);
      if (payloadBytes > MAX_FRAME_BYTES) {
        this.destroy();
        return;
      }
      const frameBytes = FRAME_HEADER_BYTES + payloadBytes;
      if (this.#pending.length < frameBytes) return;
      if (this.#pending[3] === HEADERS_FRAME) mendScheme(this.#pending.subarray(FRAME_HEADER_BYTES, frameBytes));
      this.#pass(frameBytes);
    }
  }

  #pass(bytes: number): void {
    const passed = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(bytes);
    if (!this.push(passed)) this.#socket.pause();
  }
}

function mendScheme(headers: Buffer): void {
  const at = headers.indexOf(WRONG_SCHEME);
  if (at >= 0) ACCEPTED_SCHEME.copy(headers, at);
}
