import { join } from "node:path";
import type { Archive } from "../server/points/archive.ts";
import { folderArchive } from "../server/points/archive-folder.ts";
import { makeFolding } from "../server/points/folding.ts";
import { type Book, type Ledger, makeLedger } from "../server/points/ledger.ts";
import type { BookEntry } from "../server/points/row.ts";
import { makeTransfers } from "../server/points/transfers.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aFolder } from "./a-folder.ts";
import { aGuild } from "./a-guild.ts";
import { audited } from "./audited.ts";
import { aDeath, dyingArchive, dyingRedis, type Fault } from "./dying-before.ts";

/** What one process does to books, at once and without waiting for entries to settle; books are folded by `keep`. */
export const aLedgerProcess = (redis: Redis, keys: Keys, archive: Archive, keep: number, settledMs = -1_000) => ({
  ledger: makeLedger(redis, keys, archive),
  folding: makeFolding(redis, keys, archive, { keep, settledMs }),
  transfers: makeTransfers(redis, keys),
});

/** Guild `g1` of ana and beto and guild `g2` of carla, with an archive in a folder of the test. */
export const aLedger = async (redis: Redis, keys: Keys, keep = 3) => {
  await aGuild(redis, keys, "g1", ["ana", "beto"]);
  await aGuild(redis, keys, "g2", ["carla"]);
  const folder = await aFolder();
  const archive = folderArchive(join(folder, keys.namespace));
  return {
    ...aLedgerProcess(redis, keys, archive, keep),
    folder,
    archive,
    /** A process of its own, whose `n`th step goes wrong; left out: it is killed before it. */
    dying: (n: number, fault?: Fault) => {
      const step = aDeath(n, fault);
      return aLedgerProcess(dyingRedis(redis, step), keys, dyingArchive(archive, step), keep);
    },
    audit: () => audited(redis, keys, archive),
  };
};

/** All entries of a book, the oldest first, read by pages. */
export const allEntries = async (ledger: Ledger, book: Book, limit = 100): Promise<BookEntry[]> => {
  const entries: BookEntry[] = [];
  let before: string | undefined;
  do {
    const page = await ledger.page(book, limit, before);
    entries.push(...page.entries);
    before = page.next;
  } while (before !== undefined);
  return entries.toReversed();
};
