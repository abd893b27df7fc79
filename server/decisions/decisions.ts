import type { PlayerId } from "../../shared/id.ts";
import { BUCKETS, bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asTexts } from "../redis/reply.ts";
import { type Decision, decisionSchema } from "./decision.ts";

/** Decisions kept of one player, and for how long after the last. */
const KEPT = 200;
const KEPT_MS = 3 * 24 * 60 * 60 * 1000;

export type Decisions = {
  /** Stores decisions and counts them. In one pipelined turn, however many there are. */
  record(decisions: readonly { player: PlayerId; decision: Decision }[]): Promise<void>;
  /** A player's decisions, newest first: at most the last 200 of the last 3 days. */
  list(player: PlayerId, limit?: number): Promise<Decision[]>;
  /** How often each outcome and reason was chosen (`drop:read`), and what became of pushes (`sent:sent`, `sent:gone`), since ever. */
  totals(): Promise<Map<string, number>>;
};

export const makeDecisions = (redis: Redis, keys: Keys): Decisions => ({
  record: async (decisions) => {
    const counts = new Map<number, Map<string, number>>();
    await Promise.all(
      decisions.map(async ({ player, decision }) => {
        const owner = `player:${player}`;
        const ofBucket = counts.get(bucketOf(owner)) ?? new Map<string, number>();
        counts.set(bucketOf(owner), ofBucket);
        for (const field of counted(decision)) ofBucket.set(field, (ofBucket.get(field) ?? 0) + 1);
        const key = keys.of(owner, "decisions");
        await Promise.all([
          redis.run(key, ["XADD", key, "MAXLEN", "~", String(KEPT), "*", "d", JSON.stringify(decision)]),
          redis.run(key, ["PEXPIRE", key, String(KEPT_MS)]),
        ]);
      }),
    );
    await Promise.all(
      [...counts].flatMap(([bucket, ofBucket]) => {
        const key = keys.inBucket(bucket, "decided");
        return [...ofBucket].map(([field, count]) => redis.run(key, ["HINCRBY", key, field, String(count)]));
      }),
    );
  },

  list: async (player, limit = KEPT) => {
    const key = keys.of(`player:${player}`, "decisions");
    const rows = asList(await redis.run(key, ["XREVRANGE", key, "+", "-", "COUNT", String(Math.min(limit, KEPT))]));
    return rows.map((row) => {
      const [, fields] = asList(row);
      const stored: unknown = JSON.parse(asTexts(fields)[1] ?? "null");
      return decisionSchema.parse(stored);
    });
  },

  totals: async () => {
    const totals = new Map<string, number>();
    const buckets = Array.from({ length: BUCKETS }, (_, bucket) => keys.inBucket(bucket, "decided"));
    for (const reply of await Promise.all(buckets.map((key) => redis.run(key, ["HGETALL", key]))))
      for (const [field, count] of asPairs(reply)) totals.set(field, (totals.get(field) ?? 0) + Number(count));
    return totals;
  },
});

const counted = ({ outcome, reason, sent, about }: Decision): string[] => [
  `${outcome}:${reason}`,
  ...Object.values(sent ?? {}).map((result) => `sent:${result}`),
  ...(Object.values(sent ?? {}).includes("sent") ? [`pushed:${about.type}`] : []),
];
