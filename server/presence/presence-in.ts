import { z } from "zod";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { parsedJson } from "../redis/parsed-json.ts";

/**
 * One open session of a player. `channel`: the one he looks at, or last looked at, or none (''). `reading`: he looks at it right now. `matchUntil`: expected end, in
 * epoch ms, of the match he is in there; once it is past, or 0, he is in none. `at`: when it was last written. `activeAt`: the last sign of a human there, known to
 * a minute. `idle`: nobody is at that screen.
 */
export type Session = {
  session: string;
  incarnation: string;
  channel: ChannelId;
  reading: boolean;
  matchUntil: number;
  at: number;
  activeAt: number;
  idle: boolean;
};

/** `lastSeenAt`: in epoch ms, 0 when that was more than a day ago. `lost`: he has sessions, and all of them were of processes that are dead. */
export type PlayerPresence = { sessions: Session[]; lastSeenAt: number; lost: boolean };

/**
 * A screen that shows a channel, and on which nobody has done anything for so long, reads for nobody. As Mattermost's `UserStatusAwayTimeout` (300 s): shorter, and who
 * only reads along would be pushed what he sees.
 */
export const IDLE_MS = 300_000;

export const sessionRowSchema = z.object({
  incarnation: z.string(),
  channel: channelIdSchema.or(z.literal("")),
  reading: z.boolean(),
  at: z.number(),
  matchUntil: z.number().default(0),
  activeAt: z.number().optional(),
  idle: z.boolean().default(false),
});

/** Beside a player's sessions: the match the game's backend says he is in, and when he was there before these sessions. No session is named so. */
const MATCH = "match:";
const matchSchema = z.object({ matchUntil: z.number() });
const SEEN = "seen:";
const seenSchema = z.object({ at: z.number() });

const read = <T>(schema: z.ZodType<T>, row: string | undefined): T | undefined =>
  row === undefined ? undefined : schema.safeParse(parsedJson(row)).data;

/** The expected end of the match that the game's backend says he is in, 0 for none. */
export const matchIn = (rows: ReadonlyMap<string, string>): number =>
  read(matchSchema, rows.get(MATCH))?.matchUntil ?? 0;

/** All sessions of a player's record, those of dead processes, too. What this version cannot read is passed over. */
export const sessionsIn = (rows: ReadonlyMap<string, string>, now: number): Session[] => {
  const told = matchIn(rows);
  return [...rows].flatMap(([session, row]) => {
    const data = read(sessionRowSchema, row);
    if (data === undefined) return [];
    const { activeAt = data.at, idle } = data;
    const matchUntil = Math.max(data.matchUntil, told);
    const isStill = data.reading && matchUntil <= now && now - activeAt >= IDLE_MS;
    return [{ session, ...data, matchUntil, activeAt, idle: idle || isStill }];
  });
};

/** Where a player is, by his record as it is stored. The same arguments give the same answer. */
export const presenceIn = (
  rows: ReadonlyMap<string, string>,
  isAlive: (incarnation: string) => boolean,
  now: number,
): PlayerPresence => {
  const all = sessionsIn(rows, now);
  const sessions = all.filter(({ incarnation }) => isAlive(incarnation));
  const seen = read(seenSchema, rows.get(SEEN))?.at ?? 0;
  return {
    sessions,
    lastSeenAt: Math.max(seen, ...all.map(({ activeAt }) => activeAt)),
    lost: all.length > 0 && sessions.length === 0,
  };
};
