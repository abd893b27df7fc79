/** Below so many socket writes a second a shard is calm: at about 12 µs a write (`npm run bench -- fanout`) it uses a hundredth of a core, and waiting could save nothing worth it. */
const CALM_WRITES_PER_SECOND = 1_000;
/** The rate is taken over about this long. */
const MEMORY_MS = 1_000;
/** Entries never wait longer than this. */
export const LONGEST_WAIT_MS = 50;
/** What writing one frame to one socket costs, generously: waiting longer than it takes to write to all readers would cost more than it saves. */
const WRITE_MS = 0.025;
/** The first wait that is tried; timers know nothing shorter than a millisecond. */
const FIRST_WAIT_MS = 2;
/** When waiting gains nothing it is tried again after twice as many frames as the last time, up to this. */
const RAREST_TRY = 64;

/**
 * How long entries of a shard wait for others to share their frame. 0 when calm, and for readers so few that a frame costs next to nothing. Under load a short wait
 * is tried: as long as others join meanwhile it doubles, up to 50 ms; when nobody does (whoever speaks waits for the answer before he goes on) it is 0 again.
 */
export class FrameWindow {
  readonly #now: () => number;
  #writesPerSecond = 0;
  #ratedAtMs: number;
  #waitMs = 0;
  #sinceTry = 0;
  #tryEvery = 1;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#ratedAtMs = now();
  }

  /** How long entries that are about to leave wait for others, in ms. Each call is followed by `left`. */
  next(readers: number): number {
    const mostMs = Math.min(LONGEST_WAIT_MS, Math.floor(readers * WRITE_MS));
    this.#rate(0);
    if (mostMs < 1 || this.#writesPerSecond < CALM_WRITES_PER_SECOND) {
      this.#waitMs = 0;
      this.#tryEvery = 1;
      this.#sinceTry = 0;
    } else if (this.#waitMs === 0) {
      this.#sinceTry += 1;
      if (this.#sinceTry >= this.#tryEvery) this.#waitMs = FIRST_WAIT_MS;
    }
    this.#waitMs = Math.min(this.#waitMs, mostMs);
    return this.#waitMs;
  }

  /** What has waited has left, with so many writes; `joined` entries came while it waited. */
  left(writes: number, joined: number): void {
    this.#rate(writes);
    if (this.#waitMs === 0) return;
    this.#sinceTry = 0;
    if (joined > 0) {
      this.#waitMs *= 2;
      this.#tryEvery = 1;
    } else {
      this.#waitMs = 0;
      this.#tryEvery = Math.min(RAREST_TRY, this.#tryEvery * 2);
    }
  }

  #rate(writes: number): void {
    const now = this.#now();
    this.#writesPerSecond *= Math.exp((this.#ratedAtMs - now) / MEMORY_MS);
    this.#writesPerSecond += (writes * 1_000) / MEMORY_MS;
    this.#ratedAtMs = now;
  }
}
