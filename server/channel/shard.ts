import type { Cursor } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { catchUp } from "./catch-up.ts";
import { endsMembership, isDeparture, untilDeparture } from "./departure.ts";
import { Doubts } from "./doubts.ts";
import { type Fleeting, FleetingLane } from "./fleeting.ts";
import { type FrameRun, framesOf } from "./frames-of.ts";
import { Gathering } from "./gathering.ts";
import { joinedPage } from "./joined-page.ts";
import type { Log, Resumed } from "./log.ts";
import { Outflow } from "./outflow.ts";
import { type Encoded, LEAVING_MS, type Reader, SOFT_UNREPORTED, Standing } from "./standing.ts";
import type { Tail } from "./tail.ts";

export type ShardPorts<B> = {
  encode(entries: readonly Entry[]): B;
  onState(): void;
  /** None: nothing fleeting is sent. */
  encodeFleeting?(fleeting: Fleeting): B;
  /** Entries never wait for others to share their frame: it is a team, in which a tenth of a second matters. */
  neverWaits?: boolean;
  /** Monotonic milliseconds. */
  now?(): number;
};

/**
 * The readers of a channel in one room. A reader becomes live by resuming: what he is answered and what he is sent afterwards join without hole or repetition.
 * Entries that arrive in one turn of the event loop, and under load within a window of at most 50 ms, leave as one frame of at most 256.
 * From a reader whose line does not keep up entries are held back, until he can be caught up; to the others he costs nothing.
 */
export class Shard<B extends Encoded> {
  readonly #tail: Tail;
  readonly #log: Log;
  readonly #encode: (entries: readonly Entry[]) => B;
  readonly #encodeFleeting: ((fleeting: Fleeting) => B) | undefined;
  readonly #fleeting = new FleetingLane(() => this.#sendFleeting());
  readonly #now: () => number;
  readonly #gathering: Gathering;
  readonly #outflow = new Outflow(SOFT_UNREPORTED);
  readonly #standings = new Map<Reader<B>, Standing<B>>();
  readonly #held = new Set<Standing<B>>();
  readonly #doubts = new Doubts<B>({
    read: ({ reader }) => this.#log.before(this.#tail.channel, reader.player, undefined, 1),
    expel: ({ reader }) => this.#dismiss(reader),
    now: () => this.#now(),
  });
  #catchingUp = false;
  #stirred = false;
  readonly #stop: () => void;

  constructor(tail: Tail, log: Log, ports: ShardPorts<B>) {
    this.#tail = tail;
    this.#log = log;
    this.#encode = ports.encode;
    this.#encodeFleeting = ports.encodeFleeting;
    this.#now = ports.now ?? (() => performance.now());
    this.#gathering = new Gathering({
      leave: (entries) => this.#send(entries),
      readers: () => (ports.neverWaits ? 0 : this.#standings.size),
      now: this.#now,
    });
    this.#stop = tail.listen({
      onEntries: (entries) => this.#gathering.add(entries),
      onEpoch: (lineage) => {
        this.flush();
        for (const reader of this.#standings.keys()) reader.sendEpoch(lineage);
      },
      onReset: (lineage) => {
        this.flush();
        for (const [reader, standing] of this.#standings) {
          this.#stopFollowing(standing);
          this.#doubts.add(standing, lineage.head, LEAVING_MS);
          reader.sendEpoch(lineage);
        }
      },
      onState: ports.onState,
      onFleeting: (fleeting) => this.#fleeting.add(fleeting, this.#standings.size),
    });
  }

  add(reader: Reader<B>): void {
    this.#standings.set(reader, new Standing(reader, this.#outflow));
  }

  remove(reader: Reader<B>): void {
    const standing = this.#standings.get(reader);
    if (standing === undefined) return;
    this.#stopFollowing(standing);
    this.#doubts.delete(standing);
    this.#standings.delete(reader);
  }

  /** Whether he follows the log, at once or held: he meets the entry that ends his membership. */
  isFollowing(reader: Reader<B>): boolean {
    const standing = this.#standings.get(reader);
    return standing !== undefined && (standing.live || standing.hold !== undefined);
  }

  /** Whether anything has left since this was last asked, or somebody is to be looked after. */
  isStirred(): boolean {
    const stirred = this.#stirred || this.watched > 0;
    this.#stirred = false;
    return stirred;
  }

  /** Readers from whom entries are held back. */
  get held(): number {
    return this.#held.size;
  }

  /** Readers to be looked after: from whom entries are held back, or who may have been removed without noticing. */
  get watched(): number {
    return this.#held.size + this.#doubts.size;
  }

  /** The reader says that he has everything up to the cursor; returns whether that is news. */
  report(reader: Reader<B>, cursor: Cursor): boolean {
    const standing = this.#standings.get(reader);
    const isNews = standing?.report(cursor.seq) === true;
    if (standing?.hold !== undefined && standing.isDrained()) void this.#catchUpHeld();
    return isNews;
  }

  /**
   * Looks after those who are held: catches up who has drained, cuts off who has not moved for a minute; and puts out who was removed without noticing. To be called
   * several times a second.
   */
  look(): void {
    const now = this.#now();
    for (const standing of this.#held) {
      const { hold, reader } = standing;
      if (standing.isLost(now)) this.#cutOff(standing);
      else if (hold?.leavingSinceMs !== undefined && now - hold.leavingSinceMs > LEAVING_MS) this.#dismiss(reader);
    }
    void this.#catchUpHeld();
    void this.#doubts.look();
  }

  close(): void {
    this.#stop();
    this.#gathering.close();
    this.#fleeting.take();
    for (const standing of this.#standings.values()) this.#stopFollowing(standing);
    this.#doubts.clear();
    this.#standings.clear();
  }

  /**
   * Everything after the reader's cursor, as `Log.resume`; when no more follows, he is live from there on. A later resume of the same reader takes over from an
   * earlier one that is still under way.
   */
  async resume(reader: Reader<B>, cursor: Cursor, limit: number = LIMITS.pageEntries): Promise<Resumed> {
    const standing = this.#standings.get(reader);
    if (standing === undefined) return this.#resume(reader, undefined, cursor, limit);
    standing.asking += 1;
    try {
      return await this.#resume(reader, standing, cursor, limit);
    } finally {
      standing.asking -= 1;
      if (this.#doubts.size > 0) void this.#doubts.look();
    }
  }

  async #resume(reader: Reader<B>, standing: Standing<B> | undefined, cursor: Cursor, limit: number): Promise<Resumed> {
    if (standing !== undefined) {
      this.#stopFollowing(standing);
      standing.resumes += 1;
    }
    const turn = standing?.resumes;
    const page = await this.#log.resume(this.#tail.channel, reader.player, cursor, limit);
    // He was dismissed meanwhile, and is a member again: of what follows nothing would reach him.
    if (standing !== undefined && this.#standings.get(reader) !== standing) throw new GremioError("unavailable");
    if (standing !== undefined && page.lineage.head >= standing.doubtedAt) standing.doubtedAt = 0;
    const { answer, sent, had, departs } = joinedPage(page, cursor, this.#tail, reader.number);
    if (answer.more) {
      // He was removed after the page was read, and would not meet the entry that says so: better now than when he asks for the rest.
      if (standing !== undefined && standing.doubtedAt !== 0)
        await this.#log.before(this.#tail.channel, reader.player, undefined, 1);
    } else if (standing !== undefined && standing.resumes === turn) {
      standing.sent = sent;
      standing.resumedFrom(had);
      standing.live = !departs;
    }
    if (departs) setImmediate(() => this.#dismiss(reader));
    return answer;
  }

  /** Sends what waits. */
  flush(): void {
    this.#gathering.flush();
  }

  /** Gives how many socket writes it took. */
  #send(entries: readonly Entry[]): number {
    this.#stirred = true;
    let writes = 0;
    for (const frame of framesOf(entries)) writes += this.#deliver(frame);
    this.#sendFleeting();
    return writes;
  }

  /** Whoever is behind goes without. Who has not resumed yet does not, if he is a member: the page he is about to get may have been read before. */
  #sendFleeting(): void {
    for (const fleeting of this.#fleeting.take()) {
      const frame = this.#encodeFleeting?.(fleeting);
      if (frame === undefined) continue;
      for (const [reader, standing] of this.#standings)
        if (reader.number !== fleeting.from && standing.takesFleeting()) reader.sendFrame(frame);
    }
  }

  /**
   * Gives how many it was sent to. `goesOn`: it follows another in the same turn, so nobody can have reported that one; if only for that readers were held back, each of
   * them would have to be caught up by himself.
   */
  #deliver({ run, goesOn }: FrameRun): number {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return 0;
    const departures = run.filter(isDeparture);
    const end: Cursor = { epoch: last.epoch, seq: last.seq };
    let shared: B | undefined;
    let sent = 0;
    for (const [reader, standing] of this.#standings) {
      if (!standing.live || standing.has(last)) continue;
      if (goesOn ? standing.isFull() : standing.isBehind()) {
        standing.holdBack(this.#now());
        this.#held.add(standing);
        continue;
      }
      const departs =
        departures.length > 0 &&
        departures.some((entry) => endsMembership(entry, reader.number) && !standing.has(entry));
      if (departs || standing.has(first)) {
        const unsent = run.filter((entry) => !standing.has(entry));
        reader.sendFrame(this.#encode(departs ? untilDeparture(unsent, reader.number) : unsent));
      } else {
        shared ??= this.#encode(run);
        reader.sendFrame(shared);
      }
      sent += 1;
      standing.sent = end;
      if (departs) this.#dismiss(reader);
    }
    if (shared !== undefined) this.#outflow.sent(last.seq, run.length, shared.length);
    if (departures.length > 0) this.#tellOthers(departures);
    return sent;
  }

  /** Who is held is given a short while to be caught up to the entry that ends his membership; who does not follow is looked up. */
  #tellOthers(departures: readonly Entry[]): void {
    for (const [reader, standing] of this.#standings) {
      if (standing.live) continue;
      const end = departures.findLast((entry) => endsMembership(entry, reader.number));
      if (end === undefined) continue;
      if (standing.hold === undefined) this.#doubts.add(standing, end.seq, 0);
      // Whoever was sent it with a page is a member again.
      else if (!standing.has(end)) standing.hold.leavingSinceMs ??= this.#now();
    }
  }

  /** One after the other, so that many who drain at the same time do not keep the others waiting. Should Redis be away, the next look tries again. */
  async #catchUpHeld(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      for (const standing of this.#held) if (standing.isDrained()) await this.#catchUp(standing);
    } catch {
      // They stay held; whoever cannot be caught up for a minute is cut off.
    } finally {
      this.#catchingUp = false;
    }
  }

  async #catchUp(standing: Standing<B>): Promise<void> {
    const outcome = await catchUp(standing, { tail: this.#tail, log: this.#log, encode: this.#encode });
    if (outcome === "live") this.#held.delete(standing);
    else if (outcome === "left") this.#dismiss(standing.reader);
    else if (outcome === "lost") this.#cutOff(standing);
  }

  #stopFollowing(standing: Standing<B>): void {
    standing.live = false;
    standing.hold = undefined;
    this.#held.delete(standing);
  }

  #cutOff({ reader }: Standing<B>): void {
    if (!this.#standings.has(reader)) return;
    this.remove(reader);
    reader.cutOff();
  }

  #dismiss(reader: Reader<B>): void {
    if (!this.#standings.has(reader)) return;
    this.remove(reader);
    reader.dismiss();
  }
}
