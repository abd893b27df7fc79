import { z } from "zod";
import { type ChannelId, channelIdSchema, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs } from "../redis/reply.ts";
import { makeLeases } from "./lease.ts";

/**
 * One open session of a player. `channel`: the one he looks at, or last looked at, or none (''). `reading`: he looks at it right now. `matchUntil`: expected end, in
 * epoch ms, of the match he is in there; once it is past, or 0, he is in none.
 */
export type Session = {
  session: string;
  incarnation: string;
  channel: ChannelId;
  reading: boolean;
  matchUntil: number;
  at: number;
};

export type Presence = {
  /**
   * Records, or renews, a session held by this process. A record stands for a day: a session that lasts longer is put again. Gives the expected end of the match the
   * game's backend says he is in, 0 for none.
   */
  put(
    player: PlayerId,
    session: Omit<Session, "incarnation" | "at" | "matchUntil"> & { matchUntil?: number },
  ): Promise<number>;
  remove(player: PlayerId, session: string): Promise<void>;
  /**
   * Sessions of these players whose process is alive: those of a dead process do not count, without a write for each. In a match that the game's backend tells of a
   * player is with each of his sessions.
   */
  of(players: readonly PlayerId[]): Promise<Map<PlayerId, Session[]>>;
};

/** A player's record goes a day after his last sign, so that players who never come back leave nothing behind. */
export const KEPT_S = 86_400;

const rowSchema = z.object({
  incarnation: z.string(),
  channel: channelIdSchema.or(z.literal("")),
  reading: z.boolean(),
  at: z.number(),
  matchUntil: z.number().default(0),
});

/** Beside a player's sessions: the match the game's backend says he is in. No session is named so. */
const MATCH = "match:";
const matchSchema = z.object({ matchUntil: z.number() });
const matchIn = (rows: ReadonlyMap<string, string>): number => {
  const row = rows.get(MATCH);
  return (row === undefined ? undefined : matchSchema.safeParse(parsedJson(row)).data?.matchUntil) ?? 0;
};

/** Presence as this process writes it. One that only reads (the notifier) passes an incarnation of its own all the same; it names nobody. */
export const makePresence = (redis: Redis, keys: Keys, incarnation: string): Presence => {
  const leases = makeLeases(redis, keys);
  const keyOf = (player: PlayerId): string => keys.of(`player:${player}`, "presence");
  const ask = makeAsk(redis, keys);
  const sessionsOf = async (key: string): Promise<Session[]> =>
    sessionsIn(asPairs(await redis.run(key, ["HGETALL", key])));
  const sessionsIn = (rows: ReadonlyMap<string, string>): Session[] => {
    const told = matchIn(rows);
    return [...rows].flatMap(([session, row]) => {
      const { success, data } = rowSchema.safeParse(parsedJson(row));
      return success ? [{ session, ...data, matchUntil: Math.max(data.matchUntil, told) }] : [];
    });
  };
  const aliveAmong = (sessions: readonly Session[]): Promise<Set<string>> =>
    leases.alive(sessions.map((session) => session.incarnation));

  /** What dead processes left in a player's record goes when he is next seen, so it cannot pile up. */
  const sweep = async (key: string, sessions: readonly Session[]): Promise<void> => {
    const others = sessions.filter((session) => session.incarnation !== incarnation);
    if (others.length === 0) return;
    const alive = await aliveAmong(others);
    const dead = others.filter((session) => !alive.has(session.incarnation));
    if (dead.length > 0) await redis.run(key, ["HDEL", key, ...dead.map((session) => session.session)]);
  };

  return {
    put: async (player, { session, channel, reading, matchUntil = 0 }) => {
      const is: z.input<typeof rowSchema> = { incarnation, channel, reading, at: Date.now() };
      const row = JSON.stringify(matchUntil === 0 ? is : { ...is, matchUntil });
      const [all] = await ask("player_session", `player:${player}`, [session, row, String(KEPT_S), player]);
      const rows = asPairs(all);
      await sweep(keyOf(player), sessionsIn(rows));
      return matchIn(rows);
    },
    remove: async (player, session) => {
      await ask("player_session_end", `player:${player}`, [session, player]);
    },
    of: async (players) => {
      const sessions = await Promise.all(players.map((player) => sessionsOf(keyOf(player))));
      const alive = await aliveAmong(sessions.flat());
      return new Map(
        players.map((player, index) => [player, sessions[index]?.filter((row) => alive.has(row.incarnation)) ?? []]),
      );
    },
  };
};
