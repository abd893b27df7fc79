import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asNumber, asText } from "../../redis/reply.ts";
import type { Scope } from "./sending-state.ts";

/** How soon a push has to go: `urgent` before all others; `low` when nobody else needs the room. */
export const PRIORITIES = ["urgent", "normal", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** How much of the room is left to what is more urgent. */
const KEPT: Record<Priority, number> = { urgent: 0, normal: 0.2, low: 0.4 };
/** Longest time somebody waits here for room; then the push goes back to the queue. */
const LONGEST_WAIT_MS = 5_000;
const SHORTEST_WAIT_MS = 5;

export type Leave = { granted: true } | { granted: false; waitMs: number };

export type SendRate = {
  /** Room for one push. Waits for it a while; refused when there is none by then, or in a pause. All that ask in one turn of the event loop share a command. */
  take(priority: Priority): Promise<Leave>;
  /** A request was made that nobody had asked room for. */
  charge(): void;
  /** Nobody sends in this scope for a while, in any process. */
  pause(scope: Scope, ms: number): Promise<void>;
  /** What is left of a pause, as far as this process knows; 0: none. */
  pausedMs(scope: Scope): number;
};

type Waiting = { resolve(leave: Leave): void; reject(reason: unknown): void; until: number };

export type SendRateOptions = { perMinute: number; rampMs: number; longestWaitMs?: number; now: () => number };

export const makeSendRate = (
  redis: Redis,
  keys: Keys,
  { perMinute, rampMs, longestWaitMs = LONGEST_WAIT_MS, now }: SendRateOptions,
): SendRate => {
  const ask = makeAsk(redis, keys);
  const lines: Record<Priority, Waiting[]> = { urgent: [], normal: [], low: [] };
  const asking = new Set<Priority>();
  const pauses = new Map<string, number>();
  let owed = 0;

  const pausedMs: SendRate["pausedMs"] = (scope) => Math.max(0, (pauses.get(scope) ?? 0) - now());
  const allPausedMs = (): number => Math.max(pausedMs("all"), pausedMs("credentials"));

  const giveUp = (line: Waiting[], waitMs: number, isDone: (waiting: Waiting) => boolean): void => {
    const over = line.filter(isDone);
    for (const waiting of over) {
      line.splice(line.indexOf(waiting), 1);
      waiting.resolve({ granted: false, waitMs });
    }
  };

  const serve = async (priority: Priority): Promise<void> => {
    const line = lines[priority];
    while (line.length > 0) {
      const charged = owed;
      owed = 0;
      const args = [line.length, perMinute, rampMs, KEPT[priority], charged].map(String);
      const [granted, wait, paused] = await ask("send_take", "sending", args);
      pauses.clear();
      const rows = asList(paused);
      for (let index = 0; index < rows.length; index += 2)
        pauses.set(asText(rows[index]), now() + Number(asText(rows[index + 1])));
      for (const waiting of line.splice(0, asNumber(granted))) waiting.resolve({ granted: true });
      const pause = allPausedMs();
      if (pause > 0) giveUp(line, pause, () => true);
      const waitMs = Math.max(Number(asText(wait)), SHORTEST_WAIT_MS);
      giveUp(line, waitMs, ({ until }) => now() + waitMs > until);
      if (line.length > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  };

  const start = (priority: Priority): void => {
    if (asking.has(priority)) return;
    asking.add(priority);
    queueMicrotask(async () => {
      try {
        await serve(priority);
      } catch (error) {
        for (const waiting of lines[priority].splice(0)) waiting.reject(error);
      } finally {
        asking.delete(priority);
        if (lines[priority].length > 0) start(priority);
      }
    });
  };

  return {
    take: (priority) => {
      const pause = allPausedMs();
      if (pause > 0) return Promise.resolve({ granted: false, waitMs: pause });
      const { promise, resolve, reject } = Promise.withResolvers<Leave>();
      lines[priority].push({ resolve, reject, until: now() + longestWaitMs });
      start(priority);
      return promise;
    },
    charge: () => {
      owed += 1;
    },
    pause: async (scope, ms) => {
      pauses.set(scope, Math.max(pauses.get(scope) ?? 0, now() + ms));
      await ask("send_pause", "sending", [scope, String(Math.ceil(ms))]);
    },
    pausedMs,
  };
};
