import type { Clock } from "./clock.ts";

/** Well within the five minutes after which the server takes a screen for idle on which nothing is done. */
const AGAIN_MS = 120_000;

/** Whether somebody is at this device, as far as the game has said: the server is told when that changes, now and then while it lasts, and on every new line on which nobody is. */
export class Attention {
  readonly #clock: Clock;
  #isThere = true;
  #saidAt = 0;
  #tell: ((idle: boolean) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** The server takes a new line for a sign that somebody is there. */
  open(tell: (idle: boolean) => void): void {
    this.#tell = tell;
    this.#saidAt = this.#clock.now();
    if (!this.#isThere) this.#say();
  }

  shut(): void {
    this.#tell = undefined;
  }

  set(isThere: boolean): void {
    const changes = isThere !== this.#isThere;
    this.#isThere = isThere;
    if (changes || (isThere && this.#clock.now() - this.#saidAt >= AGAIN_MS)) this.#say();
  }

  #say(): void {
    this.#saidAt = this.#clock.now();
    this.#tell?.(!this.#isThere);
  }
}
