import { ENTRY_KINDS, type Entry, toEntry } from "./entry.ts";

/**
 * A frame: consecutive entries of one epoch, as one flat array so that a lone message is small.
 *
 * Layout 1: `[epoch, seq, at, kind, from, body, (later, kind, from, body)*]`
 * - `seq` of the first entry; each next one is one higher;
 * - `at` of the first entry in ms since the `origin` the server named at joining (so that it fits 32 bits); `later` is ms since the entry before;
 * - `kind` an entry kind's code, `from` a member's number or 0, `body` as `BODY_SCHEMAS` says.
 *
 * The layout is fixed by the protocol version agreed at joining; a new layout is a new protocol version.
 */
export type Frame = unknown[];

/** Entries must be of one epoch with consecutive seqs; `split` makes such runs. */
export const encodeFrame = (entries: readonly Entry[], origin: number): Frame => {
  const [first] = entries;
  if (first === undefined) throw new Error("a frame holds at least one entry");
  const frame: Frame = [first.epoch, first.seq, first.at - origin, ENTRY_KINDS[first.kind], first.from, first.body];
  let at = first.at;
  for (const entry of entries.slice(1)) {
    frame.push(entry.at - at, ENTRY_KINDS[entry.kind], entry.from, entry.body);
    at = entry.at;
  }
  return frame;
};

/** The entries of a frame, or undefined when it is not one. */
export const decodeFrame = (frame: unknown, origin: number): Entry[] | undefined => {
  if (!Array.isArray(frame) || frame.length < 6 || (frame.length - 6) % 4 !== 0) return undefined;
  const parts: unknown[] = frame;
  const [epoch, firstSeq, firstAt] = parts;
  if (!isWhole(epoch) || !isWhole(firstSeq) || !isWhole(firstAt)) return undefined;
  const entries: Entry[] = [];
  let at = origin + firstAt;
  for (let index = 2; index < parts.length; index += 4) {
    const [later, kind, from, body] = parts.slice(index, index + 4);
    if (!isWhole(later) || !isWhole(kind) || !isWhole(from)) return undefined;
    if (index > 2) at += later;
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
