import type { Api } from "./an-api.ts";
import { bearer, type Case, makeBackendCases, makePlayerCases, open } from "./api-case.ts";
import { broadcastCases } from "./api-cases/broadcasts.ts";
import { directoryCases } from "./api-cases/directory.ts";
import { eventsCases } from "./api-cases/events.ts";
import { guildLifeCases } from "./api-cases/guild-life.ts";
import { joiningCases } from "./api-cases/joining.ts";
import { lineUpCases } from "./api-cases/line-up.ts";
import { matchCases } from "./api-cases/matches.ts";
import { moderationCases } from "./api-cases/moderation.ts";
import { partyCases } from "./api-cases/parties.ts";
import { pinCases } from "./api-cases/pins.ts";
import { pushSettingsCases } from "./api-cases/push-settings.ts";
import { pushCases } from "./api-cases/pushes.ts";
import { rankingCases } from "./api-cases/ranking.ts";
import { reportCases } from "./api-cases/reports.ts";
import { rewardCases } from "./api-cases/rewards.ts";
import { ruleCases } from "./api-cases/rules.ts";
import { teamCases } from "./api-cases/teams.ts";
import { warQueueCases } from "./api-cases/war-queue.ts";
import { warCases } from "./api-cases/wars.ts";
import { aCard, inAll } from "./api-world.ts";

const phone = { kind: "fid", target: "target-of-the-phone", platform: "android" };

/**
 * What makes every operation succeed and fail in every way but an outage, in this order, on the world `prepare` made: guild `g1` of ana (leader), beto and dino; full
 * guild `g100`; `caro`, who has no guild; and a guild and a player named `broken`, whose records somebody spoilt.
 */
export const allCases = async (api: Api): Promise<Case[]> => {
  const key = { "x-api-key": api.apiKeys[1] };
  const [ana, beto, caro, broken, expired] = [
    await bearer("ana"),
    await bearer("beto"),
    await bearer("caro"),
    await bearer("broken"),
    await bearer("ana", { lifeS: -60 }),
  ];
  const backend = makeBackendCases(key, { expired });
  const player = makePlayerCases({ ana, broken, expired });

  const phrases = api.keys.of("studio", "phrases");
  const spoilPhrases = async (): Promise<void> => {
    await api.redis.run(phrases, ["DEL", phrases]);
    await api.redis.run(phrases, ["RPUSH", phrases, "spoilt"]);
  };
  const myPhrases = (outcome: string, headers: Record<string, string> | undefined, path = "/v1/me/phrases"): Case => ({
    ...{ operation: "getMyPhrases", outcome, method: "GET", path },
    ...(headers === undefined ? {} : { headers }),
  });
  const broke = (operation: string, method: string, path: string, body?: unknown): Case => ({
    ...{ operation, outcome: "internal", method, path, body, headers: key, before: spoilPhrases },
  });
  const spoilEvents = async (): Promise<void> => {
    const key = api.keys.inBucket(7, "earning-events");
    await api.redis.run(key, ["DEL", key]);
    await api.redis.run(key, ["RPUSH", key, "spoilt"]);
  };
  const happened = { id: "match-1", event: "match-won", player: "ana", with: ["beto"], value: 1_200 };
  const earning = { zone: "America/Bogota", rules: [{ event: "match-won", player: { points: 5 } }] };
  const move = { key: "k1", amount: 10, reason: "quest" };
  const say = { nonce: "nonce-0001", text: "hola" };
  const card = { nonce: "nonce-0002", card: aCard };
  const guild = { id: "g2", name: "Nuevo", tag: "NUE", leader: "caro" };
  return [
    open("health", "/health"),
    open("ready", "/ready"),
    open("openapi", "/v1/openapi.json"),

    ...backend("createGuild", "POST", "/v1/guilds", guild, [
      ["bad-request", "/v1/guilds", { ...guild, extra: 1 }],
      ["guild-exists", "/v1/guilds", { ...guild, id: "g1", leader: "elsa" }],
      ["already-in-guild", "/v1/guilds", { ...guild, id: "g3", leader: "ana" }],
      ["player-not-found", "/v1/guilds", { ...guild, id: "g3", leader: "nadie" }],
      ["internal", "/v1/guilds", { ...guild, id: "broken", leader: "elsa" }],
      ["not-permitted", "/v1/guilds", { ...guild, id: "g4", leader: "elsa" }, ana],
    ]),
    ...backend("removeMember", "DELETE", "/v1/guilds/g1/members/dino?how=kicked&reason=spam", undefined, [
      ["bad-request", "/v1/guilds/g1/members/dino?how=eaten"],
      ["bad-request", "/v1/guilds/g1/members/dino?how=kicked"],
      ["guild-not-found", "/v1/guilds/g0/members/dino"],
      ["member-not-found", "/v1/guilds/g1/members/dino"],
      ["last-leader", "/v1/guilds/g1/members/ana"],
      ["not-member", "/v1/guilds/g1/members/beto?reason=spam", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/members/ana?reason=spam", undefined, beto],
      ["internal", "/v1/guilds/broken/members/ana"],
    ]),
    ...backend("getGuild", "GET", "/v1/guilds/g1", undefined, [
      ["bad-request", "/v1/guilds/a%20b"],
      ["guild-not-found", "/v1/guilds/g0"],
      ["internal", "/v1/guilds/broken"],
    ]),
    ...backend("changeGuild", "PATCH", "/v1/guilds/g1", { name: "Lobos" }, [
      ["bad-request", "/v1/guilds/g1", { name: "" }],
      ["not-member", "/v1/guilds/g1", undefined, caro],
      ["not-permitted", "/v1/guilds/g1", undefined, beto],
      ["guild-not-found", "/v1/guilds/g0"],
      ["internal", "/v1/guilds/broken"],
    ]),
    ...backend("setRank", "PUT", "/v1/guilds/g1/members/beto/rank", { rank: "recruit" }, [
      ["bad-request", "/v1/guilds/g1/members/beto/rank", { rank: "king" }],
      ["guild-not-found", "/v1/guilds/g0/members/beto/rank"],
      ["member-not-found", "/v1/guilds/g1/members/nadie/rank"],
      ["last-leader", "/v1/guilds/g1/members/ana/rank"],
      ["not-member", "/v1/guilds/g1/members/beto/rank", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/members/ana/rank", undefined, beto],
      ["internal", "/v1/guilds/broken/members/ana/rank"],
    ]),
    ...backend("getPermissions", "GET", "/v1/guilds/g1/permissions", undefined, [
      ["bad-request", "/v1/guilds/a%20b/permissions"],
      ["guild-not-found", "/v1/guilds/g0/permissions"],
      ["internal", "/v1/guilds/broken/permissions"],
    ]),
    ...backend("setPermissions", "PUT", "/v1/guilds/g1/permissions", { permissions: { kick: ["officer"] } }, [
      ["bad-request", "/v1/guilds/g1/permissions", { permissions: { fly: ["officer"] } }],
      ["guild-not-found", "/v1/guilds/g0/permissions"],
      ["not-member", "/v1/guilds/g1/permissions", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/permissions", undefined, beto],
      ["internal", "/v1/guilds/broken/permissions"],
    ]),
    ...backend("linkPlayer", "POST", "/v1/players/gil/link", { account: "gilda" }, [
      ["bad-request", "/v1/players/gil/link", { account: "" }],
      ["player-not-found", "/v1/players/nadie/link"],
      ["player-linked", "/v1/players/gil/link", { account: "other" }],
      ["already-in-guild", "/v1/players/beto/link", { account: "m0" }],
      ["link-under-way", "/v1/players/busy/link", { account: "other" }],
      ["internal", "/v1/players/broken/link"],
    ]),
    ...backend("putMember", "PUT", "/v1/guilds/g1/members/beto", { rank: "officer" }, [
      ["bad-request", "/v1/guilds/g1/members/beto", { rank: "king" }],
      ["guild-not-found", "/v1/guilds/g0/members/dino"],
      ["player-not-found", "/v1/guilds/g1/members/nadie"],
      ["guild-full", "/v1/guilds/g100/members/dino"],
      ["already-in-guild", "/v1/guilds/g2/members/beto"],
      ["banned", "/v1/guilds/j1/members/vetado"],
      ["player-linked", "/v1/guilds/g1/members/gil"],
      ["last-leader", "/v1/guilds/g1/members/ana", { rank: "member" }],
      ["internal", "/v1/guilds/broken/members/elsa"],
    ]),

    ...(await guildLifeCases(api)),
    ...backend("getPlayer", "GET", "/v1/players/ana", undefined, [
      ["bad-request", "/v1/players/ana%40example.com"],
      ["player-not-found", "/v1/players/nadie"],
      ["internal", "/v1/players/broken"],
    ]),
    ...backend("changePlayer", "PATCH", "/v1/players/ana", { level: 4 }, [
      ["bad-request", "/v1/players/ana", { level: "four" }],
      ["player-not-found", "/v1/players/nadie"],
      ["internal", "/v1/players/broken"],
    ]),
    ...backend("moveGuildPoints", "POST", "/v1/guilds/g1/points", { ...move, member: "ana" }, [
      ["bad-request", "/v1/guilds/g1/points", { ...move, amount: 0 }],
      ["guild-not-found", "/v1/guilds/g0/points"],
      ["member-not-found", "/v1/guilds/g1/points", { ...move, key: "k2", member: "caro" }],
      ["points-insufficient", "/v1/guilds/g1/points", { ...move, key: "k3", amount: -1000 }],
      ["key-reused", "/v1/guilds/g1/points", { ...move, amount: 11 }],
      ["key-too-old", "/v1/guilds/g1/points", { ...move, key: "k4", at: 1 }],
      ["internal", "/v1/guilds/broken/points"],
    ]),
    ...backend("getGuildPoints", "GET", "/v1/guilds/g1/points", undefined, [
      ["bad-request", "/v1/guilds/a%20b/points"],
      ["guild-not-found", "/v1/guilds/g0/points"],
      ["internal", "/v1/guilds/broken/points"],
    ]),
    ...backend("movePlayerPoints", "POST", "/v1/players/ana/points", move, [
      ["bad-request", "/v1/players/ana/points", { ...move, member: "ana" }],
      ["player-not-found", "/v1/players/nadie/points"],
      ["points-insufficient", "/v1/players/ana/points", { ...move, key: "k3", amount: -1000 }],
      ["key-reused", "/v1/players/ana/points", { ...move, reason: "other" }],
      ["key-too-old", "/v1/players/ana/points", { ...move, key: "k4", at: 1 }],
      ["internal", "/v1/players/broken/points"],
    ]),
    ...backend("getGuildEntries", "GET", "/v1/guilds/g1/points/entries?limit=5", undefined, [
      ["bad-request", "/v1/guilds/g1/points/entries?before=yesterday"],
      ["guild-not-found", "/v1/guilds/g0/points/entries"],
      ["not-member", "/v1/guilds/g1/points/entries", undefined, caro],
      ["internal", "/v1/guilds/broken/points/entries"],
    ]),
    ...backend("getPlayerEntries", "GET", "/v1/players/ana/points/entries", undefined, [
      ["bad-request", "/v1/players/ana/points/entries?limit=101"],
      ["player-not-found", "/v1/players/nadie/points/entries"],
      ["not-permitted", "/v1/players/ana/points/entries", undefined, beto],
      ["internal", "/v1/players/broken/points/entries"],
    ]),
    ...backend("reverseGuildPoints", "POST", "/v1/guilds/g1/points/reversals", { key: "k1", reason: "mistake" }, [
      ["bad-request", "/v1/guilds/g1/points/reversals", { key: "k1" }],
      ["movement-not-found", "/v1/guilds/g1/points/reversals", { key: "k9", reason: "mistake" }],
      ["points-insufficient", "/v1/guilds/g1/points/reversals", { key: "spent-1", reason: "mistake" }],
      ["internal", "/v1/guilds/broken/points/reversals"],
    ]),
    ...backend("reversePlayerPoints", "POST", "/v1/players/ana/points/reversals", { key: "k1", reason: "mistake" }, [
      ["bad-request", "/v1/players/ana/points/reversals", { key: "~out:k1", reason: "mistake" }],
      ["movement-not-found", "/v1/players/ana/points/reversals", { key: "k9", reason: "mistake" }],
      ["points-insufficient", "/v1/players/ana/points/reversals", { key: "spent-1", reason: "mistake" }],
      ["internal", "/v1/players/broken/points/reversals"],
    ]),
    ...backend("getPlayerPoints", "GET", "/v1/players/ana/points", undefined, [
      ["bad-request", "/v1/players/a%20b/points"],
      ["player-not-found", "/v1/players/nadie/points"],
      ["internal", "/v1/players/broken/points"],
    ]),

    ...backend("putDevice", "PUT", "/v1/players/ana/devices/d1", phone, [
      ["bad-request", "/v1/players/ana/devices/d1", { ...phone, platform: "fridge" }],
      ["player-not-found", "/v1/players/nadie/devices/d1"],
      ["internal", "/v1/players/broken/devices/d1"],
    ]),
    ...backend("getDevices", "GET", "/v1/players/ana/devices", undefined, [
      ["bad-request", "/v1/players/a%20b/devices"],
      ["player-not-found", "/v1/players/nadie/devices"],
      ["internal", "/v1/players/broken/devices"],
    ]),
    ...backend("removeDevice", "DELETE", "/v1/players/ana/devices/d1", undefined, [
      ["bad-request", "/v1/players/ana/devices/d%201"],
      ["device-not-found", "/v1/players/ana/devices/d1"],
      ["internal", "/v1/players/broken/devices/d1"],
    ]),
    ...backend("putPreferences", "PUT", "/v1/players/ana/preferences", { push: "important" }, [
      ["bad-request", "/v1/players/ana/preferences", { push: "loud" }],
      ["player-not-found", "/v1/players/nadie/preferences"],
      ["internal", "/v1/players/broken/preferences"],
    ]),
    ...pushSettingsCases(api, { beto, backend }),
    ...backend("getDecisions", "GET", "/v1/players/ana/decisions?limit=5", undefined, [
      ["success", "/v1/players/ana/decisions?locale=pt-BR&before=1795361818000-0"],
      ["bad-request", "/v1/players/ana/decisions?limit=0"],
      ["player-not-found", "/v1/players/nadie/decisions"],
      ["internal", "/v1/players/broken/decisions"],
    ]),

    ...backend("speak", "POST", "/v1/channels/guild:g1/messages", say, [
      ["bad-request", "/v1/channels/guild:g1/messages", { ...say, template: "maintenance" }],
      ["text-empty", "/v1/channels/guild:g1/messages", { ...say, text: " \u200b " }],
      ["text-too-long", "/v1/channels/guild:g1/messages", { ...say, text: "ñ".repeat(501) }],
      ["text-not-allowed", "/v1/channels/guild:g1/messages", { ...say, text: "hola \u202e" }],
      ["template-unknown", "/v1/channels/guild:g1/messages", { nonce: say.nonce, template: "no-such" }],
      ["key-reused", "/v1/channels/guild:g1/messages", { ...say, text: "adiós" }],
      [
        "no-war",
        "/v1/channels/guild:g1/messages",
        { nonce: "nonce-of-war", text: "3 h", importance: "high", fighters: "attacks-left" },
      ],
      ["guild-not-found", "/v1/channels/guild:g0/messages"],
      ["channel-not-found", "/v1/channels/team:t0/messages"],
      ["internal", "/v1/channels/guild:broken/messages"],
    ]),

    ...backend("postCard", "POST", "/v1/channels/guild:g1/cards", card, [
      ["bad-request", "/v1/channels/guild:g1/cards", { ...card, card: { ...aCard, fallback: "words" } }],
      ["bad-request", "/v1/channels/guild:g1/cards", { nonce: "nonce-0003", card: { ...aCard, expiresAt: 1 } }],
      [
        "bad-request",
        "/v1/channels/guild:g1/cards",
        { nonce: "nonce-0003", card: { ...aCard, actions: [{ id: "take", webhook: true }] } },
      ],
      ["key-reused", "/v1/channels/guild:g1/cards", { ...card, card: { ...aCard, data: { item: 8 } } }],
      ["guild-not-found", "/v1/channels/guild:g0/cards"],
      ["channel-not-found", "/v1/channels/team:t0/cards"],
      ["internal", "/v1/channels/guild:broken/cards"],
    ]),
    ...backend("settleCard", "PATCH", "/v1/channels/guild:g1/cards/4", { closed: true, result: { replay: "r1" } }, [
      ["success", "/v1/channels/guild:g1/cards/4", { result: { replay: "r2" } }],
      ["bad-request", "/v1/channels/guild:g1/cards/4", {}],
      ["bad-request", "/v1/channels/guild:g1/cards/4", { closed: false }],
      ["bad-request", "/v1/channels/guild:g1/cards/four"],
      ["card-not-found", "/v1/channels/guild:g1/cards/1"],
      ["guild-not-found", "/v1/channels/guild:g0/cards/4"],
      ["channel-not-found", "/v1/channels/team:t0/cards/4"],
      ["internal", "/v1/channels/guild:broken/cards/4"],
    ]),
    ...backend("getCard", "GET", "/v1/channels/guild:g1/cards/4", undefined, [
      ["bad-request", "/v1/channels/guild:g1/cards/0"],
      ["card-not-found", "/v1/channels/guild:g1/cards/1"],
      ["guild-not-found", "/v1/channels/guild:g0/cards/4"],
      ["channel-not-found", "/v1/channels/team:t0/cards/4"],
      ["internal", "/v1/channels/guild:broken/cards/4"],
    ]),
    ...backend("deleteMessage", "DELETE", "/v1/channels/guild:g1/messages/4", undefined, [
      ["success", "/v1/channels/guild:g1/messages/4"],
      ["bad-request", "/v1/channels/guild:g1/messages/first"],
      ["entry-not-found", "/v1/channels/guild:g1/messages/1"],
      ["guild-not-found", "/v1/channels/guild:g0/messages/4"],
      ["channel-not-found", "/v1/channels/team:t0/messages/4"],
      ["internal", "/v1/channels/guild:broken/messages/4"],
    ]),
    ...backend("putChannel", "PUT", "/v1/channels/team:t1", { name: "Los cinco", capacity: 1 }, [
      ["success", "/v1/channels/team:t1", { name: "Otro nombre" }],
      ["bad-request", "/v1/channels/guild:g1"],
      ["bad-request", "/v1/channels/team:t1", { name: "" }],
      ["internal", "/v1/channels/team:broken"],
    ]),
    ...backend("getChannel", "GET", "/v1/channels/team:t1", undefined, [
      ["bad-request", "/v1/channels/team:"],
      ["channel-not-found", "/v1/channels/team:t0"],
      ["internal", "/v1/channels/team:broken"],
    ]),
    ...backend("putChannelMember", "PUT", "/v1/channels/team:t1/members/ana", {}, [
      ["success", "/v1/channels/team:t1/members/ana"],
      ["bad-request", "/v1/channels/team:t1/members/ana", { rank: "king" }],
      ["channel-not-found", "/v1/channels/team:t0/members/beto"],
      ["channel-full", "/v1/channels/team:t1/members/beto"],
      ["channels-full", "/v1/channels/team:t1/members/dino"],
      ["player-not-found", "/v1/channels/team:t1/members/nobody"],
      ["internal", "/v1/channels/team:broken/members/elsa"],
    ]),
    ...backend("removeChannelMember", "DELETE", "/v1/channels/team:t1/members/ana", undefined, [
      ["bad-request", "/v1/channels/team:t1/members/ana?how=fled"],
      ["bad-request", "/v1/channels/team:t1/members/ana?how=kicked"],
      ["channel-not-found", "/v1/channels/team:t0/members/ana"],
      ["member-not-found", "/v1/channels/team:t1/members/ana"],
      ["internal", "/v1/channels/team:broken/members/elsa"],
    ]),
    ...backend("setSlowMode", "PUT", "/v1/channels/guild:g1/slow-mode", { slowModeMs: 0 }, [
      ["bad-request", "/v1/channels/guild:g1/slow-mode", { slowModeMs: -1 }],
      ["guild-not-found", "/v1/channels/guild:g0/slow-mode"],
      ["channel-not-found", "/v1/channels/circle:c0/slow-mode"],
      ["internal", "/v1/channels/guild:broken/slow-mode"],
    ]),
    ...backend("getMessages", "GET", "/v1/channels/guild:g1/messages?limit=2&before=3", undefined, [
      ["bad-request", "/v1/channels/guild:g1/messages?limit=1000"],
      ["guild-not-found", "/v1/channels/guild:g0/messages"],
      ["channel-not-found", "/v1/channels/team:t0/messages"],
      ["internal", "/v1/channels/guild:broken/messages"],
    ]),

    ...(await moderationCases(api, { key, ana, beto, caro, backend, player })),
    ...(await pinCases(api, { backend })),
    ...(await ruleCases(api, { ana, caro, backend })),
    ...pushCases({ ana, player }),
    ...broadcastCases(api, { key, backend }),
    ...(await reportCases(api, { ana, caro, backend, player })),
    ...(await joiningCases(api, { ana, backend })),
    ...(await teamCases(api, { ana, backend })),
    ...(await partyCases(api, { backend })),

    ...player("join", "POST", "/v1/join", { protocol: 1 }, [
      ["bad-request", ana, "/v1/join", { protocol: "1" }],
      ["upgrade-required", ana, "/v1/join", { protocol: 0 }],
      ["no-guild", await bearer("solo")],
      ["not-member", ana, "/v1/join", { protocol: 1, channel: "guild:g2" }],
    ]),
    ...player("getMe", "GET", "/v1/me", undefined, [["success", await bearer("solo")]]),
    ...player("getMyChannels", "GET", "/v1/me/channels", undefined, [["success", await bearer("solo")]]),
    ...player("putMyDevice", "PUT", "/v1/me/devices/d2", phone, [["bad-request", ana, "/v1/me/devices/d2", [phone]]]),
    ...player("removeMyDevice", "DELETE", "/v1/me/devices/d2", undefined, [
      ["device-not-found", caro],
      ["bad-request", ana, "/v1/me/devices/d%202"],
    ]),
    ...player("putMyPreferences", "PUT", "/v1/me/preferences", { push: "none", previews: false }, [
      ["bad-request", ana, "/v1/me/preferences", "null"],
    ]),
    ...player("getMyPreferences", "GET", "/v1/me/preferences", undefined, []),

    ...backend("putPacks", "PUT", "/v1/players/ana/packs", { packs: ["wolves", "winter"] }, [
      ["bad-request", "/v1/players/ana/packs", { packs: ["two words"] }],
      ["player-not-found", "/v1/players/nadie/packs"],
      ["internal", "/v1/players/broken/packs"],
    ]),
    ...backend("getPacks", "GET", "/v1/players/ana/packs", undefined, [
      ["bad-request", "/v1/players/a%20b/packs"],
      ["player-not-found", "/v1/players/nadie/packs"],
      ["internal", "/v1/players/broken/packs"],
    ]),
    ...backend("putPhrase", "PUT", "/v1/phrases/p1", { texts: inAll("¡{who}!") }, [
      ["bad-request", "/v1/phrases/hello"],
      ["phrases-full", "/v1/phrases/one-more"],
    ]),
    ...backend("getPhrases", "GET", "/v1/phrases", undefined, []),
    myPhrases("success", ana),
    myPhrases("token-invalid", undefined),
    myPhrases("token-expired", expired),
    myPhrases("bad-request", ana, "/v1/me/phrases?versions=1"),
    ...backend("removePhrase", "DELETE", "/v1/phrases/p1", undefined, [
      ["bad-request", "/v1/phrases/p%201"],
      ["phrase-unknown", "/v1/phrases/p1"],
    ]),
    ...backend("tellEvents", "POST", "/v1/earning/events", { events: [happened] }, [
      ["success", "/v1/earning/events", { events: [{ ...happened, player: "nadie" }] }],
      ["bad-request", "/v1/earning/events", { events: [{ ...happened, event: "help-given" }] }],
      ["internal", "/v1/earning/events", { events: [{ ...happened, player: "broken" }] }],
    ]),
    ...warQueueCases(api, { caro, m1: await bearer("m1"), key, backend }),
    ...warCases(api, {
      ...{ caro: await bearer("a-stranger"), wame: await bearer("wame"), wbme: await bearer("wbme") },
      ...{ key, backend },
    }),
    ...matchCases(api, { beto, backend }),
    ...lineUpCases(api, { beto, caro, m1: await bearer("m1"), key, backend }),
    ...rewardCases(api, { ana, beto, caro, key, backend }),
    ...backend("getEarningRules", "GET", "/v1/earning/rules", undefined, []),
    ...backend("dryRunEarningRules", "POST", "/v1/earning/dry-run", earning, [
      ["bad-request", "/v1/earning/dry-run", { ...earning, zone: "Mars/Olympus" }],
    ]),
    {
      ...{ operation: "dryRunEarningRules", outcome: "internal", method: "POST", path: "/v1/earning/dry-run" },
      ...{ body: earning, headers: key, before: spoilEvents },
    },
    ...(await directoryCases(api, { key, ana, beto, caro, backend })),
    ...eventsCases(api, key, backend),
    ...(await rankingCases(api, { key, ana, caro, backend })),
    broke("getPhrases", "GET", "/v1/phrases"),
    broke("putPhrase", "PUT", "/v1/phrases/p1", { texts: inAll("hola") }),
    broke("removePhrase", "DELETE", "/v1/phrases/p1"),
    { ...myPhrases("internal", ana), before: spoilPhrases },
  ];
};
