import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

/** Of what is told by push. */
export const pushSettingsCases = (
  api: Api,
  { beto, backend }: { beto: Record<string, string>; backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const policy = api.keys.of("studio", "pushpolicy");
  const spoil = async (): Promise<void> => {
    await api.redis.run(policy, ["DEL", policy]);
    await api.redis.run(policy, ["RPUSH", policy, "spoilt"]);
  };
  const mend = async (): Promise<void> => {
    await api.redis.run(policy, ["DEL", policy]);
  };
  const onPolicy = (cases: Case[]): Case[] =>
    cases.map((one) =>
      // What succeeds is also done where nothing can be done before it.
      one.outcome === "success" ? one : { ...one, before: one.outcome === "internal" ? spoil : mend },
    );
  const all = Object.fromEntries(
    Array.from({ length: LIMITS.channelPreferences }, (_, n) => [`circle:p${n}`, { push: "none" }]),
  );
  return [
    ...backend("changePreferences", "PATCH", "/v1/players/ana/preferences", { channels: all }, [
      ["bad-request", "/v1/players/ana/preferences", { doNotDisturbForMs: -1 }],
      ["bad-request", "/v1/players/ana/preferences", { channels: { "world:1": { push: "all" } } }],
      ["preferences-full", "/v1/players/ana/preferences", { channels: { "guild:g1": { push: "none" } } }],
      ["player-not-found", "/v1/players/nadie/preferences"],
      ["not-permitted", "/v1/players/ana/preferences", { push: "none" }, beto],
      ["internal", "/v1/players/broken/preferences", { push: "none" }],
    ]),
    ...backend("getPreferences", "GET", "/v1/players/ana/preferences", undefined, [
      ["bad-request", "/v1/players/a%20b/preferences"],
      ["player-not-found", "/v1/players/nadie/preferences"],
      ["not-permitted", "/v1/players/ana/preferences", undefined, beto],
      ["internal", "/v1/players/broken/preferences"],
    ]),
    ...onPolicy([
      ...backend("putPushPolicy", "PUT", "/v1/push-policy", { importance: { chatter: "silent" } }, [
        ["internal", "/v1/push-policy"],
        ["bad-request", "/v1/push-policy", { importance: { thunder: "silent" } }],
      ]),
      ...backend("getPushPolicy", "GET", "/v1/push-policy", undefined, [["internal", "/v1/push-policy"]]),
    ]),
  ];
};
