import { makeLog } from "../server/channel/log.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLineUp } from "../server/pvp/line-up.ts";
import { makeMatcher, type PairGuilds } from "../server/pvp/match-upkeep.ts";
import { makeModes } from "../server/pvp/modes.ts";
import { makeWarQueue, WAR_QUEUE } from "../server/pvp/queue.ts";
import { makeWarSeeking } from "../server/pvp/seeking.ts";
import type { Keys } from "../server/redis/bucket.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asPairs, asText, asTexts } from "../server/redis/reply.ts";
import { putWarModeSchema } from "../shared/api/war-mode.ts";
import { eventOf, type HappenedEvent } from "../shared/event.ts";
import { guildChannel } from "../shared/id.ts";
import { inAll } from "./api-world.ts";
import { aDeath, dyingRedis, type Fault } from "./dying-before.ts";

const HISTORY = { historyLength: 1_000 };
export const WAIT_MS = 1_800_000;

export const aMode = (more: object = {}) => putWarModeSchema.parse({ name: inAll("Guerra"), ...more });

/** What one process does about guilds that look for an opponent. */
const aProcess = (redis: Redis, keys: Keys, pair: PairGuilds, leaseMs: number, wentWrong: (error: unknown) => void) => {
  const modes = makeModes(redis, keys);
  const lineUp = makeLineUp(redis, keys, { zone: "America/Bogota" });
  const queue = makeWarQueue(redis, keys);
  return {
    ...{ modes, lineUp, queue },
    ...makeWarSeeking(redis, keys, { queue, modes, lineUp }, { waitMs: WAIT_MS }),
    ...makeMatcher(redis, keys, { queue, modes, pair }, { ...HISTORY, log: { warn: wentWrong }, leaseMs }),
  };
};

/** Wars between guilds, kept as the real ones are: the same war again gives the same answer, and a guild is in one at most. */
export const someWars = () => {
  const wars = new Map<string, { guilds: [string, string]; mode: string }>();
  const refusals = new Map<string, Awaited<ReturnType<PairGuilds>>>();
  const faulty = new Map<string, "guild-at-war" | "too-few-ready" | "nobody">();
  const pair: PairGuilds = async ({ war, guilds, mode }) => {
    const before = refusals.get(war);
    if (wars.has(war)) return "preparing";
    if (before !== undefined) return before;
    const fighting = new Set([...wars.values()].flatMap((one) => one.guilds));
    const fault = guilds.find((guild) => fighting.has(guild) || faulty.has(guild));
    if (fault === undefined) {
      wars.set(war, { guilds, mode });
      return "preparing";
    }
    const code = faulty.get(fault) ?? "guild-at-war";
    const refused = {
      refused: code === "nobody" ? "guild-at-war" : code,
      guild: code === "nobody" ? undefined : fault,
    } as const;
    refusals.set(war, refused);
    return refused;
  };
  return { wars, faulty, pair };
};

/** Guilds g0, g1 … of a leader, an officer and a member (`<guild>-l`, `-o`, `-m`), and their wars. */
export const aWarQueue = async (
  { redis, keys }: { redis: Redis; keys: Keys },
  { guilds: count = 2, leaseMs = 5_000 } = {},
) => {
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, HISTORY);
  const ids = Array.from({ length: count }, (_, index) => `g${index}`);
  const found = async (id: string): Promise<void> => {
    for (const [index, who] of ["l", "o", "m"].entries())
      await players.putProfile(`${id}-${who}`, { name: who, power: 100 * (3 - index) });
    await guilds.create({ id, name: `Guild ${id}`, tag: "TAG", leader: `${id}-l` });
    await guilds.admit(id, `${id}-o`, "officer");
    await guilds.admit(id, `${id}-m`, "member");
  };
  await Promise.all(ids.map(found));
  const world = someWars();
  const hash = (owner: string, part: string, ...fields: string[]) => {
    const key = keys.of(owner, part);
    return redis.run(key, ["HSET", key, ...fields]);
  };
  const wrong: unknown[] = [];
  const process = (own: Redis = redis, pair: PairGuilds = world.pair) =>
    aProcess(own, keys, pair, leaseMs, (error) => wrong.push(error));
  let asked = 0;
  return {
    ...process(),
    ...{ redis, keys, guilds, ids, hash, process },
    ...{ wars: world.wars, faulty: world.faulty },
    /** What failed in matching, of all processes. */
    wrong,
    /** A process whose `n`th step goes wrong; making a war is a step, too. */
    dying: (n: number, fault: Fault) => {
      const step = aDeath(n, fault);
      return process(dyingRedis(redis, step), (war) => step(() => world.pair(war)));
    },
    nonce: () => `nonce-of-war-${++asked}`,
    events: async (name: string): Promise<HappenedEvent[]> => {
      const key = `${keys.prefixes(WAR_QUEUE)[1]}outbox`;
      return asList(await redis.run(key, ["XRANGE", key, "-", "+"])).flatMap((row) => {
        const [id, fields] = asList(row);
        const told = eventOf(asText(id), parsedJson(asPairs(fields).get("d") ?? ""));
        return told?.event === name ? [told] : [];
      });
    },
    newsOf: async (guild: string): Promise<unknown[]> => {
      const { entries } = await makeLog(redis, keys, HISTORY).before(guildChannel(guild), undefined, undefined, 200);
      return entries.flatMap(({ body }) => (JSON.stringify(body).includes('"war-') ? [body] : []));
    },
    /** Who matches. */
    matcher: async () => redis.run(keys.of(WAR_QUEUE, "matcher"), ["GET", keys.of(WAR_QUEUE, "matcher")]),
    /** Where each ticket is that is not over. */
    tickets: async () => {
      const all = async (part: string) => {
        const key = keys.of(WAR_QUEUE, part);
        return asTexts(await redis.run(key, ["HVALS", key])).map((json): unknown => parsedJson(json));
      };
      return { waiting: await all("tickets"), matched: await all("matched"), ended: await all("ended") };
    },
  };
};
