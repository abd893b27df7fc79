import type { Channel, ChannelOptions } from "./channel.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { ClosedReason } from "./connection.ts";
import type { FollowListener, Follows } from "./follows.ts";
import type { Line } from "./line.ts";
import { Refused } from "./refused.ts";
import type { Opening } from "./way.ts";

type ReachPorts = Pick<ChannelOptions, "clock" | "random"> & {
  /** Whether the channel is still followed, and over this line. */
  isCurrent(channel: Channel): boolean;
  close(channel: Channel, reason: ClosedReason): void;
  giveUpLine(): void;
};

/** A channel that cannot be followed at the moment is tried again after this, up to twice as long, unless the server says when. */
const AGAIN_MS = 1_000;
/** Longer than that a server's time is not waited for: the device's clock is wrong. */
const LONGEST_WAIT_MS = 30_000;

/** One line, from the reserved seat to its end, and how followed channels catch up over it. */
export class Reach {
  /** Undefined until the line stands. */
  line: Line | undefined;
  follows: Follows | undefined;
  readonly #answer: Opening;
  readonly #ports: ReachPorts;
  /** Each cancels a try that is still to come. */
  readonly #tries = new Set<() => void>();

  constructor(answer: Opening, ports: ReachPorts) {
    this.#answer = answer;
    this.#ports = ports;
  }

  /** Settles when the channel is live, closed, or put off; rejects when the line is of no use. */
  async catchUp(channel: Channel): Promise<void> {
    const { id } = channel;
    const { line, follows } = this;
    if (id === undefined || line === undefined || follows === undefined) return;
    const listener: FollowListener = {
      ...channel.opening({ ...this.#answer, channel: id }),
      onEnd: () => void channel.settled().then(() => this.#expel(channel)),
    };
    const over: ChannelLine = {
      request: (name, input) => line.request(name, input, id),
      resume: (cursor) => follows.resume(id, cursor, listener),
      tookIn: (cursor, entries) => follows.tookIn(id, cursor, entries),
      onFailure: (error) => this.#failed(channel, error),
      hasRoster: false,
    };
    try {
      await channel.opened(over);
      if (this.#ports.isCurrent(channel)) channel.onPhase({ phase: "live" });
    } catch (error) {
      this.#failed(channel, error);
    }
  }

  /** The line has ended. */
  end(tooSlow: boolean): void {
    this.follows?.close(tooSlow);
    for (const cancel of this.#tries) cancel();
  }

  #failed(channel: Channel, error: unknown): void {
    const { isCurrent, close, giveUpLine, clock, random } = this.#ports;
    if (!isCurrent(channel)) return;
    if (!(error instanceof Refused)) {
      giveUpLine();
      return;
    }
    const { code, retry, retryAtMs } = error.refusal;
    if (retry === "never") {
      close(channel, code);
      return;
    }
    const until = (retryAtMs ?? 0) - clock.now();
    const waitMs = (until > 0 && until < LONGEST_WAIT_MS ? until : AGAIN_MS) + random() * AGAIN_MS;
    const cancel = clock.after(waitMs, () => {
      this.#tries.delete(cancel);
      if (isCurrent(channel)) void this.catchUp(channel);
    });
    this.#tries.add(cancel);
  }

  #expel(channel: Channel): void {
    if (this.#ports.isCurrent(channel)) this.#ports.close(channel, "not-member");
  }
}
