/**
 * `npm run audit:ledger` proves that the entries of all books add up, in Redis and in the archive, while the services go on. It ends with 0 when they do; with 1 when
 * they do not, the first difference of each book on a line of its own; with 2 when it could not look.
 */
import { join } from "node:path";
import { pino } from "pino";
import { ConfigError } from "./config/config-error.ts";
import { loadConfig } from "./config.ts";
import { folderArchive } from "./points/archive-folder.ts";
import { type AuditResult, auditLedger } from "./points/audit.ts";
import { makeKeys } from "./redis/bucket.ts";
import { connectRedis } from "./redis/connect.ts";
import { RedisUnavailable } from "./redis/redis.ts";
import { ServerRefused } from "./redis/verify-server.ts";
import { makeOwedByGifts } from "./reward/owed-by-gifts.ts";

/** Progress is told this often. */
const PROGRESS_MS = 2_000;

const grouped = (count: number, one: string): string => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
const sizeOf = ({ books, entries, segments }: AuditResult): string =>
  [
    grouped(books, "book"),
    `${entries.toLocaleString("en")} ${entries === 1 ? "entry" : "entries"}`,
    grouped(segments, "segment"),
  ].join(", ");

const audit = async (): Promise<number> => {
  const { redis: options, ledger } = loadConfig(process.env, "audit-ledger");
  const log = pino({ level: "error", base: { service: "audit-ledger" } }, pino.destination({ fd: 2, sync: true }));
  const redis = await connectRedis(options, log);
  let told = performance.now();
  try {
    const keys = makeKeys(options.namespace);
    const archive = ledger.folder === undefined ? undefined : folderArchive(join(ledger.folder, options.namespace));
    const result = await auditLedger(redis, keys, archive, {
      owes: makeOwedByGifts(redis, keys),
      onProgress: (soFar) => {
        if (performance.now() - told < PROGRESS_MS) return;
        told = performance.now();
        console.error(`${sizeOf(soFar)} so far, ${grouped(soFar.differences.length, "difference")}`);
      },
    });
    for (const { book, entry, what, expected, found } of result.differences)
      console.log(`${book}${entry === "" ? "" : `, entry ${entry}`}: ${what}: expected ${expected}, found ${found}`);
    if (result.underWay > 0) console.log(`${grouped(result.underWay, "transfer")} between debit and credit`);
    const { length } = result.differences;
    console.log(
      `${sizeOf(result)}: ${length === 0 ? "everything adds up" : `${grouped(length, "book")} with a difference`}`,
    );
    return length === 0 ? 0 : 1;
  } finally {
    await redis.close();
  }
};

try {
  process.exitCode = await audit();
} catch (error) {
  const isExpected =
    error instanceof ConfigError || error instanceof ServerRefused || error instanceof RedisUnavailable;
  console.error("The ledger could not be audited:", isExpected ? error.message : error);
  process.exitCode = 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
