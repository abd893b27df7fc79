import * as z from "zod";

export const aliveSchema = z.object({ alive: z.literal(true) });

/**
 * What an acknowledgement survives, which Redis decides. `fsync` is how often the append-only file is forced to the disk; `off` without such a file, `unknown` where
 * Redis does not say. `ackReplicas` is how many replicas have it, too.
 */
const durabilitySchema = z.object({
  fsync: z.enum(["always", "everysec", "no", "off", "unknown"]),
  ackReplicas: z.int(),
});
export type Durability = z.infer<typeof durabilitySchema>;

export const readySchema = z.object({ ready: z.literal(true), durability: durabilitySchema });
