import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";
import { inAll } from "../api-world.ts";

type Headers = Record<string, string>;

/** Of modes and line-ups, in a world where ana leads g1, beto is of it, m1 a member of g100, and caro has no guild. */
export const lineUpCases = (
  api: Api,
  {
    beto,
    caro,
    m1,
    key,
    backend,
  }: Record<"beto" | "caro" | "m1" | "key", Headers> & { backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const mode = { name: inAll("Guerra"), minutes: 60 };
  const modes = api.keys.of("warmodes", "modes");
  const many = Array.from({ length: 50 }, (_, index) => `many-${index}`);
  const full = () => api.redis.run(modes, ["HSET", modes, ...many.flatMap((id) => [id, JSON.stringify(mode)])]);
  const free = () => api.redis.run(modes, ["HDEL", modes, ...many]);
  const spoilt = async (): Promise<void> => {
    await api.redis.run(modes, ["DEL", modes]);
    await api.redis.run(modes, ["RPUSH", modes, "spoilt"]);
  };
  const war = api.keys.of("guild:g1", "war");
  const locked = () => api.redis.run(war, ["HSET", war, "war", "w1", "lockAt", "1"]);
  const peace = () => api.redis.run(war, ["DEL", war]);
  const lineUp = "/v1/guilds/g1/line-up";
  const hours = "/v1/guilds/g1/war-hours";
  const one = (operation: string, outcome: string, method: string, path: string, more: Partial<Case>): Case => ({
    ...{ operation, outcome, method, path, headers: key },
    ...more,
  });

  return [
    ...backend("putWarMode", "PUT", "/v1/war-modes/quick", mode, [
      ["bad-request", "/v1/war-modes/quick", { ...mode, minutes: 0 }],
      ["bad-request", "/v1/war-modes/quick", { ...mode, lockMinutes: 90 }],
    ]),
    one("putWarMode", "war-modes-full", "PUT", "/v1/war-modes/more", { body: mode, before: full }),
    one("removeWarMode", "success", "DELETE", "/v1/war-modes/many-0", {}),
    ...backend("removeWarMode", "DELETE", "/v1/war-modes/many-1", undefined, [
      ["war-mode-not-found", "/v1/war-modes/classic"],
      ["bad-request", "/v1/war-modes/a%20b"],
    ]),
    one("removeWarMode", "war-mode-not-found", "DELETE", "/v1/war-modes/many-2", { before: free }),
    ...backend("listWarModes", "GET", "/v1/war-modes", undefined, [["success", "/v1/war-modes", undefined, caro]]),
    ...backend("getLineUp", "GET", `${lineUp}?mode=quick`, undefined, [
      ["bad-request", `${lineUp}?limit=501`],
      ["guild-not-found", "/v1/guilds/g0/line-up"],
      ["not-member", lineUp, undefined, caro],
      ["not-permitted", "/v1/guilds/g100/line-up", undefined, m1],
      ["war-mode-not-found", `${lineUp}?mode=none`],
      ["internal", "/v1/guilds/broken/line-up"],
    ]),
    ...backend("setWarReady", "PUT", `${lineUp}/beto`, { ready: false }, [
      ["success", `${lineUp}/me`, { ready: false }, beto],
      ["bad-request", `${lineUp}/beto`, {}],
      ["guild-not-found", "/v1/guilds/g0/line-up/beto"],
      ["not-member", `${lineUp}/caro`, undefined, caro],
      ["not-permitted", `${lineUp}/ana`, undefined, beto],
      ["member-not-found", `${lineUp}/caro`],
      ["internal", "/v1/guilds/broken/line-up/beto"],
    ]),
    ...backend("pickLineUp", "PUT", lineUp, { players: ["ana"] }, [
      ["bad-request", lineUp, { players: ["ana", "ana"] }],
      ["guild-not-found", "/v1/guilds/g0/line-up"],
      ["not-member", lineUp, undefined, caro],
      ["not-permitted", "/v1/guilds/g100/line-up", undefined, m1],
      ["member-not-found", lineUp, { players: ["caro"] }],
      ["member-out", lineUp, { players: ["beto"] }],
      ["internal", "/v1/guilds/broken/line-up"],
    ]),
    one("pickLineUp", "war-locked", "PUT", lineUp, { body: { players: [] }, before: locked }),
    one("setWarReady", "war-locked", "PUT", `${lineUp}/beto`, { body: { ready: true } }),
    one("pickLineUp", "bad-request", "PUT", lineUp, { body: { players: "all" }, before: peace }),
    one("setWarReady", "success", "PUT", `${lineUp}/beto`, { body: { ready: true } }),
    one("pickLineUp", "success", "PUT", lineUp, { body: { players: [] } }),
    ...backend("setWarHours", "PUT", hours, { hour: 21, zone: "America/Lima" }, [
      ["bad-request", hours, { zone: "Mars/Olympus" }],
      ["guild-not-found", "/v1/guilds/g0/war-hours"],
      ["not-member", hours, undefined, caro],
      ["not-permitted", "/v1/guilds/g100/war-hours", undefined, m1],
      ["internal", "/v1/guilds/broken/war-hours"],
    ]),
    one("putWarMode", "internal", "PUT", "/v1/war-modes/quick", { body: mode, before: spoilt }),
    one("removeWarMode", "internal", "DELETE", "/v1/war-modes/quick", {}),
    one("listWarModes", "internal", "GET", "/v1/war-modes", {}),
  ];
};
