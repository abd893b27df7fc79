import { z } from "zod";

/** A request that tells the results of so many battles. */
const callSchema = z.object({ method: z.string(), path: z.string(), body: z.unknown(), battles: z.int() });
export type Call = z.infer<typeof callSchema>;

/** What `load.ts` does when it is told to. */
export const orderSchema = z.discriminatedUnion("do", [
  /** Members of both guilds take their seats; settles when all are live. */
  z.object({ do: z.literal("watch"), port: z.int(), tokens: z.array(z.string()) }),
  /** Settles when all are shown the war. */
  z.object({ do: z.literal("ready") }),
  /** So many of the calls under way at any time; settles when all are answered and, if `watched`, shown to everybody. */
  z.object({
    do: z.literal("storm"),
    port: z.int(),
    apiKey: z.string(),
    calls: z.array(callSchema),
    underWay: z.int(),
    watched: z.boolean(),
  }),
  /** One call after the other, `perSecond`; each is timed at everybody who watches. */
  z.object({
    do: z.literal("calm"),
    port: z.int(),
    apiKey: z.string(),
    calls: z.array(callSchema),
    perSecond: z.number(),
  }),
]);
export type Order = z.input<typeof orderSchema>;

export const stormedSchema = z.object({
  tookMs: z.number(),
  cpuMs: z.number(),
  answersMs: z.object({ p50: z.number(), p99: z.number() }),
  /** From the last answer until everybody was shown all battles; 0 where nobody watched. */
  settledMs: z.number(),
});

/** From a battle's being told until it is shown, of all battles at all who watch. */
export const calmedSchema = z.object({
  freshMs: z.object({ p50: z.number(), p99: z.number(), most: z.number() }),
  tookMs: z.number(),
});
