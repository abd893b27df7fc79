import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";
import { inAll } from "../api-world.ts";

type Headers = Record<string, string>;

/** Of guilds that look for an opponent, in a world where ana leads g1, m1 is a member of g100, and caro has no guild. */
export const warQueueCases = (
  api: Api,
  { caro, m1, key, backend }: Record<"caro" | "m1" | "key", Headers> & { backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const path = "/v1/guilds/g1/war-seeking";
  const body = { nonce: "nonce-war-1", mode: "blitz" };
  const set = (owner: string, part: string, field: string, value: string) => async (): Promise<void> => {
    const hash = api.keys.of(owner, part);
    await api.redis.run(hash, ["HSET", hash, field, value]);
  };
  const unset = (owner: string, part: string, field: string) => async (): Promise<void> => {
    const hash = api.keys.of(owner, part);
    await api.redis.run(hash, ["HDEL", hash, field]);
  };
  const mode = (more: object) => set("warmodes", "modes", "odd", JSON.stringify({ name: inAll("Guerra"), ...more }));
  const one = (operation: string, outcome: string, method: string, more: Partial<Case>): Case => ({
    ...{ operation, outcome, method, path, headers: key },
    ...more,
  });
  const odd = { nonce: "nonce-war-2", mode: "odd" };
  const g100 = "/v1/guilds/g100/war-seeking";

  return [
    ...backend("seekWar", "POST", path, body, [
      ["success", path],
      ["bad-request", path, { ...body, nonce: "short" }],
      ["guild-not-found", "/v1/guilds/g0/war-seeking"],
      ["not-member", path, undefined, caro],
      ["not-permitted", g100, undefined, m1],
      ["war-mode-not-found", path, { ...body, mode: "none" }],
      ["war-seeking", path, { nonce: "nonce-war-3", mode: "friendly" }],
      ["key-reused", path, { ...body, mode: "friendly" }],
      ["internal", "/v1/guilds/broken/war-seeking"],
    ]),
    one("seekWar", "war-mode-disabled", "POST", { path: g100, body: odd, before: mode({ enabled: false }) }),
    one("seekWar", "too-few-ready", "POST", {
      ...{ path: g100, body: odd },
      before: mode({ activeLeast: 500 }),
    }),
    one("seekWar", "guild-at-war", "POST", {
      ...{ path: g100, body: { ...body, nonce: "nonce-war-4" } },
      before: () => Promise.all([set("guild:g100", "war", "war", "w1")(), unset("warmodes", "modes", "odd")()]),
    }),
    ...backend("getSeeking", "GET", path, undefined, [
      ["bad-request", "/v1/guilds/a%20b/war-seeking"],
      ["guild-not-found", "/v1/guilds/g0/war-seeking"],
      ["not-member", path, undefined, caro],
      ["internal", "/v1/guilds/broken/war-seeking"],
    ]),
    one("stopSeeking", "opponent-found", "DELETE", { before: set("warqueue", "found", "g1", "w1") }),
    one("stopSeeking", "not-member", "DELETE", { headers: caro, before: unset("warqueue", "found", "g1") }),
    ...backend("stopSeeking", "DELETE", path, undefined, [
      ["bad-request", "/v1/guilds/a%20b/war-seeking"],
      ["guild-not-found", "/v1/guilds/g0/war-seeking"],
      ["not-member", path, undefined, caro],
      ["not-permitted", g100, undefined, m1],
      ["internal", "/v1/guilds/broken/war-seeking"],
    ]),
  ];
};
