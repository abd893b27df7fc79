import { z } from "zod";
import type { Child } from "../studio/child.ts";
import { seatSchema } from "./seat.ts";

/** What `load.ts` does when it is told to. */
export const orderSchema = z.discriminatedUnion("do", [
  /** Rooms with the seats to take in each; settles when all are live. */
  z.object({ do: z.literal("sit"), port: z.int(), rooms: z.array(z.array(seatSchema)) }),
  /** `perSecond` messages over all rooms in turn; `leavesPerSecond` members go and come back. */
  z.object({ do: z.literal("talk"), ms: z.number(), perSecond: z.number(), leavesPerSecond: z.number() }),
]);
export type Order = z.input<typeof orderSchema>;
export type Talk = Extract<z.infer<typeof orderSchema>, { do: "talk" }>;

/** What has come of it. Every message is due once to everyone who sits in its room when it is said. */
const talkedSchema = z.object({
  said: z.int(),
  due: z.int(),
  got: z.int(),
  refused: z.int(),
  rejoined: z.int(),
  closed: z.int(),
  cpuMs: z.number(),
  tookMs: z.number(),
});
export type Talked = z.infer<typeof talkedSchema>;

/** Has the load talk. Throws when anything was missing, came twice or was refused, or a line broke. */
export const talk = async (load: Child, order: Omit<Talk, "do">): Promise<Talked> => {
  const talked = talkedSchema.parse(await load.ask({ do: "talk", ...order } satisfies Order));
  const { due, got, refused, closed, rejoined } = talked;
  if (got !== due || refused > 0 || closed !== rejoined)
    throw new Error(`${got} of ${due} deliveries came, ${refused} refused, ${closed} closed, ${rejoined} came back`);
  return talked;
};
