import type { Archive } from "../server/points/archive.ts";
import { type AuditResult, auditLedger } from "../server/points/audit.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { makeOwedByGifts } from "../server/reward/owed-by-gifts.ts";

/** What `npm run audit:ledger` finds. */
export const audited = (redis: Redis, keys: Keys, archive?: Archive): Promise<AuditResult> =>
  auditLedger(redis, keys, archive, { owes: makeOwedByGifts(redis, keys) });
