import type { Entry } from "../../shared/entry.ts";
import { isDeparture } from "./departure.ts";
import { FrameWindow } from "./frame-window.ts";

type GatheringPorts = {
  /** Sends entries that have waited, in order; gives how many socket writes that took. */
  leave(entries: Entry[]): number;
  /** How many read them; 0: few enough that nothing waits. */
  readers(): number;
  /** Monotonic milliseconds. */
  now(): number;
};

/** Entries on their way to the readers of a shard. Those that come in one turn of the event loop, and under load within the window, leave together; a departure waits for nobody. */
export class Gathering {
  readonly #ports: GatheringPorts;
  readonly #window: FrameWindow;
  readonly #waiting: Entry[] = [];
  /** Entries that were waiting when their window began. */
  #early = 0;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: GatheringPorts) {
    this.#ports = ports;
    this.#window = new FrameWindow(ports.now);
  }

  add(entries: readonly Entry[]): void {
    this.#waiting.push(...entries);
    if (this.#timer === undefined) this.#turn ??= setImmediate(() => this.#openWindow());
    else if (entries.some(isDeparture)) this.flush();
  }

  /** Has what waits leave now. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const joined = this.#timer === undefined ? 0 : this.#waiting.length - this.#early;
    this.close();
    this.#window.left(this.#ports.leave(this.#waiting.splice(0)), joined);
  }

  /** What waits does not leave by itself any more. */
  close(): void {
    clearImmediate(this.#turn);
    clearTimeout(this.#timer);
    this.#turn = undefined;
    this.#timer = undefined;
  }

  #openWindow(): void {
    this.#turn = undefined;
    const waitMs = this.#waiting.some(isDeparture) ? 0 : this.#window.next(this.#ports.readers());
    if (waitMs === 0) {
      this.flush();
      return;
    }
    this.#early = this.#waiting.length;
    this.#timer = setTimeout(() => this.flush(), waitMs);
  }
}
