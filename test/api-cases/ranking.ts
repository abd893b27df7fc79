import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";
import { inAll } from "../api-world.ts";

type Headers = Record<string, string>;
type Given = { key: Headers; ana: Headers; caro: Headers; backend: ReturnType<typeof makeBackendCases> };

const FROM = Date.now() - 60_000;

/** Of rankings and seasons: `s1` runs, `s2` follows it, and `over` is closed already. */
export const rankingCases = async (api: Api, { key, ana, caro, backend }: Given): Promise<Case[]> => {
  const { redis, keys } = api;
  const season = { names: inAll("Primavera"), startsAt: FROM, endsAt: FROM + 3_600_000 };
  const next = { ...season, startsAt: season.endsAt, endsAt: season.endsAt + 3_600_000 };
  for (const part of ["seasons", "season:s1", "season:s2", "season:s9"]) {
    const left = keys.of("ranking", part);
    await redis.run(left, ["DEL", left]);
  }
  await api.backend("PUT", "/v1/seasons/s1", season);
  await api.backend("PUT", "/v1/seasons/s2", next);
  const over = keys.of("ranking", "season:over");
  const asked = JSON.stringify({ season: "over", ...season, brackets: [] });
  const fields = [
    "d",
    asked,
    "print",
    "-",
    "startsAt",
    "1",
    "endsAt",
    "2",
    "state",
    "closed",
    "since",
    "2",
    "step",
    "9",
  ];
  await redis.run(over, ["HSET", over, ...fields]);
  const spoil = (spoilt: string) => async (): Promise<void> => {
    await redis.run(spoilt, ["DEL", spoilt]);
    await redis.run(spoilt, ["RPUSH", spoilt, "spoilt"]);
  };
  const broken = (operation: string, method: string, path: string, spoilt: string, body?: unknown): Case => ({
    ...{ operation, outcome: "internal", method, path, body, headers: key, before: spoil(spoilt) },
  });
  const top = keys.of("ranking", "top:all|r:zz");
  const record = keys.of("ranking", "season:s9");
  const list = keys.of("ranking", "seasons");
  return [
    ...backend("getRanking", "GET", "/v1/rankings?season=ever&limit=5", undefined, [
      ["success", "/v1/rankings"],
      ["success", "/v1/rankings?season=over&region=MX&language=en"],
      ["success", "/v1/rankings?offset=10", undefined, ana],
      ["bad-request", "/v1/rankings?limit=101"],
      ["season-not-found", "/v1/rankings?season=s8"],
    ]),
    ...backend("getRankingAround", "GET", "/v1/guilds/g1/ranking?limit=2", undefined, [
      ["bad-request", "/v1/guilds/g1/ranking?limit=51"],
      ["season-not-found", "/v1/guilds/g1/ranking?season=s8"],
      ["guild-not-found", "/v1/guilds/g0/ranking"],
    ]),
    ...backend("getContributions", "GET", "/v1/guilds/g1/contributions?season=ever", undefined, [
      ["success", "/v1/guilds/g1/contributions", undefined, ana],
      ["bad-request", "/v1/guilds/g1/contributions?limit=0"],
      ["season-not-found", "/v1/guilds/g1/contributions?season=s8"],
      ["guild-not-found", "/v1/guilds/g0/contributions"],
      ["not-member", "/v1/guilds/g1/contributions", undefined, caro],
      ["internal", "/v1/guilds/broken/contributions"],
    ]),
    ...backend("putSeason", "PUT", "/v1/seasons/s2", next, [
      ["bad-request", "/v1/seasons/s2", { ...next, endsAt: next.startsAt }],
      ["bad-request", "/v1/seasons/current", next],
      ["season-overlaps", "/v1/seasons/s3", next],
      ["season-settled", "/v1/seasons/over", season],
    ]),
    ...backend("getSeason", "GET", "/v1/seasons/s1", undefined, [
      ["success", "/v1/seasons/current", undefined, ana],
      ["success", "/v1/seasons/over"],
      ["bad-request", "/v1/seasons/ever"],
      ["season-not-found", "/v1/seasons/s8"],
    ]),
    ...backend("listSeasons", "GET", "/v1/seasons?limit=3", undefined, [["bad-request", "/v1/seasons?limit=0"]]),
    broken("getRanking", "GET", "/v1/rankings?season=ever&region=ZZ", top),
    broken("getRankingAround", "GET", "/v1/guilds/g1/ranking?season=ever&region=ZZ", top),
    broken("getSeason", "GET", "/v1/seasons/s9", record),
    broken("putSeason", "PUT", "/v1/seasons/s9", record, {
      ...next,
      startsAt: next.endsAt,
      endsAt: next.endsAt + 1_000,
    }),
    broken("listSeasons", "GET", "/v1/seasons", list),
  ];
};
