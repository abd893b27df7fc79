import { z } from "zod";

/** What a load of the stadium is told to do. */
export const orderSchema = z.discriminatedUnion("do", [
  /** Opens so many connections, by turns of the members whose tokens these are. */
  z.object({ do: z.literal("sit"), port: z.int(), tokens: z.array(z.string()), sockets: z.int() }),
  /** From now on so many messages are due to every socket. */
  z.object({ do: z.literal("expect"), messages: z.int() }),
  /** The first `senders` sockets say something at once; answered when every socket has all that is due and every sender his acknowledgement. */
  z.object({ do: z.literal("say"), senders: z.int(), textLength: z.int() }),
]);
export type Order = z.input<typeof orderSchema>;

export const satSchema = z.object({
  /** Joins that were put off, and tried again when the server said. */
  putOff: z.int(),
  /** Processor time of the load. */
  cpuMs: z.number(),
});
export type Sat = z.infer<typeof satSchema>;

/** What a load's sockets have heard in a round; a load on which anything was missing, repeated or out of order ends instead. */
export const heardSchema = z.object({
  /** By the machine's monotonic clock, which all processes read alike. Without senders nothing was said. */
  firstSaidMs: z.number().optional(),
  lastHeardMs: z.number(),
  /** Of acknowledgements, from sending on. */
  answersMs: z.array(z.number()),
  cpuMs: z.number(),
  frames: z.int(),
  deliveries: z.int(),
  payloadBytes: z.int(),
  /** Every message in the order of the log: where it stands, who said it, what. */
  entries: z.array(z.object({ seq: z.int(), from: z.int(), text: z.string() })),
});
export type HeardAll = z.infer<typeof heardSchema>;
