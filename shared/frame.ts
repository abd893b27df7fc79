import { ENTRY_KINDS, type Entry, toEntry } from "./entry.ts";

/**
 * A frame: consecutive entries of one epoch, as one flat array so that a lone message is small.
 *
 * Layout 1: `[epoch, seq, at, from, body, (later, from, body)*]`
 * - `seq` of the first entry; each next one is one higher;
 * - `at` of the first entry in ms since the `origin` the server named at joining (so that it fits 32 bits); `later` is ms since the entry before;
 * - `from` a member's number or 0, for a text, which most entries are; for every other kind `[kind, from]` with the kind's code;
 * - `body` as `BODY_SCHEMAS` says.
 *
 * The layout is fixed by the protocol version agreed at joining; a new layout is a new protocol version.
 */
export type Frame = unknown[];

const HEAD = 2;
const EACH = 3;

/** Entries must be of one epoch with consecutive seqs; `split` makes such runs. */
export const encodeFrame = (entries: readonly Entry[], origin: number): Frame => {
  const [first] = entries;
  if (first === undefined) throw new Error("a frame holds at least one entry");
  const frame: Frame = [first.epoch, first.seq];
  let at = origin;
  for (const entry of entries) {
    frame.push(entry.at - at, authorOf(entry), entry.body);
    at = entry.at;
  }
  return frame;
};

const authorOf = ({ kind, from }: Entry): number | number[] => (kind === "text" ? from : [ENTRY_KINDS[kind], from]);

/** The entries of a frame, or undefined when it is not one. */
export const decodeFrame = (frame: unknown, origin: number): Entry[] | undefined => {
  if (!Array.isArray(frame) || frame.length < HEAD + EACH || (frame.length - HEAD) % EACH !== 0) return undefined;
  const parts: unknown[] = frame;
  const [epoch, firstSeq] = parts;
  if (!isWhole(epoch) || !isWhole(firstSeq)) return undefined;
  const entries: Entry[] = [];
  let at = origin;
  for (let index = HEAD; index < parts.length; index += EACH) {
    const [later, author, body] = parts.slice(index, index + EACH);
    const [kind, from] = Array.isArray(author) && author.length === 2 ? author : [ENTRY_KINDS.text, author];
    if (!isWhole(later) || !isWhole(kind) || !isWhole(from)) return undefined;
    at += later;
    entries.push(toEntry({ epoch, seq: firstSeq + entries.length, at, from }, kind, body));
  }
  return entries;
};

const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value);

/** Runs of one epoch with consecutive seqs, in order; each can be one frame. */
export const split = (entries: readonly Entry[]): Entry[][] => {
  const runs: Entry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && last.epoch === entry.epoch && last.seq + 1 === entry.seq)
      run.push(entry);
    else runs.push([entry]);
  }
  return runs;
};
