import { connect, type GremioClient } from "../../client/gremio.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Checker } from "../checker/checker.ts";
import type { View } from "../checker/view.ts";
import type { WeakLine } from "../studio/weak-line.ts";

export type PlayerOptions = {
  player: string;
  number: number;
  line: WeakLine;
  checker: Checker;
  getToken(): Promise<string>;
};

/** A member with the real client, whose sayings and sights the checker is told. */
export class ReplayPlayer {
  readonly player: string;
  readonly #options: PlayerOptions;
  readonly #view: View;
  #client: GremioClient | undefined;
  #dead: NodeJS.Timeout | undefined;
  readonly #open = new Set<Promise<void>>();
  acknowledged = 0;
  cuts = 0;

  constructor(options: PlayerOptions) {
    this.player = options.player;
    this.#options = options;
    this.#view = options.checker.view(options.player, options.number);
  }

  /** Connects and reads whatever comes, until `close`. Settles when it is live. */
  async come(): Promise<void> {
    const { line, getToken } = this.#options;
    const client = connect({ url: line.url, getToken });
    this.#client = client;
    const { channel } = client;
    channel.on("lost", (entries) => this.#view.withdraw(entries));
    channel.on("reset", (reason) => this.#view.reset(reason));
    channel.on("entry", (entry) => {
      this.#view.show(entry);
      channel.markRead();
    });
    await client.live();
  }

  /** Pages back to the beginning of the history. */
  async pageBack(): Promise<void> {
    const channel = this.#client?.channel;
    for (;;) {
      const older = (await channel?.history(undefined, LIMITS.pageEntries)) ?? [];
      if (older.length === 0) return;
      this.#view.showOlder(older);
    }
  }

  speak(command: "say" | "announce", text: string): void {
    const channel = this.#client?.channel;
    if (channel === undefined) throw new Error(`${this.player} is not connected`);
    const { checker, number } = this.#options;
    const outgoing = command === "announce" ? channel.announce(text) : channel.send(text);
    const { nonce } = outgoing;
    checker.sent(number, nonce, outgoing.text);
    const settled = outgoing.settled.then((answer) => {
      this.#open.delete(settled);
      if (answer.ok) {
        this.acknowledged += 1;
        checker.acknowledged(nonce, answer);
      } else if (answer.refusal.code !== "outcome-unknown") checker.refused(nonce, answer.refusal.code);
    });
    this.#open.add(settled);
  }

  /** The line breaks off, after it was dead for so long. */
  loseLine(deadMs: number): void {
    const { line } = this.#options;
    this.cuts += 1;
    clearTimeout(this.#dead);
    this.#dead = undefined;
    if (deadMs === 0) {
      line.cut();
      return;
    }
    line.goDead();
    this.#dead = setTimeout(() => {
      this.#dead = undefined;
      line.cut();
    }, deadMs);
  }

  /** Messages not yet acknowledged or refused. */
  get waiting(): number {
    return this.#open.size;
  }

  get isLive(): boolean {
    return this.#dead === undefined && this.#client?.channel.status.phase === "live";
  }

  /** Whether everything up to here was shown. */
  hasReached(seq: number): boolean {
    return this.isLive && (this.#client?.channel.cursor.seq ?? 0) >= seq;
  }

  async close(): Promise<void> {
    clearTimeout(this.#dead);
    this.#client?.close();
    await this.#options.line.close();
  }
}
