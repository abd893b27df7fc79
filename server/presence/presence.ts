import type { z } from "zod";
import type { PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs } from "../redis/reply.ts";
import { makeLeases } from "./lease.ts";
import {
  IDLE_MS,
  matchIn,
  type PlayerPresence,
  presenceIn,
  type Session,
  type sessionRowSchema,
  sessionsIn,
} from "./presence-in.ts";

export type { Session } from "./presence-in.ts";

export type Presence = {
  /**
   * Records, or renews, a session held by this process. A record stands for a day: a session that lasts longer is put again. `activeAt` left out: now. Gives the
   * expected end of the match the game's backend says he is in, 0 for none.
   */
  put(
    player: PlayerId,
    session: Pick<Session, "session" | "channel" | "reading"> &
      Partial<Pick<Session, "matchUntil" | "activeAt" | "idle">>,
  ): Promise<number>;
  /** When he was last there is known for a day. */
  remove(player: PlayerId, session: string): Promise<void>;
  /**
   * Sessions of these players whose process is alive: those of a dead process do not count, without a write for each. In a match that the game's backend tells of a
   * player is with each of his sessions.
   */
  of(players: readonly PlayerId[]): Promise<Map<PlayerId, Session[]>>;
  /** The same, and what is known of those who are not there any more. */
  standingOf(players: readonly PlayerId[]): Promise<Map<PlayerId, PlayerPresence>>;
};

/** A player's record goes a day after his last sign, so that players who never come back leave nothing behind. */
export const KEPT_S = 86_400;

/** Presence as this process writes it. One that only reads (the notifier) passes an incarnation of its own all the same; it names nobody. */
export const makePresence = (redis: Redis, keys: Keys, incarnation: string): Presence => {
  const leases = makeLeases(redis, keys);
  const keyOf = (player: PlayerId): string => keys.of(`player:${player}`, "presence");
  const ask = makeAsk(redis, keys);
  const rowsOf = async (player: PlayerId): Promise<ReadonlyMap<string, string>> => {
    const key = keyOf(player);
    return asPairs(await redis.run(key, ["HGETALL", key]));
  };
  const aliveAmong = (sessions: readonly Session[]): Promise<Set<string>> =>
    leases.alive(sessions.map((session) => session.incarnation));

  /** What dead processes left in a player's record goes when he is next seen, so it cannot pile up. */
  const sweep = async (player: PlayerId, sessions: readonly Session[]): Promise<void> => {
    const others = sessions.filter((session) => session.incarnation !== incarnation);
    if (others.length === 0) return;
    const alive = await aliveAmong(others);
    const dead = others.filter((session) => !alive.has(session.incarnation)).map(({ session }) => session);
    if (dead.length > 0) await ask("player_sessions_lost", `player:${player}`, dead);
  };

  const standingOf: Presence["standingOf"] = async (players) => {
    const rows = await Promise.all(players.map(rowsOf));
    const now = Date.now();
    const alive = await aliveAmong(rows.flatMap((row) => sessionsIn(row, now)));
    const standings = rows.map((row) => presenceIn(row, (one) => alive.has(one), now));
    return new Map(players.map((player, index) => [player, standings[index] ?? NEVER_SEEN]));
  };

  return {
    put: async (player, { session, channel, reading, matchUntil = 0, activeAt, idle = false }) => {
      const at = Date.now();
      const is: z.input<typeof sessionRowSchema> = {
        ...{ incarnation, channel, reading, at, activeAt: activeAt ?? at },
        ...(matchUntil !== 0 && { matchUntil }),
        ...(idle && { idle }),
      };
      const row = JSON.stringify(is);
      const [all] = await ask("player_session", `player:${player}`, [session, row, String(KEPT_S), player]);
      const rows = asPairs(all);
      await sweep(player, sessionsIn(rows, at));
      return matchIn(rows);
    },
    remove: async (player, session) => {
      await ask("player_session_end", `player:${player}`, [session, player, String(IDLE_MS), String(KEPT_S)]);
    },
    of: async (players) => {
      const found = await standingOf(players);
      return new Map([...found].map(([player, { sessions }]) => [player, sessions]));
    },
    standingOf,
  };
};

const NEVER_SEEN: PlayerPresence = { sessions: [], lastSeenAt: 0, lost: false };
