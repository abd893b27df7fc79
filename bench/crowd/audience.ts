import { crc32 } from "node:zlib";
import type { OnFrame } from "../fanout/raw-socket.ts";

/** Texts of consecutive messages; `first` is the seq of the first one, undefined where messages have none. */
export type Heard = { first: number | undefined; texts: readonly string[] };

/** Who can say something; `onAnswer` gets the seq, where there are answers. */
export type Speaker = (text: string, onAnswer: (seq: number) => void) => void;

/** What has come, on all sockets together. `frameBytes` are those of whole WebSocket frames, headers included. */
export type Tally = {
  frames: number;
  messages: number;
  payloadBytes: number;
  frameBytes: number;
  /** By the number of messages in a frame: how many such frames there were, and how long one was. */
  framesOf: Record<string, { frames: number; frameBytes: number }>;
};

export const emptyTally = (): Tally => ({ frames: 0, messages: 0, payloadBytes: 0, frameBytes: 0, framesOf: {} });

/**
 * The sockets of one channel in a load. Every message has to reach each of them once and in order; a frame is decoded when it is seen for the first time and known
 * by its checksum afterwards, so that many sockets cost little.
 */
export class Audience {
  readonly speakers: Speaker[] = [];
  readonly #read: (payload: Buffer) => Heard;
  readonly #tally: Tally;
  readonly #known = new Map<number, Heard>();
  readonly #texts = new Map<number, string>();
  readonly #answered = new Map<number, string>();
  readonly #onHeard: (messages: number) => void;
  #outOfOrder = 0;

  /** `read` decodes a payload, `tally` is where everything that comes is counted, `onHeard` is told of each frame on each socket. */
  constructor(read: (payload: Buffer) => Heard, tally: Tally, onHeard: (messages: number) => void) {
    this.#read = read;
    this.#tally = tally;
    this.#onHeard = onHeard;
  }

  /** What one socket does with its frames. */
  ear(): OnFrame {
    let next: number | undefined;
    return (bytes, at, length, frameLength) => {
      const { first, texts } = this.#heard(bytes.subarray(at, at + length));
      if (next !== undefined && first !== next) this.#outOfOrder += 1;
      if (first !== undefined) next = first + texts.length;
      this.#count(texts.length, length, frameLength);
      this.#onHeard(texts.length);
    };
  }

  say(speaker: number, text: string, onAnswer: () => void): void {
    this.speakers[speaker % this.speakers.length]?.(text, (seq) => {
      this.#answered.set(seq, text);
      onAnswer();
    });
  }

  /** What has gone wrong since the last time; what was said and heard is forgotten then. */
  settle(): string[] {
    const wrong = [...this.#answered].filter(([seq, text]) => this.#texts.get(seq) !== text).length;
    const faults = [
      ...(this.#outOfOrder === 0 ? [] : [`${this.#outOfOrder} frames left a hole, came again or out of order`]),
      ...(wrong === 0 ? [] : [`${wrong} acknowledged messages came as others`]),
    ];
    this.#outOfOrder = 0;
    for (const seen of [this.#known, this.#texts, this.#answered]) seen.clear();
    return faults;
  }

  #count(messages: number, payloadBytes: number, frameBytes: number): void {
    const tally = this.#tally;
    tally.frames += 1;
    tally.messages += messages;
    tally.payloadBytes += payloadBytes;
    tally.frameBytes += frameBytes;
    tally.framesOf[messages] ??= { frames: 0, frameBytes };
    tally.framesOf[messages].frames += 1;
  }

  #heard(payload: Buffer): Heard {
    const sum = crc32(payload);
    const known = this.#known.get(sum);
    if (known !== undefined) return known;
    const heard = this.#read(payload);
    this.#known.set(sum, heard);
    const { first, texts } = heard;
    if (first !== undefined) for (const [index, text] of texts.entries()) this.#texts.set(first + index, text);
    return heard;
  }
}
