import { firstState } from "../shared/card.ts";
import type { Entry } from "../shared/entry.ts";
import type { CardMessage, Mark, ReactionsMessage } from "../shared/protocol.ts";

/** What has become of entries, reactions and cards' states, by seq. Newest wins, whatever order it comes in. */
export class Marks {
  readonly #bySeq = new Map<number, Mark>();
  readonly #onChange: (mark: Mark) => void;

  constructor(onChange: (mark: Mark) => void) {
    this.#onChange = onChange;
  }

  of(seq: number): Mark | undefined {
    return this.#bySeq.get(seq);
  }

  take(mark: Mark): void {
    const known = this.#bySeq.get(mark.seq);
    const reactions = newer(known?.reactions, mark.reactions);
    const card = newer(known?.card, mark.card);
    if (reactions === known?.reactions && card === known?.card) return;
    const now: Mark = {
      seq: mark.seq,
      ...(reactions === undefined ? {} : { reactions }),
      ...(card === undefined ? {} : { card }),
    };
    this.#bySeq.set(mark.seq, now);
    this.#onChange(now);
  }

  /** What is told to all says nothing of the player's own part, which stays. */
  takeReactions({ seq, ...reactions }: ReactionsMessage): void {
    this.take({ seq, reactions: { ...reactions, own: this.of(seq)?.reactions?.own ?? [] } });
  }

  takeCard({ seq, state }: CardMessage): void {
    this.take({ seq, card: { ...state, own: this.of(seq)?.card?.own ?? [] } });
  }

  /** The player did something with a card; the answer knows his part best, though the state may be known newer. */
  takeAnswer(seq: number, { state, own }: { state: CardMessage["state"]; own: string[] }): void {
    const known = this.of(seq)?.card;
    this.take({ seq, card: { ...(known !== undefined && known.version > state.version ? known : state), own } });
  }

  /** An entry has come: a card begins with its first state, an outcome says the last. */
  meet(entry: Entry, self: number | undefined): void {
    const { seq, from } = entry;
    if (entry.kind === "outcome") this.takeCard(entry.body);
    if (entry.kind !== "card" || this.of(seq)?.card !== undefined) return;
    const own = from === self && entry.body.authorDoes !== undefined ? [entry.body.authorDoes] : [];
    this.take({ seq, card: { ...firstState(from, entry.body), own } });
  }

  /** The newest card with which something can still be done. */
  newestOpenCard(entries: readonly Entry[]): number | undefined {
    return entries.findLast(({ kind, seq }) => kind === "card" && this.of(seq)?.card?.closed === false)?.seq;
  }

  forget(seq: number): void {
    this.#bySeq.delete(seq);
  }
}

/** Of one version the later answer counts: it may know the reader's own part better. */
const newer = <T extends { version: number }>(known: T | undefined, said: T | undefined): T | undefined =>
  said === undefined || (known !== undefined && known.version > said.version) ? known : said;
