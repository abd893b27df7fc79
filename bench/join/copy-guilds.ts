import { crc32 } from "node:zlib";
import { createClient } from "redis";

/** Of server/redis/bucket.ts, fixed for ever. */
const BUCKETS = 256;
const NAMESPACE = "gremio";
const COPIES_AT_ONCE = 500;

const bucketOf = (guild: string): string => `${NAMESPACE}:{b${crc32(`guild:${guild}`) % BUCKETS}}:`;

/**
 * Fills Redis with guilds that nobody visits: each has every key of `pattern`, a guild founded over the API, and its rows in the hashes of its bucket. Founding as
 * many one by one would take minutes. Gives how many Redis has then.
 */
export const copyGuilds = async (url: string, pattern: string, copies: readonly string[]): Promise<number> => {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  try {
    const prefix = `${bucketOf(pattern)}guild:${pattern}:`;
    const parts: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 }))
      for (const key of keys) parts.push(key.slice(prefix.length));
    const rows = await Promise.all(
      ["heads", "versions"].map(async (part) => [
        part,
        await client.hGet(bucketOf(pattern) + part, `guild:${pattern}`),
      ]),
    );
    const copy = async (guild: string): Promise<void> => {
      const bucket = bucketOf(guild);
      await Promise.all([
        ...parts.map((part) => client.copy(prefix + part, `${bucket}guild:${guild}:${part}`)),
        ...rows.map(([part, row]) => client.hSet(`${bucket}${part}`, `guild:${guild}`, row ?? "")),
      ]);
    };
    const left = [...copies];
    while (left.length > 0) await Promise.all(left.splice(0, COPIES_AT_ONCE).map(copy));
    let guilds = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) guilds += await client.hLen(`${NAMESPACE}:{b${bucket}}:heads`);
    return guilds;
  } finally {
    client.destroy();
  }
};
