/** Fills Redis with guilds of all kinds that nobody visits, and the directory with them. Nobody could found so many over the API in the time a bench has. */
import { pino } from "pino";
import { z } from "zod";
import { type Directory, makeDirectory } from "../../server/directory/directory.ts";
import { makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import type { Redis } from "../../server/redis/redis.ts";
import { type ChannelId, circleChannel, guildChannel } from "../../shared/id.ts";
import { LOCALES } from "../../shared/locale.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { until } from "../studio/until.ts";

const AT_ONCE = 200;
const NAMESPACE = "gremio";

const orderSchema = z.object({ url: z.string(), guilds: z.array(z.string()), circles: z.int() });
export type ListOrder = z.input<typeof orderSchema>;
export const listedSchema = z.object({ listed: z.int() });

const FIRST = ["Lobos", "Tigres", "Águilas", "Osos", "Pumas", "Zorros", "Búhos", "Toros"];
const SECOND = ["del Norte", "de Fuego", "Rápidos", "de Hierro", "del Sur", "Nocturnos", "de Oro", "Libres"];
const REGIONS = { "es-419": ["MX", "AR", "CO", "CL", "PE"], "pt-BR": ["BR"], en: ["US"] } as const;
const TOPICS = ["pvp", "trade", "casual", "lore", "raids"];

/** The same of everything for each guild's number, so that few guilds are like many, only fewer. */
const infoOf = (index: number): Record<string, string> => {
  const language = LOCALES[index % 10 < 6 ? 0 : index % 10 < 9 ? 1 : 2] ?? "es-419";
  const regions = REGIONS[language];
  const mixed = Math.floor(index / 10);
  return {
    name: `${FIRST[mixed % FIRST.length]} ${SECOND[(mixed * 3 + index) % SECOND.length]} ${index}`,
    tag: `T${index % 1_000}`,
    language,
    region: regions[mixed % regions.length] ?? "",
    topics: TOPICS[(mixed + index) % TOPICS.length] ?? "",
    joinMode: index % 7 === 0 ? "request" : "open",
    minLevel: index % 3 === 0 ? String((index % 50) + 1) : "0",
    level: String(((index * 7) % 20) + 1),
    capacity: String(2 + ((index * 13) % 99)),
  };
};

/** One of five is talked in. */
const messagesOf = (index: number): number => (index % 5 === 0 ? (index * 37) % 300 : index % 8);

const listOne = async (redis: Redis, directory: Directory, channel: ChannelId, index: number): Promise<void> => {
  const keys = makeKeys(NAMESPACE);
  const [info, head] = [keys.of(channel, "info"), keys.of(channel, "head")];
  await Promise.all([
    redis.run(info, ["HSET", info, ...Object.entries(infoOf(index)).flat()]),
    redis.run(head, ["HSET", head, "count", String(messagesOf(index))]),
  ]);
  await directory.refresh(channel);
};

const SETTLED_MS = 120_000;

/** Redis writes its file anew after so much was written; that is not to happen while anything is measured. */
const settle = async (redis: Redis): Promise<void> => {
  const isWriting = async (): Promise<boolean> =>
    /aof_rewrite_(in_progress|scheduled):1|rdb_bgsave_in_progress:1/.test(
      String(await redis.run("", ["INFO", "persistence"])),
    );
  await until(async () => !(await isWriting()), SETTLED_MS);
  await redis.run("", ["BGREWRITEAOF"]);
  if (!(await until(async () => !(await isWriting()), SETTLED_MS))) throw new Error("Redis does not come to rest");
};

const list = async ({ url, guilds, circles }: z.infer<typeof orderSchema>): Promise<z.infer<typeof listedSchema>> => {
  const redis = await connectRedis(
    { url, cluster: false, allowNoAof: false, ackReplicas: 0 },
    pino({ level: "silent" }),
  );
  try {
    const directory = makeDirectory(redis, makeKeys(NAMESPACE));
    await inParallel(guilds, AT_ONCE, (guild, index) => listOne(redis, directory, guildChannel(guild), index));
    const numbers = Array.from({ length: circles }, (_, index) => index);
    await inParallel(numbers, AT_ONCE, (index) => listOne(redis, directory, circleChannel(`about-${index}`), index));
    await settle(redis);
    const rows = makeKeys(NAMESPACE).of("directory:guild", "rows");
    return { listed: Number(await redis.run(rows, ["HLEN", rows])) };
  } finally {
    await redis.close();
  }
};

if (import.meta.main) {
  process.on("message", (message) => {
    void list(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "list-guilds" }));
}
