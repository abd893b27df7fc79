import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

type Given = {
  ana: Record<string, string>;
  caro: Record<string, string>;
  backend: ReturnType<typeof makeBackendCases>;
};

/** Of what may be written, on the world of `allCases` after `moderationCases`: ana is a plain member of circle m1, and caro is not in g1. */
export const ruleCases = async ({ redis, keys }: Api, { ana, caro, backend }: Given): Promise<Case[]> => {
  const of = "/v1/channels/guild:g1/rules";
  const nobody: [string, string][] = [
    ["bad-request", "/v1/channels/guild:/rules"],
    ["guild-not-found", "/v1/channels/guild:g0/rules"],
    ["channel-not-found", "/v1/channels/team:t0/rules"],
    ["internal", "/v1/channels/guild:broken/rules"],
  ];
  const spoil = async (owner = "studio", part = "rules"): Promise<void> => {
    const key = keys.of(owner, part);
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["RPUSH", key, "spoilt"]);
  };
  await spoil("guild:broken", "pace");
  const broken = (operation: string, method: string, path: string, body?: object): Case[] =>
    backend(operation, method, path, body, [["internal", path]])
      .filter(({ outcome }) => outcome === "internal")
      .map((one) => ({ ...one, before: () => spoil() }));
  return [
    ...backend("getRules", "GET", of, undefined, nobody),
    ...backend("setRules", "PATCH", of, { links: "officers", minLevel: null }, [
      ["bad-request", of, { links: "friends" }],
      ...nobody.slice(1),
      ["not-member", of, { links: "all" }, caro],
      ["not-permitted", "/v1/channels/circle:m1/rules", { links: "all" }, ana],
    ]),
    ...backend("getStudioRules", "GET", "/v1/rules", undefined, []),
    ...backend("setStudioRules", "PATCH", "/v1/rules/guild", { minors: "free" }, [
      ["bad-request", "/v1/rules/guild", { filter: "off" }],
    ]),
    ...backend("setSwitch", "PUT", "/v1/switch", { mode: "off" }, [["bad-request", "/v1/switch", { mode: "on" }]]),
    ...broken("getStudioRules", "GET", "/v1/rules"),
    ...broken("setStudioRules", "PATCH", "/v1/rules/guild", { minors: "free" }),
    ...broken("setSwitch", "PUT", "/v1/switch", { mode: "off" }),
  ];
};
