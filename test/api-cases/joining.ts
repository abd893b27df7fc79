import { CODE_LENGTH } from "../../shared/invitation.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import { bearer, type Case, type makeBackendCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Rows = readonly (readonly [field: string, value: object | string])[];

const IN_AN_HOUR = 3_600_000;
const codeOf = (letter: string): string => letter.repeat(CODE_LENGTH);

/** Guilds j1 (open), j2 (on request), j3 (of level 50), j4 (closed), j5 (full), j7 (that has all codes and bans it may), and who wants what of them. */
const prepareJoining = async ({ backend, redis, keys }: Api): Promise<void> => {
  const put = async (owner: string, part: string, rows: Rows): Promise<void> => {
    const key = keys.of(owner, part);
    const texts = rows.flatMap(([field, value]) => [field, typeof value === "string" ? value : JSON.stringify(value)]);
    await redis.run(key, ["HSET", key, ...texts]);
  };
  const outsiders = ["libre", "nueva", "usa", "ido", "vetado", "malo", "pide", "pidio", "ocupado"];
  const members = ["j1", "j2", "j3", "j4", "j5", "j7"].map((guild) => `jefa-${guild}`);
  for (const name of [...outsiders, ...members, "socia", "recluta"])
    await backend("PATCH", `/v1/players/${name}`, { name });
  const rules = { j1: "open", j2: "request", j3: "open", j4: "closed", j5: "open", j7: "open" };
  for (const [id, joinMode] of Object.entries(rules))
    await backend("POST", "/v1/guilds", { id, name: id, tag: "JOI", leader: `jefa-${id}`, joinMode });
  await backend("PATCH", "/v1/guilds/j3", { minLevel: 50 });
  await backend("PATCH", "/v1/guilds/j5", { capacity: 1 });
  for (const name of ["socia", "ido", "ocupado"]) await backend("PUT", `/v1/guilds/j1/members/${name}`, {});
  await backend("PUT", "/v1/guilds/j1/members/recluta", { rank: "recruit" });
  await backend("DELETE", "/v1/guilds/j1/members/ido");
  await backend("PUT", "/v1/guilds/j1/bans/vetado", {});

  const [at, ends] = [Date.now(), Date.now() + IN_AN_HOUR];
  const asked = { at, ends, text: "" };
  await put("guild:j1", "requests", [["ido", asked]]);
  await put("guild:j2", "requests", [
    ["pidio", asked],
    ["ocupado", asked],
  ]);
  for (const id of ["j3", "j4", "j5"]) await put(`guild:${id}`, "requests", [["libre", asked]]);
  const pending = Array.from({ length: LIMITS.requests }, (_, n) => `request:x${n}`);
  await put(
    "player:pide",
    "doors",
    pending.map((field) => [field, { at, ends, state: "pending" }] as const),
  );
  const code = { by: "", at, ends, uses: 500, left: 500, nonce: "" };
  for (const [id, letter] of Object.entries({ j1: "C", j3: "D", j4: "F", j5: "H" })) {
    await put(`guild:${id}`, "codes", [[codeOf(letter), code]]);
    const key = keys.of(`code:${codeOf(letter)}`, "guild");
    await redis.run(key, ["SET", key, id]);
  }
  await put(
    "guild:j7",
    "codes",
    Array.from({ length: LIMITS.codes }, (_, n) => [`code-${n}`, code] as const),
  );
  await put(
    "guild:j7",
    "bans",
    Array.from({ length: LIMITS.bans }, (_, n) => [`p${n}`, {}] as const),
  );
  const inviting = keys.of("guild:j1", "inviting:jefa-j1");
  await redis.run(inviting, ["SET", inviting, String(LIMITS.invitationsPerDay), "PX", String(IN_AN_HOUR)]);
  for (const [owner, parts] of [
    ["guild:broken", ["requests", "invited", "codes", "bans", "online"]],
    ["player:broken", ["doors"]],
  ] as const)
    for (const part of parts) {
      const key = keys.of(owner, part);
      await redis.run(key, ["DEL", key]);
      await redis.run(key, ["RPUSH", key, "spoilt"]);
    }
};

/** Of the ways into guilds, on the world of `allCases`, in which ana is a member of another guild. */
export const joiningCases = async (
  api: Api,
  { ana, backend }: { ana: Headers; backend: ReturnType<typeof makeBackendCases> },
): Promise<Case[]> => {
  await prepareJoining(api);
  const [leader, member, recruit, gone] = [
    await bearer("jefa-j1"),
    await bearer("jefa-j2"),
    await bearer("recluta"),
    await bearer("ido"),
  ];
  const code = { nonce: "nonce-of-a-code" };
  const redeem = (letter: string) => ({ code: codeOf(letter) });
  return [
    ...backend("joinGuild", "POST", "/v1/guilds/j1/join", { player: "nueva" }, [
      ["bad-request", "/v1/guilds/j1/join", { player: "a b" }],
      ["guild-not-found", "/v1/guilds/g0/join", { player: "libre" }],
      ["player-not-found", "/v1/guilds/j1/join", { player: "nadie" }],
      ["not-permitted", "/v1/guilds/j1/join", { player: "libre" }, ana],
      ["already-in-guild", "/v1/guilds/j1/join", { player: "ana" }],
      ["guild-full", "/v1/guilds/j5/join", { player: "libre" }],
      ["guild-closed", "/v1/guilds/j4/join", { player: "libre" }],
      ["level-too-low", "/v1/guilds/j3/join", { player: "libre" }],
      ["cooldown", "/v1/guilds/j1/join", { player: "me" }, gone],
      ["banned", "/v1/guilds/j1/join", { player: "vetado" }],
      ["requests-full", "/v1/guilds/j2/join", { player: "pide" }],
      ["internal", "/v1/guilds/broken/join", { player: "libre" }],
    ]),
    ...backend("listRequests", "GET", "/v1/guilds/j2/requests", undefined, [
      ["bad-request", "/v1/guilds/a%20b/requests"],
      ["guild-not-found", "/v1/guilds/g0/requests"],
      ["not-member", "/v1/guilds/j2/requests", undefined, ana],
      ["not-permitted", "/v1/guilds/j1/requests", undefined, recruit],
      ["internal", "/v1/guilds/broken/requests"],
    ]),
    ...backend("answerRequest", "PUT", "/v1/guilds/j2/requests/pidio", { accept: true }, [
      ["bad-request", "/v1/guilds/j2/requests/pidio", { accept: "yes" }],
      ["guild-not-found", "/v1/guilds/g0/requests/libre"],
      ["not-member", "/v1/guilds/j2/requests/pidio", undefined, ana],
      ["not-permitted", "/v1/guilds/j1/requests/pidio", undefined, recruit],
      ["player-not-found", "/v1/guilds/j2/requests/nadie"],
      ["request-not-found", "/v1/guilds/j2/requests/libre"],
      ["already-in-guild", "/v1/guilds/j2/requests/ocupado"],
      ["guild-full", "/v1/guilds/j5/requests/libre"],
      ["guild-closed", "/v1/guilds/j4/requests/libre"],
      ["level-too-low", "/v1/guilds/j3/requests/libre"],
      ["cooldown", "/v1/guilds/j1/requests/ido", undefined, leader],
      ["internal", "/v1/guilds/broken/requests/libre"],
    ]),
    ...backend("withdrawRequest", "DELETE", "/v1/guilds/j2/requests/libre", undefined, [
      ["bad-request", "/v1/guilds/j2/requests/a%20b"],
      ["not-permitted", "/v1/guilds/j2/requests/libre", undefined, ana],
      ["internal", "/v1/guilds/broken/requests/libre"],
    ]),
    ...backend("invitePlayer", "PUT", "/v1/guilds/j2/invitations/libre", undefined, [
      ["bad-request", "/v1/guilds/j2/invitations/a%20b"],
      ["guild-not-found", "/v1/guilds/g0/invitations/libre"],
      ["not-member", "/v1/guilds/j1/invitations/libre", undefined, member],
      ["not-permitted", "/v1/guilds/j1/invitations/libre", undefined, recruit],
      ["player-not-found", "/v1/guilds/j1/invitations/nadie"],
      ["already-in-guild", "/v1/guilds/j1/invitations/socia"],
      ["guild-closed", "/v1/guilds/j4/invitations/libre"],
      ["banned", "/v1/guilds/j1/invitations/vetado"],
      ["invitations-full", "/v1/guilds/j1/invitations/libre", undefined, leader],
      ["internal", "/v1/guilds/broken/invitations/libre"],
    ]),
    ...backend("declineInvitation", "DELETE", "/v1/players/libre/invitations/j2", undefined, [
      ["bad-request", "/v1/players/a%20b/invitations/j2"],
      ["not-permitted", "/v1/players/libre/invitations/j2", undefined, ana],
      ["internal", "/v1/players/libre/invitations/broken"],
    ]),
    ...backend("getInvitations", "GET", "/v1/players/libre/invitations", undefined, [
      ["bad-request", "/v1/players/a%20b/invitations"],
      ["not-permitted", "/v1/players/libre/invitations", undefined, ana],
      ["internal", "/v1/players/broken/invitations"],
    ]),
    ...backend("createCode", "POST", "/v1/guilds/j1/codes", code, [
      ["bad-request", "/v1/guilds/j1/codes", { ...code, uses: 0 }],
      ["guild-not-found", "/v1/guilds/g0/codes"],
      ["not-member", "/v1/guilds/j1/codes", undefined, member],
      ["not-permitted", "/v1/guilds/j1/codes", undefined, recruit],
      ["guild-closed", "/v1/guilds/j4/codes"],
      ["codes-full", "/v1/guilds/j7/codes"],
      ["invitations-full", "/v1/guilds/j1/codes", undefined, leader],
      ["key-reused", "/v1/guilds/j1/codes", { ...code, uses: 3 }],
      ["internal", "/v1/guilds/broken/codes"],
    ]),
    ...backend("listCodes", "GET", "/v1/guilds/j1/codes", undefined, [
      ["bad-request", "/v1/guilds/a%20b/codes"],
      ["guild-not-found", "/v1/guilds/g0/codes"],
      ["not-member", "/v1/guilds/j1/codes", undefined, member],
      ["not-permitted", "/v1/guilds/j1/codes", undefined, recruit],
      ["internal", "/v1/guilds/broken/codes"],
    ]),
    ...backend("redeemCode", "POST", "/v1/players/usa/redeem-code", redeem("C"), [
      ["bad-request", "/v1/players/usa/redeem-code", { code: "CCC-CCC" }],
      ["player-not-found", "/v1/players/nadie/redeem-code"],
      ["not-permitted", "/v1/players/usa/redeem-code", undefined, ana],
      ["invitation-invalid", "/v1/players/libre/redeem-code", redeem("W")],
      ["already-in-guild", "/v1/players/ana/redeem-code"],
      ["guild-full", "/v1/players/libre/redeem-code", redeem("H")],
      ["guild-closed", "/v1/players/libre/redeem-code", redeem("F")],
      ["level-too-low", "/v1/players/libre/redeem-code", redeem("D")],
      ["cooldown", "/v1/players/ido/redeem-code", undefined, gone],
      ["banned", "/v1/players/vetado/redeem-code"],
      ["internal", "/v1/players/broken/redeem-code"],
    ]),
    ...backend("revokeCode", "DELETE", `/v1/guilds/j1/codes/${codeOf("Y")}`, undefined, [
      ["bad-request", "/v1/guilds/j1/codes/abc"],
      ["guild-not-found", `/v1/guilds/g0/codes/${codeOf("C")}`],
      ["not-member", `/v1/guilds/j1/codes/${codeOf("C")}`, undefined, member],
      ["not-permitted", `/v1/guilds/j1/codes/${codeOf("C")}`, undefined, recruit],
      ["internal", `/v1/guilds/broken/codes/${codeOf("C")}`],
    ]),
    ...backend("banFromGuild", "PUT", "/v1/guilds/j1/bans/malo", { reason: "spam" }, [
      ["bad-request", "/v1/guilds/j1/bans/malo", { until: 1 }],
      ["guild-not-found", "/v1/guilds/g0/bans/malo"],
      ["not-member", "/v1/guilds/j1/bans/malo", undefined, member],
      ["not-permitted", "/v1/guilds/j1/bans/malo", undefined, recruit],
      ["player-not-found", "/v1/guilds/j1/bans/nadie"],
      ["last-leader", "/v1/guilds/j1/bans/jefa-j1"],
      ["bans-full", "/v1/guilds/j7/bans/malo"],
      ["internal", "/v1/guilds/broken/bans/malo"],
    ]),
    ...backend("unbanFromGuild", "DELETE", "/v1/guilds/j1/bans/malo", undefined, [
      ["bad-request", "/v1/guilds/j1/bans/a%20b"],
      ["guild-not-found", "/v1/guilds/g0/bans/malo"],
      ["not-member", "/v1/guilds/j1/bans/malo", undefined, member],
      ["not-permitted", "/v1/guilds/j1/bans/malo", undefined, recruit],
      ["internal", "/v1/guilds/broken/bans/malo"],
    ]),
    ...backend("listMembers", "GET", "/v1/guilds/j1/members?after=1&limit=2", undefined, [
      ["bad-request", "/v1/guilds/j1/members?limit=0"],
      ["guild-not-found", "/v1/guilds/g0/members"],
      ["internal", "/v1/guilds/broken/members"],
    ]),
  ];
};
