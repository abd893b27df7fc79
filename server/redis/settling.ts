import type { Logger } from "pino";
import type { Deadlines } from "./deadlines.ts";
import { functionName } from "./functions.ts";
import type { Link } from "./link.ts";
import { RedisUnavailable } from "./redis.ts";
import { asNumber, asText } from "./reply.ts";

/**
 * Waits until replicas have what was written. A server's replication is one ordered stream, so a replica that has a later write has all earlier ones: it does not
 * matter which connection they came by, nor whether it was this process that wrote them. That is why one write and one WAIT acknowledge everything before them,
 * and why a repeated command, which writes nothing, can wait for its first try in the same way.
 */
export type Settling = {
  /**
   * Settles when enough replicas have everything that the server `boot` had written when this was called. Throws `RedisUnavailable` when they have not within the
   * time, or when another server holds the key now, which may never have had it: the write stands or does not, nobody knows.
   */
  settled(key: string, boot: string): Promise<void>;
};

export type SettlingOptions = {
  link: Link;
  deadlines: Deadlines;
  log: Logger;
  replicas: number;
  /** Longest one WAIT lasts. A caller may have to wait for the one before his own, too. */
  timeoutMs: number;
};

type Waiting = { key: string; boot: string; settle(error?: RedisUnavailable): void };

/** The key of the settling write beside `key`: the same namespace and bucket, so the same server. */
const settleKey = (key: string): string => `${key.slice(0, key.indexOf("}") + 1)}:settle`;

export const makeSettling = ({ link, deadlines, log, replicas, timeoutMs }: SettlingOptions): Settling => {
  /** What waits for the next WAIT on a server. A server is listed while a WAIT of ours is under way there. */
  const lanes = new Map<string, Waiting[]>();

  const settleBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const key = settleKey(batch[0]?.key ?? "");
    try {
      const [boot, reached] = await deadlines.within(
        link.pair(key, ["FCALL", functionName("settle"), "1", key], ["WAIT", String(replicas), String(timeoutMs)]),
      );
      const [now, count] = [asText(boot), asNumber(reached)];
      const few =
        count < replicas ? new Error(`${count} of ${replicas} replicas had it within ${timeoutMs} ms`) : undefined;
      if (few !== undefined)
        log.warn({ event: "not-replicated", commands: batch.length, replicas: count, asked: replicas });
      for (const each of batch) {
        const cause = each.boot === now ? few : new Error("another server holds it now");
        each.settle(cause === undefined ? undefined : new RedisUnavailable(cause));
      }
    } catch (error) {
      const unavailable = new RedisUnavailable(error);
      for (const each of batch) each.settle(unavailable);
    }
  };

  const work = async (server: string, lane: Waiting[]): Promise<void> => {
    while (lane.length > 0) {
      // What Redis answered together waits together.
      await new Promise(setImmediate);
      await settleBatch(lane.splice(0));
    }
    lanes.delete(server);
  };

  return {
    settled: async (key, boot) => {
      const server = await link.serverOf(settleKey(key)).catch((error: unknown) => {
        throw new RedisUnavailable(error);
      });
      return new Promise<void>((resolve, reject) => {
        const waiting: Waiting = {
          key,
          boot,
          settle: (error) => (error === undefined ? resolve() : reject(error)),
        };
        const lane = lanes.get(server);
        if (lane !== undefined) {
          lane.push(waiting);
          return;
        }
        const first = [waiting];
        lanes.set(server, first);
        void work(server, first);
      });
    },
  };
};
