import type { Cursor } from "../shared/cursor.ts";
import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";

type ReadAnswer = { seq: number; unread: number; mentions: number };

/** Read positions are gathered for this long; leaving the channel sends them at once. */
const GATHER_MS = 1_000;

/**
 * Tells the server how far the player has read and whether he is looking: newest wins, one request at a time, told again on every new line. What is lost on the
 * way is told anew, since both are states, not events.
 */
export class Reading {
  readonly #clock: Clock;
  readonly #onAnswer: (answer: ReadAnswer) => void;
  #line: Line | undefined;
  #looking = true;
  /** What the server believes; a new line counts as looking. */
  #saidLooking = true;
  #read: Cursor = { epoch: 0, seq: 0 };
  #saidSeq = 0;
  #cancel: (() => void) | undefined;
  #busy = false;

  constructor(clock: Clock, onAnswer: (answer: ReadAnswer) => void) {
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  get looking(): boolean {
    return this.#looking;
  }

  open(line: Line): void {
    this.#line = line;
    this.#saidLooking = true;
    this.#busy = false;
    void this.#say();
  }

  shut(): void {
    this.#line = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  mark(cursor: Cursor): void {
    if (cursor.seq <= this.#read.seq) return;
    this.#read = cursor;
    this.#cancel ??= this.#clock.after(GATHER_MS, () => {
      this.#cancel = undefined;
      void this.#say();
    });
  }

  look(looking: boolean): void {
    this.#looking = looking;
    void this.#say();
  }

  flush(): void {
    void this.#say();
  }

  async #say(): Promise<void> {
    const line = this.#line;
    if (line === undefined || this.#busy) return;
    this.#busy = true;
    try {
      while (line === this.#line && (this.#read.seq > this.#saidSeq || this.#looking !== this.#saidLooking)) {
        // The position first: what was read before the player looked away must not be pushed to him.
        if (this.#read.seq > this.#saidSeq) {
          const { seq } = this.#read;
          const answer = await line.request("read", { cursor: this.#read });
          this.#saidSeq = seq;
          this.#onAnswer(answer);
        } else {
          const reading = this.#looking;
          await line.request("presence", { reading });
          if (line === this.#line) this.#saidLooking = reading;
        }
      }
    } catch {
      // Said again with the next change, or on the next line.
    } finally {
      if (line === this.#line) this.#busy = false;
    }
  }
}
