/** How much has been sent, and not been confirmed. */
export type Outstanding = { entries: number; bytes: number };

type Sent = { readonly seq: number; readonly entries: number; readonly bytes: number };

/** How far the marks reach that somebody compares with: what was sent longer ago need not be told apart. */
export type Reach = Readonly<Outstanding>;

/** The frames sent last, so that a reported cursor can be told in entries and bytes. Kept just far enough to see whether both are past the reach. */
export class Outflow {
  readonly #reach: Reach;
  readonly #frames: Sent[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** A frame up to `seq` has left. */
  sent(seq: number, entries: number, bytes: number): void {
    this.#frames.push({ seq, entries, bytes });
    this.#entries += entries;
    this.#bytes += bytes;
    for (;;) {
      const [oldest] = this.#frames;
      if (oldest === undefined) return;
      if (this.#entries - oldest.entries <= this.#reach.entries || this.#bytes - oldest.bytes <= this.#reach.bytes)
        return;
      this.#frames.shift();
      this.#entries -= oldest.entries;
      this.#bytes -= oldest.bytes;
    }
  }

  /** What has left after `seq` and up to `end`; no more than a frame beyond the reach is told. */
  between(seq: number, end: number): Outstanding {
    const sum = { entries: 0, bytes: 0 };
    for (let index = this.#frames.length - 1; index >= 0; index--) {
      const frame = this.#frames[index];
      if (frame === undefined || frame.seq <= seq) break;
      if (frame.seq > end) continue;
      // Entries of a frame are of one epoch and consecutive.
      const entries = Math.min(frame.entries, frame.seq - seq);
      sum.entries += entries;
      sum.bytes += (frame.bytes * entries) / frame.entries;
    }
    return sum;
  }

  /** A copy that goes its own way, of what has left up to `end`. */
  upTo(end: number): Outflow {
    const copy = new Outflow(this.#reach);
    for (const { seq, entries, bytes } of this.#frames) if (seq <= end) copy.sent(seq, entries, bytes);
    return copy;
  }
}
