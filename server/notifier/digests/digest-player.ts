import { z } from "zod";
import { type ChannelId, guildChannel, type PlayerId } from "../../../shared/id.ts";
import { localeSchema } from "../../../shared/locale.ts";
import type { Preferences } from "../../../shared/preferences.ts";
import { isBanned, readStanding } from "../../moderation/standing.ts";
import type { RegisteredDevice } from "../../player/devices.ts";
import type { Presence } from "../../presence/presence.ts";
import type { PlayerPresence } from "../../presence/presence-in.ts";
import { previewsOf } from "../../push-policy/what-holds.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asPairs, asText, asTexts } from "../../redis/reply.ts";
import type { DigestStanding } from "../deciding/decide-digest.ts";
import { recentMs } from "../deciding/verdict.ts";
import type { Reader } from "../sending/compose.ts";

/** All that is known of a player when his digest is due, besides what is unread in his channels. */
export type DigestPlayer = Reader & {
  player: PlayerId;
  banned: boolean;
  zone: string;
  preferences: Preferences;
  devices: RegisteredDevice[];
  presence: DigestStanding["presence"];
  /** His guild's, then those of teams and circles he may be a member of. */
  channels: ChannelId[];
  /** Up to where a digest has told him, by channel: '<epoch>:<seq>:<count>'. */
  toldTo: ReadonlyMap<string, string>;
  /** Seqs of what was left to a digest, by channel. */
  owed: ReadonlyMap<string, readonly number[]>;
  /** Digests he ever got: what names the next. */
  number: number;
  /** Rises with whatever he is told, and when he changes his mind: of the moment before his channels are read. */
  stamp: string;
  /** When he got the last, in epoch ms; 0: none. */
  lastAt: number;
  /** How long ago he got those of the last 24 hours, in ms, the longest first. */
  agesMs: number[];
};

export type DigestPlayers = { read(players: readonly PlayerId[]): Promise<DigestPlayer[]> };

type People = {
  devices(player: PlayerId): Promise<RegisteredDevice[]>;
  preferences(player: PlayerId): Promise<Preferences>;
};

const profileSchema = z
  .object({ locale: localeSchema.catch("es-419"), zone: z.string().catch("UTC") })
  .catch({ locale: "es-419", zone: "UTC" });

export type DigestPlayersDeps = {
  redis: Redis;
  keys: Keys;
  people: People;
  presence: Pick<Presence, "standingOf">;
  /** Who was there within so long may be about to come back. */
  graceMs: number;
  now: () => number;
};

/** Of many players in one turn of the event loop, so that what is asked travels together. */
export const makeDigestPlayers = ({
  redis,
  keys,
  people,
  presence,
  graceMs,
  now,
}: DigestPlayersDeps): DigestPlayers => {
  const ask = makeAsk(redis, keys);

  const askOne = (player: PlayerId): Promise<unknown[]> => ask("digest_player", `player:${player}`, []);

  const readOne = async (player: PlayerId, own: unknown[]): Promise<Omit<DigestPlayer, "presence">> => {
    const [guild, profile, channels, digested, at, times, owed, stamp] = own;
    const [preferences, devices, standing, banned] = await Promise.all([
      people.preferences(player),
      people.devices(player),
      readStanding(redis, keys, player),
      isBanned(redis, keys, player, now()),
    ]);
    const { locale, zone } = profileSchema.parse(parsedJson(asText(profile)));
    const toldTo = asPairs(digested);
    const guildId = asText(guild);
    return {
      ...{ player, banned, locale, zone, preferences, devices, toldTo, owed: owedIn(asTexts(owed)) },
      previews: previewsOf(preferences, standing.minor === true),
      filter: preferences.filter,
      channels: [...(guildId === "" ? [] : [guildChannel(guildId)]), ...asPairs(channels).keys()],
      number: Number(toldTo.get(":number") ?? 0),
      stamp: asText(stamp),
      lastAt: Number(toldTo.get(":at") ?? 0),
      agesMs: asList(times).map((time) => Number(asText(at)) - Number(asText(time))),
    };
  };

  return {
    read: async (players) => {
      // Their stamps before all else: what changes from then on has a digest decided anew.
      const own = await Promise.all(players.map(askOne));
      const [found, read] = await Promise.all([
        presence.standingOf(players),
        Promise.all(players.map((player, index) => readOne(player, own[index] ?? []))),
      ]);
      return read.map((one) => ({ ...one, presence: presenceOf(found.get(one.player), now(), graceMs) }));
    },
  };
};

/** '<seq> <channel>' each. */
const owedIn = (rows: readonly string[]): Map<string, number[]> => {
  const owed = new Map<string, number[]>();
  for (const row of rows) {
    const [seq = ""] = row.split(" ");
    const channel = row.slice(seq.length + 1);
    owed.set(channel, [...(owed.get(channel) ?? []), Number(seq)]);
  }
  return owed;
};

/** Who has left lately is given twice the time a notice gives him: it would tell him the same, and may still wait. */
const presenceOf = (found: PlayerPresence | undefined, now: number, graceMs: number): DigestStanding["presence"] => {
  if (found === undefined) return "away";
  const { sessions, lastSeenAt, lost } = found;
  if (sessions.length === 0) return lost ? "lost" : now - lastSeenAt < 2 * recentMs(graceMs) ? "recent" : "away";
  if (sessions.some(({ matchUntil }) => matchUntil > now)) return "in-match";
  if (sessions.every(({ idle }) => idle)) return "idle";
  return sessions.some(({ reading, idle }) => reading && !idle) ? "reading" : "present";
};
