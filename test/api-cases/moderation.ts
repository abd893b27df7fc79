import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import { bearer, type Case, type makeBackendCases, type makePlayerCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Given = {
  key: Headers;
  ana: Headers;
  beto: Headers;
  caro: Headers;
  backend: ReturnType<typeof makeBackendCases>;
  player: ReturnType<typeof makePlayerCases>;
};

/** Of sanctions, blocks and the audit log, on the world of `allCases`, in which beto is an officer of g1 and caro is not in it. */
export const moderationCases = async (api: Api, { ana, beto, caro, backend, player }: Given): Promise<Case[]> => {
  const { redis, keys } = api;
  const spoil = async (owner: string, parts: readonly string[]): Promise<void> => {
    for (const part of parts) {
      const key = keys.of(owner, part);
      await redis.run(key, ["DEL", key]);
      await redis.run(key, ["RPUSH", key, "spoilt"]);
    }
  };
  await spoil("guild:broken", ["audit", "bans", "numbers"]);
  await spoil("team:broken", ["info", "members", "bans"]);
  await spoil("player:broken", ["audit", "standing", "blocks"]);
  await api.backend("PUT", "/v1/channels/circle:m1", { name: "Pesca", capacity: 10 });
  for (const name of ["kicked", "outcast", "expelled"]) await api.backend("PATCH", `/v1/players/${name}`, { name });
  for (const name of ["kicked", "ana"]) await api.backend("PUT", `/v1/channels/circle:m1/members/${name}`, {});
  await api.backend("PUT", "/v1/channels/circle:m1/bans/outcast", { reason: "spam" });
  await api.backend("PUT", "/v1/players/expelled/ban", { reason: "cheats" });
  const blocks = keys.of("player:blocker", "blocks");
  const many = Array.from({ length: LIMITS.blocks }, (_, n) => [`p${n}`, "1"]).flat();
  await redis.run(blocks, ["HSET", blocks, ...many]);
  await api.backend("PUT", "/v1/channels/circle:m2", { name: "Caza", capacity: 10 });
  const bans = keys.of("circle:m2", "bans");
  await redis.run(bans, ["HSET", bans, ...Array.from({ length: LIMITS.bans }, (_, n) => [`p${n}`, "{}"]).flat()]);
  const blocker = await bearer("blocker");

  const why = { reason: "spam" };
  const purge = { nonce: "nonce-of-purge", ...why };
  const mute = { until: Date.now() + 60_000, ...why };
  const expelled = await bearer("expelled");
  const byRight = (path: string, of: string): [string, string, undefined, Headers][] => [
    ["not-member", `${path}/${of}`, undefined, caro],
    ["not-permitted", `${path}/ana`, undefined, beto],
  ];
  const inGame = (operation: string, method: string, path: string, body?: object): Case[] =>
    backend(operation, method, `/v1/players/beto/${path}`, body, [
      ["bad-request", `/v1/players/b%20b/${path}`],
      ["player-not-found", `/v1/players/nadie/${path}`],
      ["internal", `/v1/players/broken/${path}`],
    ]);
  const linked = (operation: string, path: string): Case => ({
    ...{ operation, outcome: "player-linked", method: "PUT", path: `/v1/players/gil/${path}`, body: why },
    ...{ headers: { "x-api-key": api.apiKeys[1] } },
  });
  return [
    ...backend("muteMember", "PUT", "/v1/channels/guild:g1/mutes/beto", mute, [
      ["bad-request", "/v1/channels/guild:g1/mutes/beto", { ...mute, until: 1 }],
      ["guild-not-found", "/v1/channels/guild:g0/mutes/beto"],
      ["channel-not-found", "/v1/channels/team:t0/mutes/beto"],
      ["member-not-found", "/v1/channels/guild:g1/mutes/nadie"],
      ...byRight("/v1/channels/guild:g1/mutes", "beto"),
      ["internal", "/v1/channels/guild:broken/mutes/beto"],
    ]),
    ...backend("unmuteMember", "DELETE", "/v1/channels/guild:g1/mutes/beto", undefined, [
      ["bad-request", "/v1/channels/guild:g1/mutes/b%20b"],
      ["guild-not-found", "/v1/channels/guild:g0/mutes/beto"],
      ["channel-not-found", "/v1/channels/team:t0/mutes/beto"],
      ["member-not-found", "/v1/channels/guild:g1/mutes/nadie"],
      ...byRight("/v1/channels/guild:g1/mutes", "beto"),
      ["internal", "/v1/channels/guild:broken/mutes/beto"],
    ]),
    ...backend("kickMember", "POST", "/v1/channels/circle:m1/kicks/kicked", why, [
      ["bad-request", "/v1/channels/circle:m1/kicks/kicked", {}],
      ["channel-not-found", "/v1/channels/team:t0/kicks/kicked"],
      ["member-not-found", "/v1/channels/circle:m1/kicks/nadie"],
      ["not-member", "/v1/channels/circle:m1/kicks/ana", why, caro],
      ["not-permitted", "/v1/channels/circle:m1/kicks/ana", why, ana],
      ["internal", "/v1/channels/team:broken/kicks/ana"],
    ]),
    ...backend("banFromChannel", "PUT", "/v1/channels/circle:m1/bans/kicked", why, [
      ["bad-request", "/v1/channels/circle:m1/bans/kicked", { ...why, until: 1 }],
      ["channel-not-found", "/v1/channels/team:t0/bans/kicked"],
      ["not-member", "/v1/channels/circle:m1/bans/ana", why, caro],
      ["not-permitted", "/v1/channels/circle:m1/bans/ana", why, ana],
      ["bans-full", "/v1/channels/circle:m2/bans/kicked"],
      ["internal", "/v1/channels/team:broken/bans/ana"],
    ]),
    ...backend("listChannelBans", "GET", "/v1/channels/circle:m1/bans", undefined, [
      ["bad-request", "/v1/channels/m1/bans"],
      ["guild-not-found", "/v1/channels/guild:g0/bans"],
      ["channel-not-found", "/v1/channels/team:t0/bans"],
      ["not-member", "/v1/channels/circle:m1/bans", undefined, caro],
      ["not-permitted", "/v1/channels/circle:m1/bans", undefined, ana],
      ["internal", "/v1/channels/guild:broken/bans"],
    ]),
    ...backend("unbanFromChannel", "DELETE", "/v1/channels/circle:m1/bans/kicked", undefined, [
      ["bad-request", "/v1/channels/circle:m1/bans/b%20b"],
      ["channel-not-found", "/v1/channels/team:t0/bans/kicked"],
      ["not-member", "/v1/channels/circle:m1/bans/kicked", undefined, caro],
      ["not-permitted", "/v1/channels/circle:m1/bans/kicked", undefined, ana],
      ["internal", "/v1/channels/team:broken/bans/ana"],
    ]),
    {
      ...{ operation: "putChannelMember", outcome: "banned", method: "PUT" },
      ...{ path: "/v1/channels/circle:m1/members/outcast", body: {}, headers: { "x-api-key": api.apiKeys[1] } },
    },
    ...backend("deleteAllBy", "POST", "/v1/channels/guild:g1/members/beto/purges", purge, [
      ["bad-request", "/v1/channels/guild:g1/members/beto/purges", why],
      ["key-reused", "/v1/channels/guild:g1/members/ana/purges"],
      ["guild-not-found", "/v1/channels/guild:g0/members/beto/purges"],
      ["channel-not-found", "/v1/channels/team:t0/members/beto/purges"],
      ["member-not-found", "/v1/channels/circle:m1/members/nadie/purges"],
      ["not-member", "/v1/channels/guild:g1/members/beto/purges", purge, caro],
      ["not-permitted", "/v1/channels/guild:g1/members/ana/purges", purge, beto],
      ["internal", "/v1/channels/guild:broken/members/beto/purges"],
    ]),
    ...backend("deleteAllInGame", "POST", "/v1/players/beto/purges", purge, [
      ["bad-request", "/v1/players/beto/purges", why],
      ["player-not-found", "/v1/players/nadie/purges"],
      ["internal", "/v1/players/broken/purges"],
    ]),
    ...inGame("muteInGame", "PUT", "mute", why),
    linked("muteInGame", "mute"),
    ...inGame("unmuteInGame", "DELETE", "mute"),
    ...inGame("banFromGame", "PUT", "ban", why),
    linked("banFromGame", "ban"),
    ...backend("kickFromGame", "POST", "/v1/players/beto/kick", why, [
      ["bad-request", "/v1/players/beto/kick", {}],
      ["player-not-found", "/v1/players/nadie/kick"],
      ["internal", "/v1/players/broken/kick"],
    ]),
    { ...linked("kickFromGame", "kick"), method: "POST" },
    ...inGame("unbanFromGame", "DELETE", "ban"),
    ...backend("getStanding", "GET", "/v1/players/beto/standing", undefined, [
      ["bad-request", "/v1/players/b%20b/standing"],
      ["internal", "/v1/players/broken/standing"],
    ]),
    ...player("blockPlayer", "PUT", "/v1/me/blocks/beto", undefined, [
      ["bad-request", ana, "/v1/me/blocks/me"],
      ["blocks-full", blocker],
    ]),
    ...player("listBlocked", "GET", "/v1/me/blocks", undefined, []),
    ...player("unblockPlayer", "DELETE", "/v1/me/blocks/beto", undefined, [
      ["bad-request", ana, "/v1/me/blocks/b%20b"],
    ]),
    ...backend("getAudit", "GET", "/v1/channels/guild:g1/audit?limit=2", undefined, [
      ["bad-request", "/v1/channels/guild:g1/audit?limit=0"],
      ["guild-not-found", "/v1/channels/guild:g0/audit"],
      ["channel-not-found", "/v1/channels/team:t0/audit"],
      ["not-member", "/v1/channels/guild:g1/audit", undefined, caro],
      ["not-permitted", "/v1/channels/circle:m1/audit", undefined, ana],
      ["internal", "/v1/channels/guild:broken/audit"],
    ]),
    ...backend("getPlayerAudit", "GET", "/v1/players/beto/audit", undefined, [
      ["bad-request", "/v1/players/beto/audit?after=x"],
      ["internal", "/v1/players/broken/audit"],
    ]),
    {
      ...{ operation: "join", outcome: "banned", method: "POST", path: "/v1/join" },
      ...{ body: { protocol: 1 }, headers: expelled },
    },
  ];
};
