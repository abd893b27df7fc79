import type { MemberCard } from "../shared/cards/member-card.ts";
import type { CommandAnswer } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { isErrorCode } from "../shared/errors.ts";
import type { Signal } from "../shared/signal.ts";
import type { Status } from "./channel-events.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { ViewOptions } from "./channel-options.ts";
import { ChannelView } from "./channel-view.ts";
import type { Phase } from "./connection.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { makePosts, type SayOptions, type TapOptions } from "./posts.ts";
import { Reading } from "./reading.ts";
import { refusalOf } from "./refused.ts";

export type { ChannelEvents, Status } from "./channel-events.ts";

export type ChannelOptions = ViewOptions & {
  makeNonce(): string;
  /** The player looks at the channel, or not any more. */
  onLook(channel: Channel, reading: boolean): void;
  /** Somebody is at this device. */
  isWatched(): boolean;
};

/** What a player sees of a channel and does in it. It outlives lines: a lost one changes `status` and nothing else. */
export class Channel extends ChannelView {
  readonly #options: ChannelOptions;
  readonly #outbox: Outbox;
  readonly #posts = makePosts((command, input) => this.request(command, input));
  readonly #reading: Reading;
  #phase: Phase = { phase: "connecting" };
  /** What was to be marked as read while nobody was there. */
  #shown: Cursor | undefined;

  constructor(options: ChannelOptions) {
    super(options);
    this.#options = options;
    this.#outbox = new Outbox({
      ...options,
      onChange: (outgoing) => {
        this.events.emit("outgoing", outgoing);
        if (outgoing.state !== "sent") this.events.emit("status", this.status);
      },
    });
    this.#reading = new Reading(options.clock, (read) => super.wasRead(read));
  }

  /** The player's own messages not yet acknowledged, in order. */
  get waiting(): readonly Outgoing[] {
    return this.#outbox.waiting;
  }

  get status(): Status {
    const waiting = this.#outbox.waiting.length;
    const phase = this.#phase;
    if (phase.phase === "closed") return { ...phase, waiting: 0 };
    return { ...phase, waiting };
  }

  /** Queues a message; it is written exactly once, in order, whatever happens to the line. */
  send(text: string, options: SayOptions = {}): Outgoing {
    return this.#outbox.add(this.#posts.send(text, options));
  }

  /** As `send`; members who are away are told by push. For leaders and officers. */
  announce(text: string, options: SayOptions = {}): Outgoing {
    return this.#outbox.add(this.#posts.announce(text, options));
  }

  /** Queues a sticker of a pack the player owns, as `send` queues a message. */
  sticker(pack: string, sticker: string, options: TapOptions = {}): Outgoing {
    return this.#outbox.add(this.#posts.sticker(pack, sticker, options));
  }

  /** Queues a quick phrase with its parameters; each reader sees it in his language (see `wordsIn`). */
  phrase(phrase: string, params: Record<string, string> = {}, options: TapOptions = {}): Outgoing {
    return this.#outbox.add(this.#posts.phrase(phrase, params, options));
  }

  /** Queues other words for one of the player's own messages. */
  edit(seq: number, text: string): Outgoing {
    return this.#outbox.add(this.#posts.edit(seq, text));
  }

  /** Queues the deletion of an entry: one's own, or by right anybody's. */
  delete(seq: number): Outgoing {
    return this.#outbox.add(this.#posts.delete(seq));
  }

  /** Queues that an entry is pinned, or not any more. */
  pin(seq: number, on = true): Outgoing {
    return this.#outbox.add(this.#posts.pin(seq, on));
  }

  /**
   * The entries before a seq (left out: before the oldest held, which they are then put in front of), oldest first; empty at the beginning of the history.
   * Rejects with `Refused` or `NoAnswer`; without a line at once.
   */
  async history(before: number | undefined = this.entries[0]?.seq, limit = 50): Promise<readonly Entry[]> {
    const page = await this.request("history", { limit, ...(before === undefined ? {} : { before }) });
    const entries = this.decodePage(page);
    if (before !== undefined) this.prepend(entries, before);
    return entries;
  }

  /** Whether the player's reaction is on an entry. Settles with the counts; rejects with `Refused` or `NoAnswer`. */
  async react(seq: number, emoji: string, on = true): Promise<CommandAnswer<"react">> {
    const answer = await this.request("react", { seq, emoji, on });
    this.marks.take({ seq, reactions: answer });
    return answer;
  }

  /** Tells who is there something of this moment; it is written nowhere and may be lost. Rejects with `Refused` or `NoAnswer`. */
  async signal(signal: Signal): Promise<void> {
    await this.request("signal", { signal });
  }

  /** A card of those built in. Settles when it is written; rejects with `Refused` or `NoAnswer`: then the same nonce posts it once. */
  post(card: MemberCard, nonce: string = this.#options.makeNonce()): Promise<CommandAnswer<"card">> {
    return this.request("card", { ...card, nonce });
  }

  /** The player does something with a card, or takes it back. `accepted` false: the studio said no. Rejects with `Refused` or `NoAnswer`. */
  async act(
    seq: number,
    action: string,
    on = true,
    nonce: string = this.#options.makeNonce(),
  ): Promise<CommandAnswer<"act">> {
    const answer = await this.request("act", { seq, action, on, nonce });
    this.marks.takeAnswer(seq, answer);
    return answer;
  }

  /** Ends a card; for its author and officers. */
  async close(seq: number): Promise<void> {
    this.marks.takeCard({ seq, state: await this.request("close", { seq }) });
  }

  /** The pinned entries, the last pinned first. */
  async pins(): Promise<Entry[]> {
    return this.decode(await this.request("pins", {}));
  }

  /** How many members have read an entry, of how many besides its author. */
  seenBy(seq: number): Promise<CommandAnswer<"seenBy">> {
    return this.request("seenBy", { seq });
  }

  /**
   * The player has seen everything up to the end, or up to the given entry. Positions are gathered for a second. While nobody is at the device nothing is read: it is
   * marked when somebody is back.
   */
  markRead(cursor: Cursor = this.cursor): void {
    if (!this.#options.isWatched()) {
      if (cursor.seq > (this.#shown?.seq ?? 0)) this.#shown = { epoch: cursor.epoch, seq: cursor.seq };
      return;
    }
    this.#reading.mark({ epoch: cursor.epoch, seq: cursor.seq });
    this.readUpTo(cursor.seq);
  }

  /**
   * Whether the player is looking at the channel. Who is not gets pushes for what he misses; set it when the app goes to the background. One channel is looked at:
   * looking at another ends it. On a new line the channel that is looked at is served first.
   */
  setReading(reading: boolean): void {
    this.#options.onLook(this, reading);
  }

  /** For the connection: somebody is back, and sees what was shown meanwhile. */
  watched(): void {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown !== undefined) this.markRead(shown);
  }

  /** Sends what was gathered of the read position, if there is a line. Settles when the server has it, or cannot be told. */
  flush(): Promise<void> {
    return this.#reading.flush();
  }

  override wasRead(...[read, head]: Parameters<ChannelView["wasRead"]>): void {
    this.#reading.wasSaid(read.seq);
    super.wasRead(read, head);
  }

  override ended(): void {
    super.ended();
    this.#outbox.shut();
    this.#reading.shut();
  }

  /** For the connection. What is closed stays so. */
  onPhase(phase: Phase): void {
    if (this.#phase.phase === "closed") return;
    this.#phase = phase;
    if (phase.phase === "closed") {
      const { reason } = phase;
      this.#outbox.end(refusalOf(isErrorCode(reason) ? reason : "unavailable"));
    }
    this.events.emit("status", this.status);
  }

  protected override onCaughtUp(line: ChannelLine): void {
    this.#reading.open(line);
    this.#outbox.open();
  }
}
