import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

/** Of being in a match. */
export const matchCases = (
  api: Api,
  { beto, backend }: { beto: Record<string, string>; backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const until = Date.now() + 600_000;
  const awaited = api.keys.of("player:ana", "awaited");
  const presence = api.keys.of("player:ana", "presence");
  const spoil = async (): Promise<void> => {
    await api.redis.run(awaited, ["HSET", awaited, "spoilt", "spoilt"]);
    await api.redis.run(presence, ["HSET", presence, "s1", JSON.stringify({ matchUntil: until })]);
  };
  const mend = async (): Promise<void> => {
    await api.redis.run(awaited, ["DEL", awaited]);
    await api.redis.run(presence, ["HDEL", presence, "s1"]);
  };
  const internal = (cases: Case[]): Case[] =>
    cases.map((one) =>
      // What succeeds is also done where nothing can be done before it.
      one.outcome === "success" ? one : { ...one, before: one.outcome === "internal" ? spoil : mend },
    );
  return internal([
    ...backend("putMatch", "PUT", "/v1/players/ana/match", { until, match: "m1" }, [
      ["internal", "/v1/players/ana/match"],
      ["bad-request", "/v1/players/ana/match", { until: "soon" }],
      ["player-not-found", "/v1/players/nadie/match"],
    ]),
    ...backend("getBadge", "GET", "/v1/players/ana/badge", undefined, [
      ["internal", "/v1/players/ana/badge"],
      ["bad-request", "/v1/players/a%20b%00/badge"],
      ["not-permitted", "/v1/players/ana/badge", undefined, beto],
    ]),
    ...backend("endMatch", "DELETE", "/v1/players/ana/match", undefined, [
      ["internal", "/v1/players/ana/match"],
      ["bad-request", "/v1/players/ana/match?match=a%20b"],
      ["player-not-found", "/v1/players/nadie/match"],
    ]),
  ]);
};
