import { join } from "node:path";
import { pino } from "pino";
import { folderArchive } from "../server/points/archive-folder.ts";
import { makeFolding } from "../server/points/folding.ts";
import { makeTransfers } from "../server/points/transfers.ts";
import { BUCKETS, makeKeys } from "../server/redis/bucket.ts";
import { connectRedis } from "../server/redis/connect.ts";
import { BOOKS, transferOf } from "./ledger-killed.ts";

/** A process that folds books and makes transfers without end, as chat processes do now and then: no entry has to settle, no bucket waits its quarter of an hour. */
const { REDIS_URL = "", GREMIO_REDIS_CLUSTER, GREMIO_NAMESPACE = "", GREMIO_LEDGER_FOLDER = "" } = process.env;
const redis = await connectRedis(
  { url: REDIS_URL, cluster: GREMIO_REDIS_CLUSTER === "1", allowNoAof: false, ackReplicas: 0 },
  pino({ level: "silent" }),
);
const keys = makeKeys(GREMIO_NAMESPACE);
const archive = folderArchive(join(GREMIO_LEDGER_FOLDER, GREMIO_NAMESPACE));
const folding = makeFolding(redis, keys, archive, { keep: 5, settledMs: -1_000 });
const transfers = makeTransfers(redis, keys);

console.log("ready");
for (let round = 0; ; round++) {
  await Promise.allSettled([
    ...BOOKS.map(folding.book),
    ...Array.from({ length: 10 }, () => transfers.transfer(transferOf(Math.floor(Math.random() * 400)))),
    transfers.resume(round % BUCKETS, 1_000),
  ]);
}
