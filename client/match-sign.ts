import { LIMITS } from "../shared/limits.ts";
import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";

/** Whether the game has said that the player is in a match: the server is told, and told again on every new line while it lasts. */
export class MatchSign {
  readonly #clock: Clock;
  #until = 0;
  #line: Line | undefined;
  /** The server knows nothing of a match on this line. */
  #isClear = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(line: Line): void {
    this.#line = line;
    this.#isClear = true;
    this.#say();
  }

  shut(): void {
    this.#line = undefined;
  }

  /** He is in a match that is expected to end in so long; 0: in none any more. */
  set(forMs: number): void {
    const ms = Math.min(Math.max(0, Math.ceil(forMs)), LIMITS.matchMs);
    this.#until = ms === 0 ? 0 : this.#clock.now() + ms;
    this.#say();
  }

  #say(): void {
    const matchMs = Math.max(0, Math.ceil(this.#until - this.#clock.now()));
    if (this.#line === undefined || (matchMs === 0 && this.#isClear)) return;
    this.#isClear = matchMs === 0;
    // A line on which it could not be said ends, and the next one is told.
    this.#line.request("presence", { matchMs }).catch(() => undefined);
  }
}
