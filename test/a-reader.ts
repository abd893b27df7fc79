import type { Reader } from "../server/channel/standing.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";

/** What an entry weighs on the lines of these tests. */
export const ENTRY_BYTES = 1_000;

export type TestFrame = { readonly entries: readonly Entry[]; readonly length: number };

export const weigh = (entries: readonly Entry[]): TestFrame => ({
  entries: [...entries],
  length: entries.length * ENTRY_BYTES,
});

/** A reader of a shard whose line is in the test's hand. */
export type TestReader = Reader<TestFrame> & {
  /** What he was sent, frame by frame. */
  readonly frames: (readonly Entry[])[];
  /** All of it. */
  readonly entries: Entry[];
  readonly epochs: Lineage[];
  unsentBytes: number;
  takenBytes: number;
  reports: number;
  /** His line takes nothing: what is sent to him is unsent. */
  stalled: boolean;
  /** The most that ever waited for his line. */
  mostUnsent: number;
  /** Takes what is unsent. */
  drain(): void;
  /** How he was put out. */
  ended: "dismissed" | "cut off" | undefined;
};

export const aReader = (player: string, number: number): TestReader => {
  const reader: TestReader = {
    player,
    number,
    frames: [],
    entries: [],
    epochs: [],
    unsentBytes: 0,
    takenBytes: 0,
    reports: 0,
    stalled: false,
    mostUnsent: 0,
    ended: undefined,
    drain: () => {
      reader.takenBytes += reader.unsentBytes;
      reader.unsentBytes = 0;
    },
    sendFrame: ({ entries, length }) => {
      reader.frames.push(entries);
      reader.entries.push(...entries);
      reader.unsentBytes += length;
      reader.mostUnsent = Math.max(reader.mostUnsent, reader.unsentBytes);
      if (!reader.stalled) reader.drain();
    },
    sendEpoch: (lineage) => reader.epochs.push(lineage),
    dismiss: () => {
      reader.ended = "dismissed";
    },
    cutOff: () => {
      reader.ended = "cut off";
    },
  };
  return reader;
};
