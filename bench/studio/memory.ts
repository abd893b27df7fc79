import { z } from "zod";
import type { Child } from "./child.ts";

/** What `settled-memory.ts` is asked. */
export const settleOrderSchema = z.object({ settled: z.literal(true) });

/** Bytes: `resident` of the whole process, `heap` of it in JavaScript objects, `outside` in buffers. */
const memorySchema = z.object({ resident: z.number(), heap: z.number(), outside: z.number() });
export type Memory = z.infer<typeof memorySchema>;

/** What a process started on a stage holds when its garbage has been collected. */
export const settledMemory = async (server: Child): Promise<Memory> =>
  memorySchema.parse(await server.ask({ settled: true } satisfies z.infer<typeof settleOrderSchema>));
