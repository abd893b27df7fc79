import type { ClockedRedis } from "../bench/flood/clocked-redis.ts";
import { type Log, makeLog } from "../server/channel/log.ts";
import type { Pace } from "../server/channel/pace.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { asTextOrNull } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import { aGuild } from "./a-guild.ts";
import { aPace } from "./a-pace.ts";

/** When time begins in these guilds. Not long ago: nonces expire by the real clock. */
export const START = Date.now();
export const S = 1_000;
export const SIMILAR = { similar: { most: 3, windowMs: 60 * S }, short: { most: 8, windowMs: 60 * S } };
export const TIMEOUT = { timeout: { firstMs: 10 * S, longestMs: 3_600 * S } };

let guildsMade = 0;
/** A guild of ana (leader), olga (officer), and the members beto and caro; time stands still at the beginning. */
export const aPacedGuild = async (clocked: ClockedRedis, limits: Partial<Pace>) => {
  const { redis, keys } = clocked;
  const guild = `g${++guildsMade}`;
  const [people, channel] = [["ana", "olga", "beto", "caro"].map((name) => `${name}${guildsMade}`), `guild:${guild}`];
  let nowMs = START;
  await clocked.setClock(nowMs);
  await aGuild(redis, keys, guild, people);
  const guilds = makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength: 1_000 });
  const [ana = "", olga = "", beto = "", caro = ""] = people;
  await guilds.setRank(guild, olga, "officer");
  const log: Log = makeLog(redis, keys, { historyLength: 1_000, pace: { guild: aPace(limits) } });
  let said = 0;
  /** `ok`, or the code with the ms until one may try again. */
  const say = async (author: string | undefined, body: string, nonce = `nonce-${++said}`): Promise<string> => {
    try {
      const by = author === undefined ? {} : { author };
      await log.append({ channel, ...by, nonce, kind: author === undefined ? "news" : "text", body });
      return "ok";
    } catch (error) {
      if (!(error instanceof GremioError)) throw error;
      return `${error.code} ${(error.retryAtMs ?? 0) - nowMs}`;
    }
  };
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    await clocked.setClock(nowMs);
  };
  const times = async (count: number, one: (index: number) => Promise<string>): Promise<string[]> => {
    const answers: string[] = [];
    for (let index = 0; index < count; index++) answers.push(await one(index));
    return answers;
  };
  const record = async (player: string): Promise<string | null> =>
    asTextOrNull(await redis.run(keys.of(channel, "pace"), ["HGET", keys.of(channel, "pace"), player]));
  return { redis, keys, guilds, guild, channel, log, ana, olga, beto, caro, say, pass, times, record };
};

/** The answers to so many who were all heard. */
export const oks = (count: number): string[] => Array.from({ length: count }, () => "ok");
