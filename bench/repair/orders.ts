import { z } from "zod";

/** What `load.ts` does when it is told to. Instants are in epoch ms with fractions, since several processes take them. */
export const orderSchema = z.discriminatedUnion("do", [
  /** One seat at `port` for each token, and the first one's owner once more at `speakerPort`. */
  z.object({ do: z.literal("sit"), port: z.int(), speakerPort: z.int(), tokens: z.array(z.string()) }),
  /** Says so many messages, one after the other; settles when the last is acknowledged. */
  z.object({ do: z.literal("say"), messages: z.int() }),
  /** Settles when every seat at `port` has what was said. */
  z.object({ do: z.literal("delivered") }),
  /** What the checker finds of all since the last time, or since all sat. */
  z.object({ do: z.literal("judge") }),
]);
export type Order = z.input<typeof orderSchema>;

/** When the first one was given to the line. */
export const saidSchema = z.object({ saidAtMs: z.number() });
export type Said = z.infer<typeof saidSchema>;

/** `faults`: closed connections and seats that have not got everything in time, since the last time. */
export const deliveredSchema = z.object({ atMs: z.number(), faults: z.array(z.string()) });
export type Delivered = z.infer<typeof deliveredSchema>;
