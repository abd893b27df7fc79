import { type Entry, wordsOf } from "../shared/entry.ts";
import { DoubledTexts } from "./doubled-texts.ts";

/** `waiting`: what is on its way to someone who has the game open. */
export type Counts = {
  acknowledged: number;
  seen: number;
  waiting: number;
  lost: number;
  doubled: number;
  disordered: number;
};

type Viewer = {
  /** His number in the channel, which his own entries carry. */
  number: number | undefined;
  /** Since when his line is up, in ms; undefined while it is not. */
  liveAt: number | undefined;
  /** He has closed the game: nothing is on its way to him. */
  isAway: boolean;
  /** The first seq he is owed; undefined before his timeline has begun. */
  from: number | undefined;
  /** The last seq he is owed, once he has left the guild. */
  until: number;
  last: number;
  lastReceipt: number;
  /** The newest seqs shown to him. */
  readonly shown: Set<number>;
};

/** Something at least one player has seen, or was told is written. */
type Known = { sinceMs: number; acknowledged: boolean; readonly shownTo: Set<string> };

/** Who is live and has not seen, for so long, what others know, has lost it. A resume and its repetitions take less. */
const LATE_MS = 15_000;
const KEPT = 5_000;

/**
 * Counts, while it happens, whether every player of the page sees everything that was acknowledged to any of them, once and in order; what one of them has seen
 * (bots' messages too) the others are owed as well. Each is owed what was written between his joining and his leaving; what the server said cannot be had any
 * more (`reset`) is not owed. Pure: it knows no connection, and time is told to it.
 */
export class Tally {
  readonly #viewers = new Map<string, Viewer>();
  readonly #known = new Map<number, Known>();
  readonly #doubledTexts = new DoubledTexts();
  #counts: Omit<Counts, "waiting"> = { acknowledged: 0, seen: 0, lost: 0, doubled: 0, disordered: 0 };

  /** His line is up, or gone; all he misses meanwhile he is owed when he is back. */
  live(player: string, isLive: boolean, nowMs: number): void {
    const viewer = this.#viewer(player);
    if (isLive) viewer.liveAt ??= nowMs;
    else {
      viewer.liveAt = undefined;
      this.#doubledTexts.lineLost(player);
    }
  }

  /** He closes the game, or opens it again. */
  away(player: string, isAway: boolean, nowMs: number): void {
    this.#viewer(player).isAway = isAway;
    if (isAway) this.live(player, false, nowMs);
  }

  /** His timeline begins (anew) with this seq: what he was owed before and has not got by now cannot be had. */
  begins(player: string, firstSeq: number, nowMs: number): void {
    const viewer = this.#viewer(player);
    this.#settle(player, viewer, nowMs);
    viewer.from = firstSeq;
    viewer.last = firstSeq - 1;
    viewer.until = Number.POSITIVE_INFINITY;
    viewer.shown.clear();
  }

  isNumber(player: string, number: number): void {
    this.#viewer(player).number = number;
  }

  /** A message is transmitted for the first time; by then he has seen what was written before. */
  sent(player: string, nonce: string, text: string): void {
    const head = Math.max(...[...this.#viewers.values()].map(({ last }) => last), 0);
    this.#doubledTexts.sent(player, nonce, text, head);
  }

  /** Another tab was told that a message of its own stands here. */
  acknowledgedElsewhere(seq: number): void {
    this.#doubledTexts.placed(seq);
  }

  acknowledged(player: string, nonce: string, seq: number, nowMs: number): void {
    const viewer = this.#viewer(player);
    this.#doubledTexts.acknowledged(nonce, seq, nowMs);
    this.#counts.acknowledged += 1;
    // His messages are written in the order in which he sent them.
    if (seq < viewer.lastReceipt) this.#counts.disordered += 1;
    viewer.lastReceipt = Math.max(viewer.lastReceipt, seq);
    const known = this.#know(seq, nowMs);
    // Two messages that were told to stand at one place: one of them stands nowhere.
    if (known.acknowledged) this.#counts.lost += 1;
    known.acknowledged = true;
  }

  saw(player: string, entry: Entry, nowMs: number): void {
    const viewer = this.#viewer(player);
    const { seq } = entry;
    if (viewer.shown.has(seq)) {
      this.#counts.doubled += 1;
      return;
    }
    if (seq < viewer.last) this.#counts.disordered += 1;
    viewer.last = Math.max(viewer.last, seq);
    viewer.from ??= seq;
    viewer.shown.add(seq);
    if (viewer.shown.size > KEPT) drop(viewer.shown);
    const { shownTo } = this.#know(seq, nowMs);
    if (!shownTo.has(player)) this.#counts.seen += 1;
    shownTo.add(player);
    this.#judgeText(entry, nowMs);
    this.#judgeMembership(player, viewer, entry, nowMs);
  }

  /** Redis has lost its tail: the player was told that these are gone. What was acknowledged is lost. */
  gone(entries: readonly Entry[]): void {
    for (const { seq } of entries) {
      if (this.#known.get(seq)?.acknowledged) this.#counts.lost += 1;
      this.#known.delete(seq);
    }
  }

  counts(nowMs: number): Counts {
    let lost = 0;
    let waiting = 0;
    for (const [seq, known] of this.#known) {
      const owed = [...this.#viewers].filter(([player, viewer]) => isOwed(viewer, seq) && !known.shownTo.has(player));
      const missing = owed.filter(([, viewer]) => isMissed(viewer, seq, known.sinceMs, nowMs));
      lost += missing.length;
      waiting += owed.filter((one) => !one[1].isAway && !missing.includes(one)).length;
    }
    const { doubled } = this.#counts;
    return { ...this.#counts, lost: this.#counts.lost + lost, doubled: doubled + this.#doubledTexts.count, waiting };
  }

  #viewer(player: string): Viewer {
    const known = this.#viewers.get(player);
    if (known !== undefined) return known;
    const viewer: Viewer = {
      number: undefined,
      liveAt: undefined,
      isAway: false,
      from: undefined,
      until: Number.POSITIVE_INFINITY,
      last: 0,
      lastReceipt: 0,
      shown: new Set(),
    };
    this.#viewers.set(player, viewer);
    return viewer;
  }

  #know(seq: number, nowMs: number): Known {
    const known = this.#known.get(seq) ?? { sinceMs: nowMs, acknowledged: false, shownTo: new Set<string>() };
    this.#known.set(seq, known);
    if (this.#known.size > KEPT) this.#settleOldest(nowMs);
    return known;
  }

  /** Its verdict stays, the rest is forgotten. */
  #settleOldest(nowMs: number): void {
    for (const [seq, known] of this.#known) {
      for (const [player, viewer] of this.#viewers)
        if (lacks(player, viewer, seq, known, nowMs)) this.#counts.lost += 1;
      this.#known.delete(seq);
      return;
    }
  }

  /** The verdict over what he was owed so far stays, whatever he is owed from now on. */
  #settle(player: string, viewer: Viewer, nowMs: number): void {
    for (const [seq, known] of this.#known) {
      if (!lacks(player, viewer, seq, known, nowMs)) continue;
      this.#counts.lost += 1;
      known.shownTo.add(player);
    }
  }

  #judgeText({ kind, body, from, seq }: Entry, nowMs: number): void {
    if (kind !== "text" && kind !== "announcement") return;
    for (const [player, { number }] of this.#viewers)
      if (number === from) this.#doubledTexts.saw(player, wordsOf(body), seq, nowMs);
  }

  #judgeMembership(player: string, viewer: Viewer, { kind, body, seq }: Entry, nowMs: number): void {
    if ((kind !== "joined" && kind !== "left" && kind !== "kicked") || body.who !== viewer.number) return;
    if (kind !== "joined") viewer.until = seq;
    else {
      this.#settle(player, viewer, nowMs);
      viewer.from = seq;
      viewer.until = Number.POSITIVE_INFINITY;
    }
  }
}

const isOwed = ({ from, until }: Viewer, seq: number): boolean => from !== undefined && seq >= from && seq <= until;

/** Later ones came and this one did not; or nothing came for too long. */
const isMissed = ({ last, liveAt }: Viewer, seq: number, sinceMs: number, nowMs: number): boolean =>
  last >= seq || (liveAt !== undefined && nowMs - Math.max(liveAt, sinceMs) > LATE_MS);

const lacks = (player: string, viewer: Viewer, seq: number, { sinceMs, shownTo }: Known, nowMs: number): boolean =>
  isOwed(viewer, seq) && !shownTo.has(player) && isMissed(viewer, seq, sinceMs, nowMs);

const drop = (collection: Set<unknown>): void => {
  for (const key of collection.keys()) {
    collection.delete(key);
    return;
  }
};
