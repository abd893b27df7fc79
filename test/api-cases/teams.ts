import { z } from "zod";
import { TEAM_CODE_LENGTH } from "../../shared/invitation.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import { bearer, type Case, type makeBackendCases } from "../api-case.ts";

const madeSchema = z.object({ team: z.string() });
const IN_AN_HOUR = 3_600_000;
const WRONG_CODE = "Y".repeat(TEAM_CODE_LENGTH);
let worlds = 0;

/** Of teams: each time of its own ones, since some end. */
export const teamCases = async (
  { backend: ask, redis, keys, apiKeys }: Api,
  { ana, backend }: { ana: Record<string, string>; backend: ReturnType<typeof makeBackendCases> },
): Promise<Case[]> => {
  worlds += 1;
  const nonce = (name: string): string => `nonce-${name}-${worlds}`;
  const people = ["lider", "socio", "invitado", "entra", "codigo", "lleno", "repleto", "expulsado"];
  await Promise.all(people.map((name) => ask("PATCH", `/v1/players/${name}`, { name })));
  await ask("PUT", "/v1/players/expulsado/ban", { reason: "cheats" });
  const put = async (owner: string, part: string, rows: readonly string[]): Promise<void> => {
    const key = keys.of(owner, part);
    await redis.run(key, ["HSET", key, ...rows.flatMap((row) => [row, String(Date.now() + IN_AN_HOUR)])]);
  };
  await put(
    "player:lleno",
    "channels",
    Array.from({ length: LIMITS.teams }, (_, n) => `team:x${n}`),
  );
  await put(
    "player:repleto",
    "channels",
    Array.from({ length: LIMITS.channels }, (_, n) => `circle:x${n}`),
  );
  for (const [owner, part] of [
    ...["invited", "codes"].map((part) => ["team:broken", part] as const),
    ["teamnonce:/nonce-broken", "team"] as const,
  ]) {
    const key = keys.of(owner, part);
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["RPUSH", key, "spoilt"]);
  }
  const make = async (name: string, more: object = {}): Promise<string> => {
    const members = ["lider", "socio"].map((player) => ({ player }));
    return madeSchema.parse(await ask("POST", "/v1/teams", { nonce: nonce(name), members, ...more })).team;
  };
  const team = await make("team");
  const full = await make("full", { capacity: 2 });
  const three = await make("three", { members: ["lider", "socio", "invitado"].map((player) => ({ player })) });
  const [ended, toEnd, toLeave] = [await make("ended"), await make("to-end"), await make("to-leave")];
  await ask("DELETE", `/v1/teams/${ended}`);
  const rooms = await make("rooms");
  const info = keys.of(`team:${rooms}`, "info");
  await redis.run(info, ["HSET", info, "founding", "room"]);
  for (const player of ["entra", "lleno"]) await ask("PUT", `/v1/teams/${team}/invitations/${player}`);
  const code = madeCodeSchema.parse(await ask("POST", `/v1/teams/${team}/codes`, { nonce: nonce("code") })).code;
  const fullCode = madeCodeSchema.parse(await ask("POST", `/v1/teams/${full}/codes`, { nonce: nonce("code") })).code;
  const codes = keys.of(`team:${full}`, "codes");
  const row = JSON.stringify({ by: "", at: Date.now(), ends: Date.now() + IN_AN_HOUR, uses: 5, left: 5, nonce: "" });
  const others = Array.from({ length: LIMITS.codes - 1 }, (_, n) => [`code-${n}`, row]);
  await redis.run(codes, ["HSET", codes, ...others.flat()]);
  const inviting = keys.of(`team:${team}`, "inviting:socio");
  await redis.run(inviting, ["SET", inviting, String(LIMITS.teamInvitations), "PX", String(IN_AN_HOUR)]);

  const [leader, member, lleno, invited] = [
    await bearer("lider"),
    await bearer("socio"),
    await bearer("lleno"),
    await bearer("invitado"),
  ];
  const at = `/v1/teams/${team}`;
  const given = { nonce: nonce("given"), name: "Rojo", members: [{ player: "lider" }] };
  const check = { nonce: nonce("check") };
  const redeem = { code };
  return [
    {
      ...{ operation: "putChannel", outcome: "team-ended", method: "PUT", path: `/v1/channels/team:${ended}` },
      ...{ body: { name: "Otra", capacity: 2 }, headers: { "x-api-key": apiKeys[1] } },
    },
    ...backend("createTeam", "POST", "/v1/teams", given, [
      ["bad-request", "/v1/teams", { ...given, capacity: 1 }],
      ["key-reused", "/v1/teams", { ...given, name: "Azul" }],
      ["not-permitted", "/v1/teams", { ...given, player: "lider" }, member],
      ["not-member", "/v1/teams", { nonce: nonce("open"), open: { guild: "g100" } }, leader],
      ["player-not-found", "/v1/teams", { nonce: nonce("nobody"), player: "nadie" }],
      ["channels-full", "/v1/teams", { nonce: nonce("crowded"), player: "repleto" }],
      ["teams-full", "/v1/teams", { nonce: nonce("teams") }, lleno],
      ["banned", "/v1/teams", { nonce: nonce("banned"), player: "expulsado" }],
      ["team-ended", "/v1/teams", { nonce: nonce("ended"), members: [{ player: "lider" }, { player: "socio" }] }],
      ["internal", "/v1/teams", { nonce: "nonce-broken" }],
    ]),
    ...backend("getTeam", "GET", at, undefined, [
      ["bad-request", "/v1/teams/a%20b"],
      ["channel-not-found", "/v1/teams/none"],
      ["not-member", at, undefined, ana],
      ["team-ended", `/v1/teams/${ended}`, undefined, leader],
      ["internal", "/v1/teams/broken"],
    ]),
    ...backend("changeTeam", "PATCH", at, { name: "Azul" }, [
      ["bad-request", at, { capacity: 41 }],
      ["channel-not-found", "/v1/teams/none"],
      ["not-member", at, undefined, ana],
      ["not-permitted", at, undefined, member],
      ["channel-full", `/v1/teams/${three}`, { capacity: 2 }],
      ["internal", "/v1/teams/broken"],
    ]),
    ...backend("inviteToTeam", "PUT", `${at}/invitations/invitado`, undefined, [
      ["bad-request", `${at}/invitations/a%20b`],
      ["channel-not-found", "/v1/teams/none/invitations/invitado"],
      ["not-member", `${at}/invitations/invitado`, undefined, ana],
      ["not-permitted", `/v1/teams/${rooms}/invitations/invitado`, undefined, member],
      ["player-not-found", `${at}/invitations/nadie`],
      ["already-in-team", `${at}/invitations/lider`],
      ["banned", `${at}/invitations/expulsado`],
      ["invitations-full", `${at}/invitations/codigo`, undefined, member],
      ["internal", "/v1/teams/broken/invitations/invitado"],
    ]),
    ...backend("declineTeam", "DELETE", `/v1/players/invitado/team-invitations/${team}`, undefined, [
      ["bad-request", `/v1/players/a%20b/team-invitations/${team}`],
      ["not-permitted", `/v1/players/invitado/team-invitations/${team}`, undefined, ana],
      ["internal", "/v1/players/invitado/team-invitations/broken"],
    ]),
    ...backend("joinTeam", "PUT", `${at}/members/entra`, {}, [
      ["bad-request", `${at}/members/a%20b`],
      ["channel-not-found", "/v1/teams/none/members/entra"],
      ["player-not-found", `${at}/members/nadie`],
      ["not-permitted", `${at}/members/entra`, {}, ana],
      ["not-invited", `${at}/members/me`, {}, invited],
      ["team-ended", `/v1/teams/${ended}/members/me`, {}, invited],
      ["channel-full", `/v1/teams/${full}/members/entra`],
      ["channels-full", `${at}/members/repleto`],
      ["teams-full", `${at}/members/me`, {}, lleno],
      ["banned", `${at}/members/expulsado`],
      ["internal", "/v1/teams/broken/members/entra"],
    ]),
    ...backend("setTeamRole", "PUT", `${at}/members/socio/role`, { role: "tanque" }, [
      ["bad-request", `${at}/members/socio/role`, { role: "x".repeat(25) }],
      ["channel-not-found", "/v1/teams/none/members/socio/role"],
      ["not-member", `${at}/members/socio/role`, undefined, ana],
      ["not-permitted", `${at}/members/socio/role`, undefined, member],
      ["member-not-found", `${at}/members/nadie/role`],
      ["internal", "/v1/teams/broken/members/socio/role"],
    ]),
    ...backend("createTeamCode", "POST", `${at}/codes`, { nonce: nonce("another") }, [
      ["bad-request", `${at}/codes`, { nonce: nonce("another"), uses: 0 }],
      ["channel-not-found", "/v1/teams/none/codes"],
      ["not-member", `${at}/codes`, undefined, ana],
      ["not-permitted", `/v1/teams/${rooms}/codes`, undefined, leader],
      ["codes-full", `/v1/teams/${full}/codes`],
      ["invitations-full", `${at}/codes`, undefined, member],
      ["key-reused", `${at}/codes`, { nonce: nonce("another"), uses: 3 }],
      ["internal", "/v1/teams/broken/codes"],
    ]),
    ...backend("listTeamCodes", "GET", `${at}/codes`, undefined, [
      ["bad-request", "/v1/teams/a%20b/codes"],
      ["channel-not-found", "/v1/teams/none/codes"],
      ["not-member", `${at}/codes`, undefined, ana],
      ["not-permitted", `/v1/teams/${rooms}/codes`, undefined, leader],
      ["internal", "/v1/teams/broken/codes"],
    ]),
    ...backend("redeemTeamCode", "POST", "/v1/players/codigo/redeem-team-code", redeem, [
      ["bad-request", "/v1/players/codigo/redeem-team-code", { code: "CCC" }],
      ["player-not-found", "/v1/players/nadie/redeem-team-code"],
      ["not-permitted", "/v1/players/codigo/redeem-team-code", undefined, ana],
      ["invitation-invalid", "/v1/players/invitado/redeem-team-code", { code: WRONG_CODE }],
      ["channel-full", "/v1/players/invitado/redeem-team-code", { code: fullCode }],
      ["channels-full", "/v1/players/repleto/redeem-team-code"],
      ["teams-full", "/v1/players/me/redeem-team-code", undefined, lleno],
      ["banned", "/v1/players/expulsado/redeem-team-code"],
      ["internal", "/v1/players/broken/redeem-team-code"],
    ]),
    ...backend("revokeTeamCode", "DELETE", `${at}/codes/${code}`, undefined, [
      ["bad-request", `${at}/codes/abc`],
      ["channel-not-found", `/v1/teams/none/codes/${code}`],
      ["not-member", `${at}/codes/${code}`, undefined, ana],
      ["not-permitted", `${at}/codes/${code}`, undefined, member],
      ["internal", `/v1/teams/broken/codes/${code}`],
    ]),
    ...backend("startCheck", "POST", `${at}/checks`, check, [
      ["bad-request", `${at}/checks`, { ...check, seconds: 1 }],
      ["channel-not-found", "/v1/teams/none/checks"],
      ["not-member", `${at}/checks`, undefined, ana],
      ["not-permitted", `${at}/checks`, undefined, member],
      ["check-running", `${at}/checks`, { nonce: nonce("other-check") }],
      ["internal", "/v1/teams/broken/checks"],
    ]),
    ...backend("answerCheck", "PUT", `${at}/checks/${check.nonce}/answers/socio`, { ready: true }, [
      ["bad-request", `${at}/checks/${check.nonce}/answers/socio`, { ready: "yes" }],
      ["channel-not-found", `/v1/teams/none/checks/${check.nonce}/answers/socio`],
      ["not-member", `${at}/checks/${check.nonce}/answers/ana`],
      ["not-permitted", `${at}/checks/${check.nonce}/answers/socio`, undefined, leader],
      ["check-over", `${at}/checks/${nonce("no-check")}/answers/socio`],
      ["internal", `/v1/teams/broken/checks/${check.nonce}/answers/socio`],
    ]),
    ...backend("handOverTeam", "PUT", `${at}/leader/socio`, undefined, [
      ["bad-request", `${at}/leader/a%20b`],
      ["channel-not-found", "/v1/teams/none/leader/socio"],
      ["not-member", `${at}/leader/socio`, undefined, ana],
      ["not-permitted", `${at}/leader/socio`, undefined, leader],
      ["member-not-found", `${at}/leader/nadie`],
      ["internal", "/v1/teams/broken/leader/socio"],
    ]),
    ...backend("leaveTeam", "DELETE", `/v1/teams/${toLeave}/members/socio`, undefined, [
      ["bad-request", `/v1/teams/${toLeave}/members/a%20b`],
      ["channel-not-found", "/v1/teams/none/members/socio"],
      ["not-permitted", `/v1/teams/${toLeave}/members/lider`, undefined, ana],
      ["member-not-found", `/v1/teams/${toLeave}/members/nadie`],
      ["internal", "/v1/teams/broken/members/socio"],
    ]),
    ...backend("endTeam", "DELETE", `/v1/teams/${toEnd}?reason=over`, undefined, [
      ["bad-request", "/v1/teams/a%20b"],
      ["channel-not-found", "/v1/teams/none"],
      ["not-member", at, undefined, ana],
      ["not-permitted", at, undefined, leader],
      ["internal", "/v1/teams/broken"],
    ]),
  ];
};

const madeCodeSchema = z.object({ code: z.string() });
