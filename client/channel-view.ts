import { numbersOfState } from "../shared/card.ts";
import type { CommandAnswer, CommandInput, CommandName } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import { COUNTABLE, type Entry, numbersOf } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import type { ChannelId, PlayerId } from "../shared/id.ts";
import type { Mark, Me, OwnChannel, Page, ReadPosition } from "../shared/protocol.ts";
import type { Rank } from "../shared/rank.ts";
import { CatchUp } from "./catch-up.ts";
import type { ChannelEvents } from "./channel-events.ts";
import type { ChannelLine, OwnListener } from "./channel-line.ts";
import type { Joined, ViewOptions } from "./channel-options.ts";
import { Emitter } from "./emitter.ts";
import type { GuildSnapshot } from "./guild-snapshot.ts";
import { Introductions } from "./introductions.ts";
import { Marks } from "./marks.ts";
import { People, type Person } from "./people.ts";
import { NoAnswer } from "./refused.ts";
import type { TeamSnapshot } from "./team-snapshot.ts";
import { type Step, Timeline } from "./timeline.ts";
import { Unread } from "./unread.ts";

/** A hole in what came live is given this long to close by itself. */
const HOLE_MS = 100;
/** A change of epoch reaches all clients at once; their questions are spread over this. */
const EPOCH_SPREAD_MS = 300;
/** Cards that many entries before the newest open one are looked up again after a line was lost. */
const CARDS_WITHIN = 50;

/** What a player sees of a channel. It outlives lines: a lost one takes nothing away. */
export class ChannelView {
  protected readonly events = new Emitter<ChannelEvents>();
  readonly #timeline: Timeline;
  readonly #unread = new Unread();
  readonly #people = new People();
  protected readonly marks = new Marks((mark) => {
    if (mark.card !== undefined) this.#meet(numbersOfState(mark.card));
    this.events.emit("mark", mark);
  });
  readonly #onArrival: (entry: Entry) => void;
  readonly #isBlocked: (player: PlayerId) => boolean;
  readonly #catchUp: CatchUp;
  readonly #introductions: Introductions;
  /** This client's part of the spread, so that all its channels ask together. */
  readonly #spreadMs: number;
  #id: ChannelId | undefined;
  #line: ChannelLine | undefined;
  #joined: Joined | undefined;
  #me: Me | undefined;
  #rank: Rank | undefined;
  #number: number | undefined;
  #floor = 0;
  #toldUnread = 0;

  constructor({ id, clock, random, keep, onArrival = () => undefined, isBlocked = () => false }: ViewOptions) {
    this.#id = id;
    this.#onArrival = onArrival;
    this.#isBlocked = isBlocked;
    this.#spreadMs = random() * EPOCH_SPREAD_MS;
    this.#timeline = new Timeline({ keep });
    this.#catchUp = new CatchUp({
      clock,
      cursor: () => this.#timeline.cursor,
      take: (page) => {
        const { lineage, complete, reason, more, read, reader } = page;
        if (reader !== undefined) [this.#number, this.#rank] = [reader.number, reader.rank];
        this.#unread.said(read.seq, { ...read, head: lineage.head });
        return this.#show(this.#timeline.takePage({ lineage, complete, reason, more, entries: this.decodePage(page) }));
      },
    });
    this.#introductions = new Introductions(clock, (people) => {
      this.#people.add(people);
      this.events.emit(
        "people",
        people.flatMap(({ number }) => this.#people.person(number) ?? []),
      );
      this.#tellUnread();
    });
  }

  /** The returned function takes the listener off. */
  on<K extends keyof ChannelEvents>(event: K, listener: (value: ChannelEvents[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  get id(): ChannelId | undefined {
    return this.#id;
  }

  get player(): PlayerId | undefined {
    return this.#joined?.player;
  }

  /** The player's number in the channel, known from the first page on. */
  get number(): number | undefined {
    return this.#me?.number ?? this.#number;
  }

  /** The newest entries, without a hole. */
  get entries(): readonly Entry[] {
    return this.#timeline.entries;
  }

  /** Everything up to here is in `entries` or came before them. */
  get cursor(): Cursor {
    return this.#timeline.cursor;
  }

  /** The oldest seq the server kept when it was last asked for entries; 0: none. Nothing older will come from the history. */
  get floor(): number {
    return this.#floor;
  }

  /** What is for the player alone. Only of the seat's own channel. */
  get me(): Me | undefined {
    return this.#me;
  }

  get unread(): number {
    return this.#unread.count(this.#timeline.entries, this.#self());
  }

  /** How many of the unread entries call the player. */
  get mentions(): number {
    return this.#unread.mentions(this.#timeline.entries, this.#self());
  }

  /** The guild as last synced; the same object until something changes. Only of the seat's own channel. */
  get state(): GuildSnapshot | undefined {
    return this.#people.state;
  }

  /** The team as last synced; the same object until something changes. Only of the seat's own channel, when that is a team's. */
  get team(): TeamSnapshot | undefined {
    return this.#people.team;
  }

  /** Who a number in an entry (`from`, `who`) is; undefined for the system and for people nothing was said about (yet, see `people`). */
  person(number: number): Person | undefined {
    return this.#people.person(number);
  }

  /** Whether the player does not want to see the entry: he has blocked whoever wrote it. It keeps its place, and counts as read or unread like any other. */
  isHidden({ from, kind }: Entry): boolean {
    if (from === 0 || !COUNTABLE.has(kind)) return false;
    const author = this.#people.person(from)?.player;
    return author !== undefined && this.#isBlocked(author);
  }

  /** Reactions to an entry and, of a card, its state. */
  mark(seq: number): Mark | undefined {
    return this.marks.of(seq);
  }

  /** For the connection: a seat is reserved. Who listens to its line. */
  opening(joined: Joined): OwnListener {
    this.#joined = joined;
    this.#id = joined.channel;
    this.#me = undefined;
    this.#timeline.lineOpened();
    return {
      onFrame: (frame) => {
        const entries = decodeFrame(frame, joined.origin);
        for (const entry of entries ?? []) this.#onArrival(entry);
        if (entries === undefined) this.#catchUp.soon(0);
        else if (this.#show(this.#timeline.takeLive(entries))) this.#catchUp.soon(HOLE_MS);
      },
      onReactions: (reactions) => this.marks.takeReactions(reactions),
      onCard: (card) => this.marks.takeCard(card),
      onSignal: (signal) => this.events.emit("signal", signal),
      onLineage: (lineage) => {
        if (this.#show(this.#timeline.takeLineage(lineage))) this.#catchUp.soon(this.#spreadMs);
      },
      onMe: (me) => {
        if (this.#me !== undefined && me.version < this.#me.version) return;
        this.#me = me;
        this.events.emit("me", me);
      },
      onState: (read) => {
        this.#people.changed(read);
        if (this.events.has("state") && this.state !== undefined) this.events.emit("state", this.state);
        if (this.events.has("team") && this.team !== undefined) this.events.emit("team", this.team);
      },
    };
  }

  /** For the connection: the line is up. Settles when nothing is missing; rejects with what the asking failed with. */
  async opened(line: ChannelLine): Promise<void> {
    this.#line = line;
    if (!line.hasRoster) this.#people.forgetState();
    await this.#catchUp.open(line);
    if (line !== this.#line) return;
    this.#introductions.open(line);
    this.#askForCards(line);
    this.onCaughtUp(line);
  }

  /** For the connection: the line is gone. */
  ended(): void {
    this.#line = undefined;
    this.#catchUp.shut();
    this.#introductions.shut();
  }

  /** For the connection: settles when what is being asked for has come, or will not. */
  settled(): Promise<void> {
    return this.#catchUp.settled();
  }

  /** For the connection: where the player stands, as it was said of all his channels. */
  stands({ rank, read, head }: Pick<OwnChannel, "rank" | "read" | "head">): void {
    this.#rank = rank;
    this.wasRead(read, head);
  }

  /** For the connection: the player has read up to there, on this or another of his devices. */
  wasRead({ seq, unread, mentions }: ReadPosition, head: number = this.#timeline.cursor.seq): void {
    this.#unread.said(seq, { unread, mentions, head });
    this.#tellUnread();
  }

  /** Called when a new line has nothing missing any more. */
  protected onCaughtUp(_line: ChannelLine): void {}

  protected async request<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>> {
    if (this.#line === undefined) throw new NoAnswer("no line");
    return this.#line.request(name, input);
  }

  protected readUpTo(seq: number): void {
    this.#unread.read(seq);
    this.#tellUnread();
  }

  protected prepend(entries: readonly Entry[], before: number): void {
    this.#timeline.prepend(entries, before);
  }

  protected decodePage(page: Page): Entry[] {
    this.#floor = page.floor;
    return this.decode(page);
  }

  protected decode({ frames, marks, former }: Pick<Page, "frames" | "marks" | "former">): Entry[] {
    this.#people.add(former);
    for (const mark of marks) this.marks.take(mark);
    const origin = this.#joined?.origin ?? 0;
    return frames.flatMap((frame) => {
      const decoded = decodeFrame(frame, origin);
      if (decoded === undefined) throw new NoAnswer("a page holds something that is no frame");
      for (const entry of decoded) this.#onArrival(entry);
      return decoded;
    });
  }

  /** What was done with cards that are still open, while there was no line. Their ends came with the entries. */
  #askForCards(line: ChannelLine): void {
    const newest = this.marks.newestOpenCard(this.#timeline.entries);
    if (newest === undefined) return;
    const asked = line.request("history", { before: newest + 1, limit: CARDS_WITHIN });
    const take = ({ marks }: Page): void => {
      for (const mark of marks) this.marks.take(mark);
    };
    asked.then(take).catch(() => {});
  }

  #self(): { number: number | undefined; rank: Rank | undefined } {
    return { number: this.number, rank: this.#me?.rank ?? this.#rank };
  }

  /** Sees to it that those whom nobody has named can be shown. */
  #meet(numbers: readonly number[]): void {
    if (this.#line === undefined || (this.#line.hasRoster && this.#people.isWhole)) return;
    const unknown = numbers.filter((number) => this.#people.person(number) === undefined);
    if (unknown.length > 0) this.#introductions.want(unknown);
  }

  /** Tells what a step did; returns whether something is missing. */
  #show({ lost, reset, added, ask }: Step): boolean {
    if (lost.length > 0) this.events.emit("lost", lost);
    if (reset !== undefined) this.events.emit("reset", reset);
    for (const entry of added) {
      if (entry.from !== 0 && entry.from === this.number) this.#unread.read(entry.seq);
      if (entry.kind === "rank" && entry.body.who === this.number) this.#rank = entry.body.rank;
      this.#meet(numbersOf(entry));
      this.events.emit("entry", entry);
      this.marks.meet(entry, this.number);
      for (const changed of this.#timeline.fold([entry])) this.events.emit("changed", changed);
    }
    this.#line?.tookIn(this.#timeline.cursor, added.length);
    if (lost.length + added.length > 0 || reset !== undefined) this.#tellUnread();
    return ask;
  }

  #tellUnread(): void {
    const { unread } = this;
    if (unread === this.#toldUnread) return;
    this.#toldUnread = unread;
    this.events.emit("unread", unread);
  }
}
