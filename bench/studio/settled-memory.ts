/**
 * Loaded into a measured process before its own code: asked for `{settled: true}` over the channel to its parent, it collects garbage until the heap no longer shrinks
 * and answers what it then holds. So a figure of memory does not hang on when the collector last ran.
 */
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Memory, settleOrderSchema } from "./memory.ts";

const MOST_COLLECTIONS = 6;
/** A collection that frees less is taken for the last one needed. */
const ENOUGH = 0.002;

const settle = async (collect: () => void): Promise<Memory> => {
  for (let count = 0, before = Number.POSITIVE_INFINITY; count < MOST_COLLECTIONS; count++) {
    collect();
    // What finalizers and ended sockets let go is free for the next one.
    await turn();
    const { heapUsed } = process.memoryUsage();
    if (heapUsed > before * (1 - ENOUGH)) break;
    before = heapUsed;
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { resident: rss, heap: heapUsed, outside: arrayBuffers };
};

if (process.send !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  process.on("message", (message) => {
    if (!settleOrderSchema.safeParse(message).success || typeof collect !== "function") return;
    void settle(() => collect()).then((memory) => process.send?.(memory));
  });
  // The measured process ends as it would without this.
  process.channel?.unref();
}
