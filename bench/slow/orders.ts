import { z } from "zod";

/** What a load is told to do; see `load.ts`. */
export const slowOrderSchema = z.discriminatedUnion("do", [
  /** Opens a seat for each token. */
  z.object({ do: z.literal("sit"), port: z.int(), tokens: z.array(z.string()) }),
  /** Says `bursts` times so many long messages at once, each when all who sit here have the one before. */
  z.object({ do: z.literal("fill"), bursts: z.int(), atOnce: z.int() }),
  /** Asks on every socket so often for the newest page, and does not wait for it. */
  z.object({ do: z.literal("clog"), pages: z.int() }),
  /** Says messages at an even pace and times each on its way to each socket. */
  z.object({ do: z.literal("stream"), ms: z.int(), perSecond: z.int() }),
  /** What the checker finds of all since the last time, or since all sat. Of what the other load said it finds how it was heard here. */
  z.object({ do: z.literal("judge") }),
  /** What has been heard so far. */
  z.object({ do: z.literal("tell") }),
]);
export type SlowOrder = z.input<typeof slowOrderSchema>;

export const streamedSchema = z.object({
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Deliveries that were timed. */
  timed: z.int(),
  cpuMs: z.number(),
  tookMs: z.number(),
});

export const toldSchema = z.object({
  /** The least seq a socket has got last. */
  reached: z.int(),
  closed: z.int(),
});
