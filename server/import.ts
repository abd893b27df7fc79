/**
 * `npm run import -- FILE.ndjson [--dry-run]` brings players, guilds, members, ranks and points of another system (docs/import.md). The services may go on meanwhile, and
 * the same command again takes up what was left. It ends with 0 when every line is done; with 1 when some have problems, each told; with 2 when it could not begin or go on.
 */
import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { ConfigError } from "./config/config-error.ts";
import { loadConfig } from "./config.ts";
import { makeGuilds } from "./guild/guilds.ts";
import { importFile } from "./import/import-file.ts";
import { makeImporter } from "./import/importer.ts";
import { makeReport } from "./import/report.ts";
import { toldProgress } from "./import/told-progress.ts";
import { makePlayers } from "./player/players.ts";
import { makeKeys } from "./redis/bucket.ts";
import { connectRedis } from "./redis/connect.ts";
import { RedisUnavailable } from "./redis/redis.ts";
import { ServerRefused } from "./redis/verify-server.ts";

class UsageError extends Error {}

const readArguments = (): { file: string; dryRun: boolean } => {
  const usage = "usage: npm run import -- FILE.ndjson [--dry-run]";
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { "dry-run": { type: "boolean" } } });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError(usage);
    return { file, dryRun: values["dry-run"] === true };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${String(error)}\n${usage}`);
  }
};

/** It is read several times, which no pipe can be. */
const mustBeFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new UsageError(`${path} is no file that can be read`);
};

const bring = async (): Promise<number> => {
  const { file, dryRun } = readArguments();
  const {
    redis: options,
    guildCapacity: capacity,
    guildJoinMode: joinMode,
    historyLength,
  } = loadConfig(process.env, "import");
  await mustBeFile(file);
  const log = pino({ level: "error", base: { service: "import" } }, pino.destination({ fd: 2, sync: true }));
  const redis = await connectRedis(options, log);
  const progress = toldProgress(process.stderr);
  try {
    const keys = makeKeys(options.namespace);
    const players = makePlayers(redis, keys);
    const guilds = makeGuilds(redis, keys, players, { historyLength, capacity, joinMode });
    const report = makeReport((line) => {
      progress.end();
      console.log(line);
    });
    const importer = makeImporter(redis, keys, players, guilds);
    await importFile(file, importer, { dryRun, capacity, report, onProgress: progress.onProgress });
    progress.end();
    for (const line of report.summary(dryRun)) console.log(line);
    return report.problems() === 0 ? 0 : 1;
  } finally {
    await redis.close();
  }
};

try {
  process.exitCode = await bring();
} catch (error) {
  const isExpected = [ConfigError, ServerRefused, UsageError].some((kind) => error instanceof kind);
  if (error instanceof RedisUnavailable)
    console.error(`The import stopped: ${error.message}. Run the same command again: what was done is not done twice.`);
  else console.error("The import could not be done:", isExpected && error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
