import type { FormerMember } from "../shared/protocol.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { Clock } from "./clock.ts";

/** Numbers are gathered for this long before they are asked for. */
const GATHER_MS = 50;
/** As many as one request takes. */
const AT_ONCE = 100;

/** Asks who members are whom nobody named: each number once on a line. */
export class Introductions {
  readonly #clock: Clock;
  readonly #onPeople: (people: readonly FormerMember[]) => void;
  readonly #wanted = new Set<number>();
  readonly #asked = new Set<number>();
  #line: ChannelLine | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onPeople: (people: readonly FormerMember[]) => void) {
    this.#clock = clock;
    this.#onPeople = onPeople;
  }

  open(line: ChannelLine): void {
    this.#line = line;
    this.#askSoon();
  }

  shut(): void {
    this.#line = undefined;
    this.#asked.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  want(numbers: readonly number[]): void {
    for (const number of numbers) if (!this.#asked.has(number)) this.#wanted.add(number);
    this.#askSoon();
  }

  #askSoon(): void {
    if (this.#wanted.size === 0 || this.#line === undefined) return;
    this.#cancel ??= this.#clock.after(GATHER_MS, () => {
      this.#cancel = undefined;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const line = this.#line;
    const numbers = [...this.#wanted].slice(0, AT_ONCE);
    if (line === undefined || numbers.length === 0) return;
    for (const number of numbers) {
      this.#wanted.delete(number);
      this.#asked.add(number);
    }
    try {
      const { people } = await line.request("people", { numbers });
      this.#onPeople(people);
    } catch {
      // Wanted again on the next line.
      for (const number of numbers) this.#wanted.add(number);
      return;
    }
    if (line === this.#line) this.#askSoon();
  }
}
