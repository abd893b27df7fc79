import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { WarId } from "../../shared/api/war.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, bucketOf, type Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTexts } from "../redis/reply.ts";
import { makeSteadyClock } from "../season/steady-clock.ts";
import { ownerOfWar } from "./war-row.ts";
import type { Wars } from "./wars.ts";

export type WarUpkeepOptions = {
  /** From one look at a bucket to the next. */
  roundMs?: number;
};

export type WarUpkeep = {
  /** Something about a war is due soon, perhaps before its bucket is looked at. */
  look(war: WarId): void;
  close(): void;
};

/** All buckets are looked at in this time; what is due before the next look is known by then and waited for. */
const ROUND_MS = 8_000;
/** How long one that died keeps others from going on with a war. */
const LEASE_MS = 10_000;
const MOST_DUE = 200;
/** Many processes wait for the same moment: they come one after the other, and all but the first find it done. */
const SPREAD_MS = 40;
const AGAIN_MS = 1_000;
/** Timers may come a little early. */
const LATER_MS = 2;

/**
 * Has this process be one of those that take wars from phase to phase when it is time, and end what others began and left. What is due is read from Redis, so that a war is
 * late when no process runs, and never stuck. After a jump of the clock what is due by it waits for a second reading.
 */
export const startWarUpkeep = (
  redis: Redis,
  keys: Keys,
  wars: Pick<Wars, "advance" | "settleHold">,
  logger: Logger,
  { roundMs = ROUND_MS }: WarUpkeepOptions = {},
): WarUpkeep => {
  const ask = makeAsk(redis, keys);
  const holder = randomUUID();
  const clocks = Array.from({ length: BUCKETS }, () => makeSteadyClock());
  const waiting = new Map<string, NodeJS.Timeout>();
  let closed = false;

  const look = async (bucket: number, item: string, believed: boolean): Promise<void> => {
    const [kind, id] = [item.slice(0, item.indexOf(":")), item.slice(item.indexOf(":") + 1)];
    if (kind === "hold") return wars.settleHold(id);
    const lease = async (ms: number): Promise<string> =>
      (await ask.raw("war_lease", ownerOfWar(id), [holder, String(ms)])).code;
    const code = await lease(LEASE_MS);
    if (code === "war-not-found") await redis.fcall("war_forget", [keys.bucketPrefix(bucket)], [item]);
    if (code !== "ok") return;
    await wars.advance(id, believed);
    await lease(0);
  };

  const lookAtTime = (bucket: number, item: string, believed: boolean): void => {
    waiting.delete(item);
    if (closed) return;
    look(bucket, item, believed).catch((error: unknown) =>
      logger.warn({ event: "war-upkeep-failed", bucket, item, error: String(error) }),
    );
  };

  const visit = async (bucket: number): Promise<void> => {
    const [now, ...due] = asList(
      await redis.fcall("war_due", [keys.bucketPrefix(bucket)], [String(roundMs * 1.25), String(MOST_DUE)]),
    );
    const believed = clocks[bucket]?.(asNumber(now)) ?? false;
    const rows = asTexts(due);
    for (let index = 0; index + 1 < rows.length; index += 2) {
      const [item = "", at = "0"] = [rows[index], rows[index + 1]];
      clearTimeout(waiting.get(item));
      const inMs = Math.max(0, Number(at) - asNumber(now)) + LATER_MS + Math.random() * SPREAD_MS;
      waiting.set(item, setTimeout(lookAtTime, inMs, bucket, item, believed).unref());
    }
  };

  /** A process that has just begun finds what is overdue at once, and believes its clock a moment later. */
  const visitAll = async (): Promise<void> => {
    if (closed) return;
    await Promise.all(Array.from({ length: BUCKETS }, (_, bucket) => visit(bucket))).catch((error: unknown) =>
      logger.warn({ event: "war-upkeep-failed", error: String(error) }),
    );
  };
  const again = setTimeout(() => void visitAll(), AGAIN_MS).unref();
  void visitAll();

  const rounds = startBucketRounds({ visit, paceMs: roundMs / BUCKETS, logger, failed: "war-upkeep-failed" });
  return {
    look: (war) =>
      void visit(bucketOf(ownerOfWar(war))).catch((error: unknown) =>
        logger.warn({ event: "war-upkeep-failed", war, error: String(error) }),
      ),
    close: () => {
      closed = true;
      clearTimeout(again);
      rounds.close();
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
};
