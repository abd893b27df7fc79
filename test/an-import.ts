import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePayload } from "../server/channel/payload.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { importFile } from "../server/import/import-file.ts";
import { makeImporter } from "../server/import/importer.ts";
import { makeReport } from "../server/import/report.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { BUCKETS, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asText, asTexts } from "../server/redis/reply.ts";
import { aFolder } from "./a-folder.ts";
import { isSuiteCluster } from "./a-redis.ts";
import { audited } from "./audited.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..");
export const EXAMPLE = join(root, "docs/examples/import.ndjson");
const COMMAND = join(root, "server/import.ts");

/** A namespace of its own into which files are brought by the command, as a process. */
export const anImport = async (redis: Redis) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const folder = await aFolder();
  const env = {
    ...bareEnvironment(),
    REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
    GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
    GREMIO_NAMESPACE: keys.namespace,
  };
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });

  /** A key of each server that holds some. */
  const servers = async (): Promise<string[]> => {
    if (!isSuiteCluster(undefined)) return [keys.plain("x")];
    const found = new Map<string, string>();
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const key = keys.inBucket(bucket, "x");
      found.set(asText(await redis.run(key, ["CLUSTER", "MYID"])), key);
    }
    return [...found.values()];
  };
  const names = async (pattern: string): Promise<string[]> => {
    const found = new Set<string>();
    for (const key of await servers()) {
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(key, ["SCAN", cursor, "MATCH", pattern, "COUNT", "1000"]));
        for (const name of asTexts(page)) found.add(name);
        cursor = asText(next);
      } while (cursor !== "0");
    }
    return [...found].toSorted();
  };
  return {
    ...{ keys, players, guilds, ledger: makeLedger(redis, keys) },
    /** A file of these lines; a string is written as it is. */
    file: async (lines: readonly unknown[]): Promise<string> => {
      const path = join(folder, `${randomUUID()}.ndjson`);
      await writeFile(
        path,
        lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
      );
      return path;
    },
    command: (...args: readonly string[]) => run(process.execPath, [COMMAND, ...args], { env }),
    /** What the command does once it has read its arguments; `over`: the Redis it has. */
    bring: async (path: string, dryRun = false, over = redis) => {
      const people = makePlayers(over, keys);
      const places = makeGuilds(over, keys, people, { historyLength: 10_000 });
      const out: string[] = [];
      const report = makeReport((line) => out.push(line));
      await importFile(path, makeImporter(over, keys, people, places), { dryRun, capacity: 100, report });
      return { problems: report.problems(), out: [...out, ...report.summary(dryRun), ""].join("\n") };
    },
    /** The same, to be killed. */
    start: (file: string) => spawn(process.execPath, [COMMAND, file], { env, stdio: "ignore" }),
    audit: () => audited(redis, keys),
    /** Every key of the namespace with what it holds. */
    contents: async (): Promise<Record<string, string>> => {
      const all = await names(`${keys.namespace}:*`);
      const dump = async (key: string) => Buffer.from(asText(await redis.run(key, ["DUMP", key]))).toString("hex");
      return Object.fromEntries(await Promise.all(all.map(async (key) => [key, await dump(key)])));
    },
    /** A guild's channel, the oldest entry first. */
    entries: async (guild: string) => {
      const key = keys.of(`guild:${guild}`, "log");
      const rows = asList(await redis.run(key, ["XRANGE", key, "-", "+"])).map(asList);
      return rows.map(([, fields]) => parsePayload(asTexts(fields)[1] ?? ""));
    },
    /** What stands in the outbox of a guild's bucket: names of events. */
    events: async (guild: string): Promise<string[]> => {
      const key = `${keys.prefixes(`guild:${guild}`)[1]}outbox`;
      const rows = asList(await redis.run(key, ["XRANGE", key, "-", "+"])).map(asList);
      return rows.flatMap(([, fields]) => {
        const document: unknown = JSON.parse(asTexts(fields)[1] ?? "{}");
        const isEvent = typeof document === "object" && document !== null && "event" in document;
        return isEvent && String(document.event) !== "points-changed" ? [String(document.event)] : [];
      });
    },
  };
};

/** Lines of guilds `g0`, `g1` …, each with a leader and so many members in all, who all have brought something. */
export const guildsOf = (count: number, members: number): unknown[] => {
  const lines: unknown[] = [];
  for (let guild = 0; guild < count; guild++) {
    const id = `g${guild}`;
    lines.push({ type: "guild", id, name: `Guild ${guild}`, tag: "GLD", leader: `${id}-0`, balance: 500, earned: 700 });
    for (let n = 0; n < members; n++) {
      const player = `${id}-${n}`;
      lines.push({ type: "player", id: player, profile: { name: `P ${n}` }, balance: 10 + n });
      lines.push({ type: "member", guild: id, player, rank: n === 0 ? "leader" : "member", contribution: 1 + n });
    }
  }
  return lines;
};
