import { setTimeout as delay } from "node:timers/promises";

/** Waits until the condition holds; false when it has not within the deadline. Asked every `everyMs`. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  signal?: AbortSignal,
  everyMs = 50,
): Promise<boolean> => {
  for (const deadline = performance.now() + deadlineMs; ; ) {
    if (await condition()) return true;
    if (performance.now() > deadline) return false;
    await delay(everyMs, undefined, { ...(signal && { signal }) });
  }
};
