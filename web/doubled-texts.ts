/** One message, from its first transmission on. */
type Sending = {
  readonly key: string;
  readonly player: string;
  /** What was known by then stands before it. */
  readonly after: number;
  /** The line went before the answer came, so it was transmitted again. */
  repeated: boolean;
  placed: { readonly seq: number; readonly atMs: number } | undefined;
};

/** What a stalled server does with a first try may come so long after the answer to the second. */
const STRAGGLER_MS = 15_000;
const KEPT = 5_000;

/**
 * Finds messages of this page that were written twice. A player's words that stand where no acknowledgement put them are such a second writing when they came
 * after the message was first transmitted and before its own place; after that only while a repeated transmission may still straggle in. So nothing is
 * suspected that was there before, or that the player says again later elsewhere. Who says the same at the same moment in another tab must tell (`placed`).
 */
export class DoubledTexts {
  readonly #sendings = new Map<string, Sending>();
  /** By author and text, only of what was sent from here: where it stands, and since when that is known, in ms. */
  readonly #standing = new Map<string, Map<number, number>>();
  /** Where messages were acknowledged to stand, here or in another tab. */
  readonly #placed = new Set<number>();
  readonly #doubled = new Set<number>();

  get count(): number {
    return this.#doubled.size;
  }

  /** `head`: the highest seq known to the page. */
  sent(player: string, nonce: string, text: string, head: number): void {
    const key = keyOf(player, text);
    this.#sendings.set(nonce, { key, player, after: head, repeated: false, placed: undefined });
    if (!this.#standing.has(key)) this.#standing.set(key, new Map());
    dropOldest(this.#sendings);
    dropOldest(this.#standing);
  }

  /** The player's line is gone: what had no answer by then is transmitted again. */
  lineLost(player: string): void {
    for (const sending of this.#sendings.values())
      if (sending.player === player && sending.placed === undefined) sending.repeated = true;
  }

  acknowledged(nonce: string, seq: number, atMs: number): void {
    this.placed(seq);
    const sending = this.#sendings.get(nonce);
    if (sending === undefined) return;
    sending.placed = { seq, atMs };
    for (const [standing, seenMs] of this.#standing.get(sending.key) ?? []) this.#judge(sending, standing, seenMs);
  }

  /** A message, of this page or another tab, was acknowledged to stand here. */
  placed(seq: number): void {
    this.#placed.add(seq);
    this.#doubled.delete(seq);
    dropOldest(this.#placed);
  }

  saw(player: string, text: string, seq: number, nowMs: number): void {
    const key = keyOf(player, text);
    const standing = this.#standing.get(key);
    if (standing === undefined || standing.has(seq)) return;
    standing.set(seq, nowMs);
    dropOldest(standing);
    for (const sending of this.#sendings.values()) if (sending.key === key) this.#judge(sending, seq, nowMs);
  }

  #judge({ after, placed, repeated }: Sending, seq: number, seenMs: number): void {
    if (placed === undefined || this.#placed.has(seq) || seq <= after) return;
    if (seq < placed.seq || (repeated && seenMs - placed.atMs <= STRAGGLER_MS)) this.#doubled.add(seq);
  }
}

const keyOf = (player: string, text: string): string => JSON.stringify([player, text]);

const dropOldest = (collection: Set<unknown> | Map<unknown, unknown>): void => {
  if (collection.size <= KEPT) return;
  for (const key of collection.keys()) {
    collection.delete(key);
    return;
  }
};
