import type { Cursor } from "../shared/cursor.ts";
import type { ReadPosition } from "../shared/protocol.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { Clock } from "./clock.ts";

/** Read positions are gathered for this long; leaving the channel sends them at once. */
const GATHER_MS = 1_000;

/**
 * Tells the server how far the player has read in a channel: newest wins, one request at a time. What is lost on the way is told anew, since it is a state, not an
 * event.
 */
export class Reading {
  readonly #clock: Clock;
  readonly #onAnswer: (answer: ReadPosition) => void;
  #line: ChannelLine | undefined;
  #read: Cursor = { epoch: 0, seq: 0 };
  #saidSeq = 0;
  #cancel: (() => void) | undefined;
  #saying: Promise<void> | undefined;

  constructor(clock: Clock, onAnswer: (answer: ReadPosition) => void) {
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  open(line: ChannelLine): void {
    this.#line = line;
    void this.flush();
  }

  shut(): void {
    this.#line = undefined;
    this.#saying = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  mark(cursor: Cursor): void {
    if (cursor.seq <= this.#read.seq) return;
    this.#read = cursor;
    this.#cancel ??= this.#clock.after(GATHER_MS, () => {
      this.#cancel = undefined;
      void this.flush();
    });
  }

  /** The server has it from another device: there is no need to tell. */
  wasSaid(seq: number): void {
    this.#saidSeq = Math.max(this.#saidSeq, seq);
  }

  /** Sends what was gathered, if there is a line. Settles when nothing is left to say, or when it cannot be said now. */
  flush(): Promise<void> {
    const line = this.#line;
    if (line === undefined) return Promise.resolve();
    this.#saying ??= this.#say(line).finally(() => {
      if (line === this.#line) this.#saying = undefined;
    });
    return this.#saying;
  }

  async #say(line: ChannelLine): Promise<void> {
    try {
      while (line === this.#line && this.#read.seq > this.#saidSeq) {
        const { seq } = this.#read;
        const answer = await line.request("read", { cursor: this.#read });
        this.#saidSeq = Math.max(this.#saidSeq, seq);
        this.#onAnswer(answer);
      }
    } catch {
      // Said again with the next change, or on the next line.
    }
  }
}
