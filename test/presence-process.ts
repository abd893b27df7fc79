import { pino } from "pino";
import { startLease } from "../server/presence/lease.ts";
import { makePresence } from "../server/presence/presence.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { connectRedis } from "../server/redis/connect.ts";
import { isSuiteCluster } from "./a-redis.ts";

/** A process that holds a session of each of some players until it is ended: `node presence-process.ts URL NAMESPACE LEASE_MS PLAYER…` */
const [url = "", namespace = "", leaseMs = "", ...players] = process.argv.slice(2);
const redis = await connectRedis({ url, cluster: isSuiteCluster(url), allowNoAof: false }, pino({ level: "silent" }));
const keys = makeKeys(namespace);
const lease = await startLease(redis, keys, Number(leaseMs));
const presence = makePresence(redis, keys, lease.incarnation);
await Promise.all(
  players.map((player) =>
    presence.put(player, { session: `${process.pid}-${player}`, channel: "guild:g1", reading: true }),
  ),
);
console.log("ready");
process.stdin.on("end", () => process.exit(1)).resume();
