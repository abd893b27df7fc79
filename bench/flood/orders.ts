import { z } from "zod";

export const orderSchema = z.discriminatedUnion("do", [
  /** All sessions of each member; the first `scammers` members are kept for scams. */
  z.object({ do: z.literal("sit"), port: z.int(), tokens: z.array(z.string()), sessions: z.int(), scammers: z.int() }),
  /** Every honest member says `each` messages spread over `lastsMs`, while a member who has not spoken yet says `scam` messages over all his sessions. */
  z.object({ do: z.literal("talk"), lastsMs: z.int(), each: z.int(), scam: z.int() }),
  /** What the checker finds of all since the last time, or since all sat. */
  z.object({ do: z.literal("judge") }),
]);
export type Order = z.infer<typeof orderSchema>;

export const outcomeSchema = z.object({
  tookMs: z.number(),
  honest: z.object({ said: z.int(), refused: z.int() }),
  scam: z.object({ said: z.int(), refused: z.int() }),
  /** From saying to the acknowledgement, of what honest members said. */
  answersMs: z.object({ p50: z.number(), p99: z.number() }),
});
export type Outcome = z.infer<typeof outcomeSchema>;
