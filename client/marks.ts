import type { Mark } from "../shared/protocol.ts";

/** What has become of entries besides their words: reactions and cards' states, by seq. Newest wins, whatever order it comes in. */
export class Marks {
  readonly #bySeq = new Map<number, Mark>();

  of(seq: number): Mark | undefined {
    return this.#bySeq.get(seq);
  }

  /** Returns whether anything is newer than what was known. */
  take(mark: Mark): boolean {
    const known = this.#bySeq.get(mark.seq);
    const reactions = newer(known?.reactions, mark.reactions);
    const card = newer(known?.card, mark.card);
    if (reactions === known?.reactions && card === known?.card) return false;
    this.#bySeq.set(mark.seq, {
      seq: mark.seq,
      ...(reactions === undefined ? {} : { reactions }),
      ...(card === undefined ? {} : { card }),
    });
    return true;
  }

  forget(seq: number): void {
    this.#bySeq.delete(seq);
  }
}

/** Of one version the later answer counts: it may know the reader's own part better. */
const newer = <T extends { version: number }>(known: T | undefined, said: T | undefined): T | undefined =>
  said === undefined || (known !== undefined && known.version > said.version) ? known : said;
