import { z } from "zod";
import { joinOptionsSchema } from "../plain-colyseus/chat.ts";

/** What a load is told to do; see `Crowd`. */
export const orderSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("sit"), port: z.int(), guilds: z.array(z.array(z.string())) }),
  z.object({ do: z.literal("join"), port: z.int(), rooms: z.array(z.array(joinOptionsSchema)) }),
  z.object({ do: z.literal("connect"), port: z.int(), count: z.int() }),
  z.object({
    do: z.literal("burst"),
    senders: z.int(),
    bursts: z.int(),
    textLength: z.int(),
    answered: z.boolean(),
  }),
  z.object({ do: z.literal("stream"), messages: z.int(), underWay: z.int(), textLength: z.int() }),
]);
export type Order = z.input<typeof orderSchema>;

/** What a round has come to; bytes are of all sockets together. A round in which anything was missing, repeated or out of order has no outcome: the load ends. */
export const outcomeSchema = z.object({
  tookMs: z.number(),
  /** Processor time of the load itself. */
  cpuMs: z.number(),
  answersMs: z.object({ p50: z.number(), p99: z.number() }),
  frames: z.int(),
  messages: z.int(),
  payloadBytes: z.int(),
  /** Of whole WebSocket frames, headers included. */
  frameBytes: z.int(),
  /** Frames by the number of messages in them: how many there were, and how long one was. */
  framesOf: z.record(z.string(), z.object({ frames: z.int(), frameBytes: z.int() })),
});
export type Outcome = z.infer<typeof outcomeSchema>;
