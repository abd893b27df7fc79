import { z } from "zod";
import {
  type AroundQuery,
  type aroundSchema,
  type ContributionsQuery,
  type contributionsSchema,
  type RankingQuery,
  RESULT_PLACES,
  type rankedGuildSchema,
  type rankingSchema,
  type Season,
  type SeasonId,
} from "../../shared/api/ranking.ts";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull, asTexts } from "../redis/reply.ts";
import { filterOf, RANKING } from "./scope.ts";

type RankedGuild = z.infer<typeof rankedGuildSchema>;
type Contributor = z.infer<typeof contributionsSchema>["rows"][number];

/** Who has the most points. Its cost is that of the rows it gives, and does not grow with the guilds. */
export type Ranking = {
  /** Throws `season-not-found`. */
  page(query: RankingQuery): Promise<z.infer<typeof rankingSchema>>;
  /** Throws `season-not-found`, `guild-not-found`. */
  around(query: AroundQuery): Promise<z.infer<typeof aroundSchema>>;
  /** `own`: whose row is given, too. Throws `season-not-found`, `guild-not-found`. */
  contributions(query: ContributionsQuery, own?: PlayerId): Promise<z.infer<typeof contributionsSchema>>;
};

type Scope = { season: SeasonId | null; scope: string; closed: Season | undefined };
const nameSchema = z.tuple([z.string(), z.string()]);
const profileSchema = z.object({ name: z.string() });

export const makeRanking = (
  redis: Redis,
  keys: Keys,
  seasons: { get(season: SeasonId | "current"): Promise<Season> },
): Ranking => {
  const ask = makeAsk(redis, keys);

  const scopeOf = async (which: string): Promise<Scope> => {
    if (which === "ever") return { season: null, scope: "all", closed: undefined };
    const found = await seasons.get(which);
    const { season, state } = found;
    return state === "closed"
      ? { season, scope: `closed:${season}`, closed: found }
      : { season, scope: `season:${season}`, closed: undefined };
  };

  /** As guilds are called now; of a closed season those that are no more as they were called then. */
  const named = async (rows: readonly unknown[], { season, closed }: Scope): Promise<RankedGuild[]> => {
    const texts = asTexts(rows);
    const guilds = texts.filter((_, index) => index % 3 === 0);
    const then = keys.of(RANKING, `names:${season}`);
    const [infos, old] = await Promise.all([
      Promise.all(
        guilds.map(async (guild) => {
          const key = keys.of(guildChannel(guild), "info");
          return asList(await redis.run(key, ["HMGET", key, "name", "tag"])).map(asTextOrNull);
        }),
      ),
      closed === undefined || guilds.length === 0 ? [] : redis.run(then, ["HMGET", then, ...guilds]),
    ]);
    const kept = asList(old).map((row) => nameSchema.safeParse(parsedJson(asTextOrNull(row) ?? "")).data);
    return guilds.flatMap((guild, index) => {
      const [name = null, tag = null] = infos[index] ?? [];
      const [oldName, oldTag = ""] = kept[index] ?? [];
      const shown = name ?? oldName;
      if (shown === undefined) return [];
      const [points, rank] = [Number(texts[index * 3 + 1]), Number(texts[index * 3 + 2])];
      return [{ guild, name: shown, tag: name === null ? oldTag : (tag ?? ""), points, rank }];
    });
  };

  const guildsIn = (scope: Scope, filter: string, listed: number): number =>
    filter === "" && scope.closed?.progress !== undefined ? scope.closed.progress.guilds : listed;

  const mustExist = async (guild: GuildId): Promise<void> => {
    const key = keys.of(guildChannel(guild), "info");
    if ((await redis.run(key, ["EXISTS", key])) === 0) throw new GremioError("guild-not-found");
  };

  const profileNames = async (guild: GuildId, players: readonly PlayerId[]): Promise<Map<PlayerId, string>> => {
    if (players.length === 0) return new Map();
    const key = keys.of(guildChannel(guild), "profiles");
    const rows = asList(await redis.run(key, ["HMGET", key, ...players])).map(asTextOrNull);
    return new Map(
      players.map((player, index) => [
        player,
        profileSchema.safeParse(parsedJson(rows[index] ?? "")).data?.name ?? player,
      ]),
    );
  };

  return {
    page: async ({ season: which, offset, limit, ...where }) => {
      const scope = await scopeOf(which);
      const filter = filterOf(where);
      const args = [scope.scope, filter, String(offset), String(limit)];
      const [listed, ...found] = await ask("ranking_page", RANKING, args);
      const rows = await named(found, scope);
      const next = offset + limit < asNumber(listed) ? offset + limit : null;
      return { season: scope.season, total: guildsIn(scope, filter, asNumber(listed)), rows, next };
    },

    around: async ({ guild, season: which, limit, ...where }) => {
      const scope = await scopeOf(which);
      const filter = filterOf(where);
      const args = [scope.scope, filter, guild, String(limit)];
      const [listed, place, first, ...found] = await ask("ranking_around", RANKING, args);
      const total = guildsIn(scope, filter, asNumber(listed));
      const { season, closed } = scope;
      if (asText(place) !== "") {
        const at = 3 * (asNumber(place) - asNumber(first));
        const own = { points: asNumber(found[at + 1]), rank: asNumber(found[at + 2]) };
        return { season, total, rows: await named(found, scope), own };
      }
      await mustExist(guild);
      if (
        closed === undefined ||
        closed.progress === undefined ||
        closed.progress.guilds <= RESULT_PLACES ||
        filter !== ""
      )
        return { season, total, rows: [], own: null };
      // Beyond the places that are kept a guild has its own.
      const { code, rest } = await ask.raw("season_standing", guildChannel(guild), [closed.season]);
      if (code !== "ok") return { season, total, rows: [], own: null };
      const own = { points: asNumber(rest[0]), rank: asNumber(rest[1]) };
      return { season, total, rows: await named([guild, String(own.points), String(own.rank)], scope), own };
    },

    contributions: async ({ guild, season: which, offset, limit }, own) => {
      const { season } = await scopeOf(which);
      const isOver = season !== null && ["ranked", "paying", "closed"].includes((await seasons.get(season)).state);
      const args = [season ?? "", isOver ? "all" : "members"];
      const [found] = await ask("ranking_contributions", guildChannel(guild), args);
      const sorted = [...asPairs(found)]
        .map(([player, points]) => ({ player, points: Number(points) }))
        .sort((a, b) => b.points - a.points || (a.player < b.player ? -1 : 1));
      let rank = 0;
      const ranked = sorted.map((row, index) => {
        if (index === 0 || sorted[index - 1]?.points !== row.points) rank = index + 1;
        return { ...row, rank };
      });
      const shown = ranked.slice(offset, offset + limit);
      const mine = own === undefined ? undefined : ranked.find(({ player }) => player === own);
      const names = await profileNames(
        guild,
        [...shown, ...(mine ? [mine] : [])].map(({ player }) => player),
      );
      const withName = (row: Omit<Contributor, "name">): Contributor => ({
        ...row,
        name: names.get(row.player) ?? row.player,
      });
      return {
        ...{ season, total: ranked.length, rows: shown.map(withName) },
        own: mine === undefined ? null : withName(mine),
        next: offset + limit < ranked.length ? offset + limit : null,
      };
    },
  };
};
