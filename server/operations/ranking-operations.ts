import { GremioError } from "../../shared/errors.ts";
import { RANKING_OPERATIONS } from "../../shared/operations/ranking.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Ranking } from "../ranking/ranking.ts";
import type { Seasons } from "../season/seasons.ts";
import { does, type Handlers } from "./does.ts";

export type RankingOperationsDeps = {
  ranking: Ranking;
  seasons: Pick<Seasons, "put" | "get" | "list">;
  guilds: Pick<Guilds, "guildOf">;
};

export const makeRankingOperations = ({
  ranking,
  seasons,
  guilds,
}: RankingOperationsDeps): Handlers<keyof typeof RANKING_OPERATIONS> => {
  const of = RANKING_OPERATIONS;
  return {
    getRanking: does(of.getRanking, (query) => ranking.page(query)),
    getRankingAround: does(of.getRankingAround, (query) => ranking.around(query)),
    getContributions: does(of.getContributions, async (query, caller) => {
      if (caller !== undefined && (await guilds.guildOf(caller)) !== query.guild) throw new GremioError("not-member");
      return ranking.contributions(query, caller);
    }),
    putSeason: does(of.putSeason, (season) => seasons.put(season)),
    getSeason: does(of.getSeason, ({ season }) => seasons.get(season)),
    listSeasons: does(of.listSeasons, async ({ limit }) => ({ seasons: await seasons.list(limit) })),
  };
};
