import { GremioError } from "../../shared/errors.ts";
import type { Encoded, Standing } from "./standing.ts";

export type DoubtsPorts<B extends Encoded> = {
  /** Reads something of the channel as the reader; throws `not-member`, and whatever reading throws. */
  read(standing: Standing<B>): Promise<unknown>;
  /** He is no member any more, and has not been told. */
  expel(standing: Standing<B>): void;
  /** Monotonic milliseconds. */
  now(): number;
};

/**
 * Readers who do not follow the log, or not yet, and who may have been removed: no entry that they are sent says so. Each is looked up, and put out unless he is a member
 * still or again. Whoever waits for an answer is told by that; should it have been read too early, he is looked up after it.
 */
export class Doubts<B extends Encoded> {
  readonly #ports: DoubtsPorts<B>;
  /** When each is to be looked up; replaced by a later doubt. */
  readonly #due = new Map<Standing<B>, { readonly atMs: number }>();
  #looking = false;

  constructor(ports: DoubtsPorts<B>) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#due.size;
  }

  /** Up to `seq` something may have ended his membership. He is given so long to ask himself. */
  add(standing: Standing<B>, seq: number, waitMs: number): void {
    standing.doubtedAt = seq;
    this.#due.set(standing, { atMs: this.#ports.now() + waitMs });
    if (waitMs === 0) void this.look();
  }

  delete(standing: Standing<B>): void {
    this.#due.delete(standing);
  }

  clear(): void {
    this.#due.clear();
  }

  /** Looks up who is due, one after the other. What could not be read is tried again at the next look. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const [standing, { atMs }] of this.#due)
        if (atMs <= this.#ports.now() && standing.asking === 0) await this.#lookUp(standing);
    } catch {
      // Redis is away.
    } finally {
      this.#looking = false;
    }
  }

  async #lookUp(standing: Standing<B>): Promise<void> {
    if (!standing.isDoubted()) {
      this.#due.delete(standing);
      return;
    }
    const due = this.#due.get(standing);
    let isMember = true;
    try {
      await this.#ports.read(standing);
    } catch (error) {
      if (!(error instanceof GremioError && error.code === "not-member")) throw error;
      isMember = false;
    }
    // He has left, follows, asks, or may have been removed once more after it was read.
    if (due === undefined || this.#due.get(standing) !== due || !standing.isDoubted() || standing.asking > 0) return;
    this.#due.delete(standing);
    if (isMember) standing.doubtedAt = 0;
    else this.#ports.expel(standing);
  }
}
