import { z } from "zod";
import { seatSchema } from "../seats/seat.ts";

/** What a load of returners is told to do. */
export const orderSchema = z.discriminatedUnion("do", [
  /** Rooms with the seats to take; the first seat of each is taken twice: its second line is the keeper's, who stays. */
  z.object({ do: z.literal("sit"), port: z.int(), rooms: z.array(z.array(seatSchema)) }),
  /** Everybody but the keepers is cut off, and the keeper of each room says so many messages. */
  z.object({ do: z.literal("cut"), messages: z.int() }),
  /** All come back at the same moment. */
  z.object({ do: z.literal("return") }),
  /** The keepers say one message more; settles, with what is found, when everybody has it or should. */
  z.object({ do: z.literal("check") }),
]);
export type Order = z.input<typeof orderSchema>;

export const returnedSchema = z.object({
  tookMs: z.number(),
  /** How long each waited, by his place in the order of asking. */
  waitsMs: z.array(z.number()),
  putOff: z.int(),
  /** Processor time of the load itself. */
  cpuMs: z.number(),
});
