import { firstState } from "../shared/card.ts";
import type { MemberCard } from "../shared/cards/member-card.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import type { ChannelId, PlayerId } from "../shared/id.ts";
import type {
  CardMessage,
  CommandAnswer,
  CommandInput,
  CommandName,
  JoinAnswer,
  Mark,
  Me,
  Page,
} from "../shared/protocol.ts";
import type { Clock } from "./clock.ts";
import type { ClosedReason, Phase } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import type { GuildSnapshot } from "./guild-snapshot.ts";
import type { Line, LineListener } from "./line.ts";
import { Marks } from "./marks.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { People, type Person } from "./people.ts";
import { makePosts, type SayOptions, type TapOptions } from "./posts.ts";
import { Reading } from "./reading.ts";
import { NoAnswer, refusalOf } from "./refused.ts";
import { type Step, Timeline, type TimelinePage } from "./timeline.ts";
import { Unread } from "./unread.ts";

/** `waiting`: messages not yet acknowledged. */
export type Status =
  | { phase: "connecting" | "live"; waiting: number }
  | { phase: "reconnecting"; waiting: number; nextTryAtMs: number }
  | { phase: "closed"; waiting: 0; reason: ClosedReason };

export type ChannelEvents = {
  /** One more entry at the end of the timeline: each once, in the order of the log. */
  entry: Entry;
  /** The timeline begins anew and is empty; `entry` follows for what it begins with. `no-cursor` is the first time. */
  reset: NonNullable<Step["reset"]>;
  /** An entry that was shown reads otherwise now: edited, or `removed`. It comes right after the entry that tells of it. */
  changed: Entry;
  /** Reactions to an entry, or a card's state, are others now. */
  mark: Mark;
  /** Entries that were shown are no longer in the log, since Redis lost its tail. */
  lost: readonly Entry[];
  state: GuildSnapshot;
  me: Me;
  status: Status;
  /**
   * Something the player says, or does to a message, was queued, sent, acknowledged or refused. Its entry may come before or after the acknowledgement, which names its seq:
   * once `cursor` has reached that, it is in the timeline.
   */
  outgoing: Outgoing;
  unread: number;
};

export type ChannelOptions = {
  clock: Clock;
  random(): number;
  makeNonce(): string;
  /** Entries held in memory. */
  keep: number;
  /** Called with every entry that comes, live or by a page. */
  onArrival?(entry: Entry): void;
};

/** A hole in what came live is given this long to close by itself. */
const HOLE_MS = 100;
/** A change of epoch reaches all clients at once; their questions are spread over this. */
const EPOCH_SPREAD_MS = 300;
/** Cards that many entries before the newest open one are looked up again after a line was lost. */
const CARDS_WITHIN = 50;
/** Answers in a row that bring nothing, after which the line is given up. */
const FRUITLESS = 5;

/** What a player sees of a channel and does in it. It outlives lines: a lost one changes `status` and nothing else. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #events = new Emitter<ChannelEvents>();
  readonly #timeline: Timeline;
  readonly #outbox: Outbox;
  readonly #posts = makePosts((command, input) => this.#request(command, input));
  readonly #reading: Reading;
  readonly #unread = new Unread();
  readonly #people = new People();
  readonly #marks = new Marks();
  readonly #giveUpLine: () => void;
  #line: Line | undefined;
  #asking: Promise<void> | undefined;
  #cancelAsk: (() => void) | undefined;
  #joined: JoinAnswer | undefined;
  #me: Me | undefined;
  #phase: Phase = { phase: "connecting" };
  #toldUnread = 0;
  #floor = 0;

  constructor(options: ChannelOptions, giveUpLine: () => void) {
    this.#options = options;
    this.#giveUpLine = giveUpLine;
    this.#timeline = new Timeline({ keep: options.keep });
    this.#outbox = new Outbox({
      ...options,
      onChange: (outgoing) => {
        this.#events.emit("outgoing", outgoing);
        if (outgoing.state !== "sent") this.#events.emit("status", this.status);
      },
    });
    this.#reading = new Reading(options.clock, ({ seq, unread, mentions }) => {
      this.#unread.said(seq, { unread, mentions, head: this.#timeline.cursor.seq });
      this.#tellUnread();
    });
  }

  /** The returned function takes the listener off. */
  on<K extends keyof ChannelEvents>(event: K, listener: (value: ChannelEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  get id(): ChannelId | undefined {
    return this.#joined?.channel;
  }

  get player(): PlayerId | undefined {
    return this.#joined?.player;
  }

  /** The newest entries, without a hole. */
  get entries(): readonly Entry[] {
    return this.#timeline.entries;
  }

  /** The oldest seq the server kept when it was last asked for entries; 0: none. Nothing older will come from the history. */
  get floor(): number {
    return this.#floor;
  }

  /** Everything up to here is in `entries` or came before them. */
  get cursor(): Cursor {
    return this.#timeline.cursor;
  }

  /** The player's own messages not yet acknowledged, in order. */
  get waiting(): readonly Outgoing[] {
    return this.#outbox.waiting;
  }

  get me(): Me | undefined {
    return this.#me;
  }

  get unread(): number {
    return this.#unread.count(this.#timeline.entries, this.#me);
  }

  /** How many of the unread entries call the player. */
  get mentions(): number {
    return this.#unread.mentions(this.#timeline.entries, this.#me);
  }

  /** The guild as last synced; the same object until something changes. */
  get state(): GuildSnapshot | undefined {
    return this.#people.state;
  }

  get status(): Status {
    const waiting = this.#outbox.waiting.length;
    const phase = this.#phase;
    if (phase.phase === "closed") return { ...phase, waiting: 0 };
    return { ...phase, waiting };
  }

  /** Who a number in an entry (`from`, `who`) is; undefined for the system and for people nothing was said about. */
  person(number: number): Person | undefined {
    return this.#people.person(number);
  }

  /** Reactions to an entry and, of a card, its state. */
  mark(seq: number): Mark | undefined {
    return this.#marks.of(seq);
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
  async history(before: number | undefined = this.#timeline.entries[0]?.seq, limit = 50): Promise<readonly Entry[]> {
    const page = await this.#request("history", { limit, ...(before === undefined ? {} : { before }) });
    const { entries } = this.#decode(page);
    if (before !== undefined) this.#timeline.prepend(entries, before);
    return entries;
  }

  /** Whether the player's reaction is on an entry. Settles with the counts; rejects with `Refused` or `NoAnswer`. */
  async react(seq: number, emoji: string, on = true): Promise<CommandAnswer<"react">> {
    const answer = await this.#request("react", { seq, emoji, on });
    this.#mark({ seq, reactions: answer });
    return answer;
  }

  /** A card of those built in. Settles when it is written; rejects with `Refused` or `NoAnswer`: then the same nonce posts it once. */
  post(card: MemberCard, nonce: string = this.#options.makeNonce()): Promise<CommandAnswer<"card">> {
    return this.#request("card", { ...card, nonce });
  }

  /** The player does something with a card, or takes it back. `accepted` false: the studio said no. Rejects with `Refused` or `NoAnswer`. */
  async act(
    seq: number,
    action: string,
    on = true,
    nonce: string = this.#options.makeNonce(),
  ): Promise<CommandAnswer<"act">> {
    const answer = await this.#request("act", { seq, action, on, nonce });
    const known = this.#marks.of(seq)?.card;
    const newest = known !== undefined && known.version > answer.state.version ? known : answer.state;
    this.#mark({ seq, card: { ...newest, own: answer.own } });
    return answer;
  }

  /** Ends a card; for its author and officers. */
  async close(seq: number): Promise<void> {
    this.#markCard({ seq, state: await this.#request("close", { seq }) });
  }

  /** The pinned entries, the last pinned first. */
  async pins(): Promise<Entry[]> {
    const { frames, marks, former } = await this.#request("pins", {});
    this.#people.addFormer(former);
    for (const mark of marks) this.#mark(mark);
    return this.#decodeFrames(frames);
  }

  /** How many members have read an entry, of how many besides its author. */
  seenBy(seq: number): Promise<CommandAnswer<"seenBy">> {
    return this.#request("seenBy", { seq });
  }

  /** The player has seen everything up to the end, or up to the given entry. Positions are gathered for a second. */
  markRead(cursor: Cursor = this.#timeline.cursor): void {
    this.#reading.mark({ epoch: cursor.epoch, seq: cursor.seq });
    this.#unread.read(cursor.seq);
    this.#tellUnread();
  }

  /** Whether the player is looking at the channel. Who is not gets pushes for what he misses; set it when the app goes to the background. */
  setReading(reading: boolean): void {
    this.#reading.look(reading);
  }

  /** Sends what was gathered of the read position, if there is a line. */
  flush(): void {
    this.#reading.flush();
  }

  /** For the connection: who listens to a line to this seat. */
  opening(answer: JoinAnswer): Omit<LineListener, "onEnd"> {
    this.#joined = answer;
    this.#me = undefined;
    this.#timeline.lineOpened();
    return {
      onFrame: (frame) => {
        const entries = decodeFrame(frame, answer.origin);
        for (const entry of entries ?? []) this.#options.onArrival?.(entry);
        if (entries === undefined) this.#askSoon(0);
        else if (this.#show(this.#timeline.takeLive(entries))) this.#askSoon(HOLE_MS);
      },
      onReactions: ({ seq, ...reactions }) => {
        const own = this.#marks.of(seq)?.reactions?.own ?? [];
        this.#mark({ seq, reactions: { ...reactions, own } });
      },
      onCard: (card) => this.#markCard(card),
      onLineage: (lineage) => {
        if (this.#show(this.#timeline.takeLineage(lineage))) this.#askSoon(this.#options.random() * EPOCH_SPREAD_MS);
      },
      onMe: (me) => {
        if (this.#me !== undefined && me.version < this.#me.version) return;
        this.#me = me;
        this.#events.emit("me", me);
      },
      onState: (read) => {
        this.#people.changed(read);
        if (this.#events.has("state") && this.state !== undefined) this.#events.emit("state", this.state);
      },
    };
  }

  /** For the connection: the line is up. */
  async opened(line: Line): Promise<void> {
    this.#line = line;
    await this.#ask(line);
    if (line !== this.#line) return;
    this.#reading.open(line);
    this.#outbox.open();
    this.#askForCards(line);
  }

  /** For the connection: the line is gone. */
  ended(): void {
    this.#line = undefined;
    this.#asking = undefined;
    this.#cancelAsk?.();
    this.#cancelAsk = undefined;
    this.#outbox.shut();
    this.#reading.shut();
  }

  /** For the connection. */
  onPhase(phase: Phase): void {
    this.#phase = phase;
    if (phase.phase === "closed") {
      const { reason } = phase;
      this.#outbox.end(refusalOf(reason === "left" || reason === "malformed" ? "unavailable" : reason));
    }
    this.#events.emit("status", this.status);
  }

  #askSoon(ms: number): void {
    const line = this.#line;
    if (line === undefined || this.#asking !== undefined) return;
    this.#cancelAsk ??= this.#options.clock.after(ms, () => {
      this.#cancelAsk = undefined;
      if (line !== this.#line) return;
      this.#ask(line).catch(() => {
        if (line === this.#line) this.#giveUpLine();
      });
    });
  }

  /** Asks until nothing is missing; one question at a time. */
  #ask(line: Line): Promise<void> {
    this.#asking ??= this.#askUntilComplete(line).finally(() => {
      if (line === this.#line) this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askUntilComplete(line: Line): Promise<void> {
    for (let fruitless = 0; fruitless < FRUITLESS; fruitless++) {
      const { cursor } = this.#timeline;
      const page = await line.request("resume", { cursor });
      if (line !== this.#line) return;
      this.#unread.said(page.read.seq, { ...page.read, head: page.lineage.head });
      if (!this.#show(this.#timeline.takePage(this.#decode(page)))) return;
      if (this.#timeline.cursor.seq !== cursor.seq) fruitless = 0;
    }
    throw new NoAnswer("the server's answers bring nothing");
  }

  async #request<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>> {
    if (this.#line === undefined) throw new NoAnswer("no line");
    return this.#line.request(name, input);
  }

  #mark(mark: Mark): void {
    if (this.#marks.take(mark)) this.#events.emit("mark", this.#marks.of(mark.seq) ?? mark);
  }

  /** What was done with cards that are still open, while there was no line. Their ends came with the entries. */
  #askForCards(line: Line): void {
    const newest = this.#timeline.entries.findLast(
      ({ kind, seq }) => kind === "card" && this.#marks.of(seq)?.card?.closed === false,
    );
    if (newest === undefined) return;
    const asked = line.request("history", { before: newest.seq + 1, limit: CARDS_WITHIN });
    const take = ({ marks }: Page): void => {
      for (const mark of marks) this.#mark(mark);
    };
    asked.then(take).catch(() => {});
  }

  #markFirst({ seq, from, body }: Extract<Entry, { kind: "card" }>): void {
    const own = from === this.#me?.number && body.authorDoes !== undefined ? [body.authorDoes] : [];
    this.#mark({ seq, card: { ...firstState(from, body), own } });
  }

  #markCard({ seq, state }: CardMessage): void {
    this.#mark({ seq, card: { ...state, own: this.#marks.of(seq)?.card?.own ?? [] } });
  }

  #decode(page: Page): TimelinePage {
    this.#people.addFormer(page.former);
    this.#floor = page.floor;
    for (const mark of page.marks) this.#mark(mark);
    const entries = this.#decodeFrames(page.frames);
    return { lineage: page.lineage, complete: page.complete, reason: page.reason, more: page.more, entries };
  }

  #decodeFrames(frames: readonly unknown[]): Entry[] {
    const origin = this.#joined?.origin ?? 0;
    return frames.flatMap((frame) => {
      const decoded = decodeFrame(frame, origin);
      if (decoded === undefined) throw new NoAnswer("a page holds something that is no frame");
      for (const entry of decoded) this.#options.onArrival?.(entry);
      return decoded;
    });
  }

  /** Tells what a step did; returns whether something is missing. */
  #show({ lost, reset, added, ask }: Step): boolean {
    if (lost.length > 0) this.#events.emit("lost", lost);
    if (reset !== undefined) this.#events.emit("reset", reset);
    for (const entry of added) {
      if (entry.from !== 0 && entry.from === this.#me?.number) this.#unread.read(entry.seq);
      this.#events.emit("entry", entry);
      if (entry.kind === "outcome") this.#markCard(entry.body);
      if (entry.kind === "card" && this.#marks.of(entry.seq)?.card === undefined) this.#markFirst(entry);
      for (const changed of this.#timeline.fold([entry])) this.#events.emit("changed", changed);
    }
    this.#line?.tookIn(this.#timeline.cursor, added.length);
    if (lost.length + added.length > 0 || reset !== undefined) this.#tellUnread();
    return ask;
  }

  #tellUnread(): void {
    const { unread } = this;
    if (unread === this.#toldUnread) return;
    this.#toldUnread = unread;
    this.#events.emit("unread", unread);
  }
}
