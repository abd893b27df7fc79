import { crc32 } from "node:zlib";
import { unpack } from "msgpackr";
import type { Entry } from "../../shared/entry.ts";
import { decodeFrame } from "../../shared/frame.ts";

/** A frame's entries, and the first word of each. */
type Heard = { entries: readonly Entry[]; texts: readonly string[] };

/** Before a frame's own bytes: Colyseus' code and the message type. */
const FRAME_HEAD = 2;

/** Reads each frame once, however many sockets get it, until it is told to forget. */
export const makeHearing = (): { read(payload: Buffer): Heard; forget(): void } => {
  const known = new Map<number, Heard>();
  return {
    read: (payload) => {
      const sum = crc32(payload);
      const before = known.get(sum);
      if (before !== undefined) return before;
      const entries = decodeFrame(unpack(payload.subarray(FRAME_HEAD)), 0);
      if (entries === undefined) throw new Error("a frame could not be read");
      const texts = entries.map(({ body }) => (typeof body === "string" ? (body.split(" ", 1)[0] ?? "") : ""));
      const heard = { entries, texts };
      known.set(sum, heard);
      return heard;
    },
    forget: () => known.clear(),
  };
};
