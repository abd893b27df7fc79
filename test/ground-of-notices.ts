import { makeChanges } from "../server/channel/changes.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePersonalFeed } from "../server/home/personal.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeMatches } from "../server/presence/matches.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { CHANNELS, type Known, PLAYERS, type Written } from "./cast-of-notices.ts";

const HOUR_MS = 3_600_000;
const HISTORY = { historyLength: 1_000 };

export type SetClock = (namespace: string, ms: number) => Promise<void>;
export type Ground = ReturnType<typeof groundOfNotices>;

/** The server's own parts over a namespace with a clock of its own, and what is known of all that was done with them. `start`: in epoch ms. */
export const groundOfNotices = (redis: Redis, namespace: string, start: number, setClock: SetClock) => {
  const keys = makeKeys(namespace);
  const clock = { ms: start };
  const players = makePlayers(redis, keys);
  const known = new Map<string, Known>(
    PLAYERS.map((player) => [
      player,
      {
        preferences: preferencesSchema.parse({}),
        ...{ read: new Map(), readTold: new Map(), member: new Set(CHANNELS), ever: new Set(), place: "gone" },
      },
    ]),
  );
  let sayings = 0;
  return {
    ...{ redis, keys, players },
    ask: makeAsk(redis, keys),
    guilds: makeGuilds(redis, keys, players, HISTORY),
    groups: makeGroups(redis, keys, players, HISTORY),
    log: makeLog(redis, keys, HISTORY),
    changes: makeChanges(redis, keys, { ...HISTORY, editMs: 1_000 * HOUR_MS }),
    reads: makeReads(redis, keys),
    matches: makeMatches(redis, keys),
    personal: makePersonalFeed(redis, keys, () => {}),
    written: [] as Written[],
    deleted: new Set<string>(),
    /** Members' numbers, by '<player> <channel>'. */
    numbers: new Map<string, number>(),
    /** Of each player, by channel, the entry of his own that others may reply to. */
    own: new Map<string, Map<string, number>>(),
    of: (player: string): Known => {
      const found = known.get(player);
      if (found === undefined) throw new Error(`${player} is nobody`);
      return found;
    },
    nonce: (): string => {
      sayings += 1;
      return `nonce-${sayings}`;
    },
    now: (): number => clock.ms,
    advance: async (ms: number): Promise<void> => {
      clock.ms += ms;
      await setClock(namespace, clock.ms);
    },
  };
};
