import type { Reader } from "../server/channel/standing.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";

/** A reader of a shard whose line is in the test's hand. A frame is its entries, and weighs what the test says. */
export type TestReader = Reader<Entry[]> & {
  readonly frames: Entry[][];
  readonly epochs: Lineage[];
  unsentBytes: number;
  takenBytes: number;
  /** How he was put out. */
  ended: "dismissed" | "cut off" | undefined;
};

export const aReader = (player: string, number: number): TestReader => {
  const reader: TestReader = {
    player,
    number,
    frames: [],
    epochs: [],
    unsentBytes: 0,
    takenBytes: 0,
    ended: undefined,
    sendFrame: (entries) => reader.frames.push(entries),
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
