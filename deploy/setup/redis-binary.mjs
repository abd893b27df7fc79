// @ts-check
import { spawnSync } from "node:child_process";

/** Functions, sharded pub/sub and multi-part append-only files came with Redis 7; every Valkey has them. */
export const LEAST_REDIS = 7;

/**
 * The first usable server on PATH, and what was found but is too old.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command?: string, version?: string, tooOld?: string }}
 */
export function findRedis(env = process.env) {
  /** @type {string | undefined} */
  let tooOld;
  for (const command of ["redis-server", "valkey-server"]) {
    const said = spawnSync(command, ["--version"], { env, encoding: "utf8", timeout: 10_000 });
    const version = /\bv=(\d+)(\.\d+)*/.exec(said.stdout ?? "");
    if (!version) continue;
    const number = version[0].slice(2);
    if (Number(version[1]) >= LEAST_REDIS) return { command, version: number };
    tooOld = `${command} ${number}`;
  }
  return tooOld === undefined ? {} : { tooOld };
}
