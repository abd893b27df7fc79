import type { ChannelId } from "../shared/id.ts";
import type { Line } from "./line.ts";

/** What can be looked at. */
export type Looked = {
  readonly id: ChannelId | undefined;
  /** Settles when the server knows what was read there, or cannot be told. */
  flush(): Promise<void>;
};

/**
 * Which channel the player looks at, one at a time; the server is told, and told again on every new line. Until something is said he looks at the seat's own.
 */
export class Gaze {
  #at: Looked | undefined;
  #isSaid = false;
  #line: Line | undefined;
  /** What the server believes, and the seat's own channel, which requests do not name. */
  #believed: Looked | undefined;
  #own: Looked | undefined;
  #busy = false;

  get at(): Looked | undefined {
    return this.#at;
  }

  /** A new line counts as looking at its own channel. */
  open(line: Line, own: Looked | undefined): void {
    this.#line = line;
    this.#own = own;
    this.#believed = own;
    this.#busy = false;
    if (!this.#isSaid) this.#at = own;
    void this.#say();
  }

  shut(): void {
    this.#line = undefined;
  }

  look(at: Looked, reading: boolean): void {
    this.#isSaid = true;
    if (reading) this.#at = at;
    else if (this.#at === at) this.#at = undefined;
    void this.#say();
  }

  /** The channel is closed: there is nothing to look at. */
  forget(closed: Looked): void {
    if (this.#at === closed) this.#at = undefined;
    void this.#say();
  }

  async #say(): Promise<void> {
    const line = this.#line;
    if (line === undefined || this.#busy) return;
    this.#busy = true;
    try {
      while (line === this.#line && this.#at !== this.#believed) {
        const at = this.#at;
        // The position first: what was read before the player looked away must not be pushed to him.
        await this.#believed?.flush();
        const about = at ?? this.#believed;
        const channel = about === this.#own ? undefined : about?.id;
        if (line === this.#line) await line.request("presence", { reading: at !== undefined }, channel);
        if (line === this.#line) this.#believed = at;
      }
    } catch {
      // Said again with the next change, or on the next line.
    } finally {
      if (line === this.#line) this.#busy = false;
    }
  }
}
