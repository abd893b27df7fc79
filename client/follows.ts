import type { CommandAnswer, CommandInput } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { ChannelId } from "../shared/id.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Page } from "../shared/protocol.ts";
import type { ChannelListener } from "./channel-line.ts";
import type { Deliver } from "./hear.ts";
import { NoAnswer, parseRefusal, Refused } from "./refused.ts";

export type FollowListener = ChannelListener & {
  /** The player is no member any more. The entry that says so may still be on its way with the page that was asked for. */
  onEnd(): void;
};

/** How many channels a request may hold. Kept across lines: what a line cannot carry in one piece is asked for in smaller ones. */
export class FollowBatch {
  #most: number = LIMITS.channels + 1;

  get most(): number {
    return this.#most;
  }

  /** The answer to so many was too much for the line. */
  wasTooMuch(channels: number): void {
    this.#most = Math.max(1, Math.floor(channels / 4));
  }

  /** On a line nothing is missing any more. Not before that are there more in one: those that came first may have had little to tell. */
  wentWell(): void {
    this.#most = Math.min(LIMITS.channels + 1, this.#most * 2);
  }
}

/** A request is given up after 10 s; one that took nearly as long was too much for the line. */
const TOO_LONG_MS = 8_000;
/** Messages kept for channels whose number is not known yet. */
const MOST_EARLY = 2_000;

type Waiting = { cursor: Cursor; listener: FollowListener; resolve(page: Page): void; reject(error: unknown): void };
type FollowAnswer = CommandAnswer<"follow">["channels"][number];

export type FollowsPorts = {
  /** One request. Rejects with `Refused` or `NoAnswer`. */
  ask(channels: CommandInput<"follow">["channels"]): Promise<CommandAnswer<"follow">>;
  now(): number;
  batch: FollowBatch;
  /** The channel to be served before the others. */
  first(): ChannelId | undefined;
  /** Everything up to the cursor has arrived of the channel that has this number, so many entries more than before. */
  tookIn(ref: number, cursor: Cursor, entries: number): void;
  /** The number stands for no channel any more. */
  forget(ref: number): void;
};

/**
 * The channels followed over one line. What they ask for at the same time leaves as one request, one at a time; what comes by itself is handed to the channel its
 * number stands for, also when it comes before the answer that says so.
 */
export class Follows {
  readonly #ports: FollowsPorts;
  readonly #waiting = new Map<ChannelId, Waiting>();
  readonly #refs = new Map<ChannelId, number>();
  readonly #byRef = new Map<number, FollowListener>();
  readonly #early = new Map<number, ((listener: FollowListener) => void)[]>();
  #earlyCount = 0;
  #overflowed = false;
  #asked: Map<ChannelId, Waiting> | undefined;
  #closed = false;

  constructor(ports: FollowsPorts) {
    this.#ports = ports;
  }

  /** Follows a channel, or goes on following it, from the cursor. Rejects with `Refused` or `NoAnswer`. */
  resume(channel: ChannelId, cursor: Cursor, listener: FollowListener): Promise<Page> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new NoAnswer("no line"));
        return;
      }
      this.#waiting.set(channel, { cursor, listener, resolve, reject });
      queueMicrotask(() => this.flush());
    });
  }

  tookIn(channel: ChannelId, cursor: Cursor, entries: number): void {
    const ref = this.#refs.get(channel);
    if (ref !== undefined) this.#ports.tookIn(ref, cursor, entries);
  }

  take(ref: number, deliver: Deliver): void {
    this.#take(ref, deliver);
  }

  end(ref: number): void {
    this.#take(ref, (listener) => listener.onEnd());
  }

  /** The channel is not to be followed any more. */
  drop(channel: ChannelId): void {
    const gone = new NoAnswer("no longer followed");
    for (const asking of [this.#waiting, this.#asked]) {
      asking?.get(channel)?.reject(gone);
      asking?.delete(channel);
    }
    this.#forgetRef(channel);
  }

  /** The line is gone. `tooSlow`: it did not take what was sent to it, perhaps the answer under way. */
  close(tooSlow = false): void {
    this.#closed = true;
    if (tooSlow && this.#asked !== undefined) this.#ports.batch.wasTooMuch(this.#asked.size);
    for (const { reject } of this.#waiting.values()) reject(new NoAnswer("no line"));
    this.#waiting.clear();
    this.#refs.clear();
    this.#byRef.clear();
    this.#forgetEarly();
  }

  /** Sends what waits, unless a request is under way. */
  flush(): void {
    if (this.#closed || this.#asked !== undefined || this.#waiting.size === 0) return;
    const first = this.#ports.first();
    const due = [...this.#waiting].toSorted(([a], [b]) => Number(b === first) - Number(a === first));
    const asked = new Map(due.slice(0, this.#ports.batch.most));
    for (const channel of asked.keys()) this.#waiting.delete(channel);
    this.#asked = asked;
    void this.#ask(asked);
  }

  async #ask(asked: Map<ChannelId, Waiting>): Promise<void> {
    const channels = [...asked].map(([channel, { cursor }]) => ({ channel, cursor }));
    const since = this.#ports.now();
    try {
      const answer = await this.#ports.ask(channels);
      for (const one of answer.channels) this.#settle(one, asked.get(one.channel));
      // Whom the answer has left out, if any.
      for (const { reject } of asked.values()) reject(new NoAnswer("not answered"));
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    } finally {
      if (this.#ports.now() - since >= TOO_LONG_MS) this.#ports.batch.wasTooMuch(channels.length);
      this.#asked = undefined;
      this.#forgetEarly();
      this.flush();
    }
  }

  #settle(answer: FollowAnswer, waiting: Waiting | undefined): void {
    if (waiting === undefined || this.#closed) return;
    if ("refusal" in answer) {
      const refusal = parseRefusal(answer.refusal);
      waiting.reject(refusal === undefined ? new NoAnswer("refused for no reason") : new Refused(refusal));
      return;
    }
    const { ref, channel, page } = answer;
    const { listener } = waiting;
    if (this.#refs.get(channel) !== ref) this.#forgetRef(channel);
    this.#refs.set(channel, ref);
    this.#byRef.set(ref, listener);
    // Before the page is taken in: the timeline puts them in their place, and the end waits for it.
    for (const deliver of this.#early.get(ref) ?? []) deliver(listener);
    waiting.resolve(this.#overflowed ? { ...page, more: true } : page);
  }

  #take(ref: number, deliver: (listener: FollowListener) => void): void {
    const known = this.#byRef.get(ref);
    if (known !== undefined) deliver(known);
    else if (this.#asked === undefined) return;
    else if (this.#earlyCount >= MOST_EARLY) this.#overflowed = true;
    else {
      this.#earlyCount += 1;
      const early = this.#early.get(ref) ?? [];
      this.#early.set(ref, early);
      early.push(deliver);
    }
  }

  #forgetRef(channel: ChannelId): void {
    const ref = this.#refs.get(channel);
    if (ref === undefined) return;
    this.#refs.delete(channel);
    this.#byRef.delete(ref);
    this.#ports.forget(ref);
  }

  #forgetEarly(): void {
    this.#early.clear();
    this.#earlyCount = 0;
    this.#overflowed = false;
  }
}
