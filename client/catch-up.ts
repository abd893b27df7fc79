import type { Cursor } from "../shared/cursor.ts";
import type { Page } from "../shared/protocol.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { Clock } from "./clock.ts";
import { NoAnswer } from "./refused.ts";

export type CatchUpPorts = {
  clock: Clock;
  cursor(): Cursor;
  /** Takes in what was answered; whether something is still missing. */
  take(page: Page): boolean;
};

/** Answers in a row that bring nothing, after which it is given up. */
const FRUITLESS = 5;

/** Asks for what a channel misses until nothing is missing; one question at a time. */
export class CatchUp {
  readonly #ports: CatchUpPorts;
  #line: ChannelLine | undefined;
  #asking: Promise<void> | undefined;
  #cancel: (() => void) | undefined;

  constructor(ports: CatchUpPorts) {
    this.#ports = ports;
  }

  /** Over a new line. Settles when nothing is missing, or when the line is gone; rejects with what the asking failed with. */
  open(line: ChannelLine): Promise<void> {
    this.#line = line;
    return this.#ask(line);
  }

  shut(): void {
    this.#line = undefined;
    this.#asking = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Asks after so long, unless that is under way. Should it fail, the line is told. */
  soon(ms: number): void {
    const line = this.#line;
    if (line === undefined || this.#asking !== undefined) return;
    this.#cancel ??= this.#ports.clock.after(ms, () => {
      this.#cancel = undefined;
      if (line !== this.#line) return;
      this.#ask(line).catch((error: unknown) => {
        if (line === this.#line) line.onFailure(error);
      });
    });
  }

  /** Settles when the question under way is answered; never rejects. */
  async settled(): Promise<void> {
    await this.#asking?.catch(() => undefined);
  }

  #ask(line: ChannelLine): Promise<void> {
    this.#asking ??= this.#askUntilComplete(line).finally(() => {
      if (line === this.#line) this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askUntilComplete(line: ChannelLine): Promise<void> {
    for (let fruitless = 0; fruitless < FRUITLESS; fruitless++) {
      const cursor = this.#ports.cursor();
      const page = await line.resume(cursor);
      if (line !== this.#line) return;
      if (!this.#ports.take(page)) return;
      if (this.#ports.cursor().seq !== cursor.seq) fruitless = 0;
    }
    throw new NoAnswer("the server's answers bring nothing");
  }
}
