import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import { bearer, type Case, type makeBackendCases } from "../api-case.ts";

const madeSchema = z.object({ team: z.string() });
const codeSchema = z.object({ code: z.string() });
let worlds = 0;

/** Of parties of circle `fiesta`: each time of its own ones, since some end. */
export const partyCases = async (
  { backend: ask, redis, keys }: Api,
  { backend }: { backend: ReturnType<typeof makeBackendCases> },
): Promise<Case[]> => {
  worlds += 1;
  const nonce = (name: string): string => `nonce-${name}-party-${worlds}`;
  const circle = `fiesta${worlds}`;
  const person = (name: string): string => `${name}-de-fiesta-${worlds}`;
  const [hosting, listening, comer, busy, crowded, banned, stranger] = [
    ...([person("anfitrion"), person("oyente"), person("llega"), person("lleno")] as const),
    ...([person("repleto"), person("expulsado"), person("ajeno")] as const),
  ] as const;
  const people = [hosting, listening, comer, busy, crowded, banned, stranger];
  await Promise.all(people.map((name) => ask("PATCH", `/v1/players/${name}`, { name })));
  await ask("POST", "/v1/circles", { id: circle, name: "Fiesta", capacity: 50 });
  for (const name of people.slice(0, -1)) await ask("PUT", `/v1/circles/${circle}/members/${name}`);
  // Whoever is banned is still of the circle.
  await ask("PUT", `/v1/players/${banned}/ban`, { reason: "cheats" });
  const fill = async (player: string, most: number, kind: string): Promise<void> => {
    const key = keys.of(`player:${player}`, "channels");
    const rows = Array.from({ length: most }, (_, n) => [`${kind}:x${n}`, String(Date.now() + 3_600_000)]);
    await redis.run(key, ["HSET", key, ...rows.flat()]);
  };
  await fill(busy, LIMITS.teams, "team");
  await fill(crowded, LIMITS.channels, "circle");
  for (const [owner, part] of [
    ["partynonce:/nonce-broken-party", "team"] as const,
    ["player:broken", "channels"] as const,
  ]) {
    const key = keys.of(owner, part);
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["RPUSH", key, "spoilt"]);
  }
  const nobody = keys.of(`circle:${circle}`, "members");
  await redis.run(nobody, ["HSET", nobody, "nadie", '{"n":99,"rank":"member","at":1}']);
  const open = { circle };
  const host = async (name: string, more: object = {}): Promise<string> =>
    madeSchema.parse(await ask("POST", "/v1/parties", { nonce: nonce(name), player: hosting, open, ...more })).team;
  const team = await host("one");
  const [ended, full] = [await host("ended"), await host("full", { capacity: 2 })];
  await ask("DELETE", `/v1/teams/${ended}`);
  for (const party of [team, full]) await ask("PUT", `/v1/parties/${party}/members/${listening}`);
  const plain = madeSchema.parse(
    await ask("POST", "/v1/teams", { nonce: nonce("plain"), members: [{ player: hosting }] }),
  ).team;
  const { code } = codeSchema.parse(await ask("POST", `/v1/teams/${team}/codes`, { nonce: nonce("code") }));
  const [hostToken, listener, busyToken, outsider] = [
    await bearer(hosting),
    await bearer(listening),
    await bearer(busy),
    await bearer(stranger),
  ];
  const at = `/v1/parties/${team}`;
  const given = { nonce: nonce("given"), player: comer, open, topic: "Copa" };
  /** What every operation about a member of a party refuses. */
  const about = (path: string): readonly [string, string, unknown?, Record<string, string>?][] => [
    ["bad-request", `${at}/${path}/a%20b`],
    ["channel-not-found", `/v1/parties/none/${path}/${listening}`],
    ["team-ended", `/v1/parties/${ended}/${path}/${listening}`],
    ["no-party", `/v1/parties/${plain}/${path}/${listening}`],
    ["not-member", `${at}/${path}/${stranger}`, undefined, outsider],
    ["internal", `/v1/parties/broken/${path}/${listening}`],
  ];
  return [
    ...backend("createParty", "POST", "/v1/parties", given, [
      ["bad-request", "/v1/parties", { ...given, open: null }],
      ["key-reused", "/v1/parties", { ...given, topic: "Otra" }],
      ["not-permitted", "/v1/parties", given, hostToken],
      ["not-member", "/v1/parties", { ...given, nonce: nonce("ajeno"), player: stranger }],
      ["parties-full", "/v1/parties", { ...given, nonce: nonce("third"), player: hosting }, hostToken],
      ["player-not-found", "/v1/parties", { ...given, nonce: nonce("nobody"), player: "nadie" }],
      ["channels-full", "/v1/parties", { ...given, nonce: nonce("crowded"), player: crowded }],
      ["teams-full", "/v1/parties", { ...given, nonce: nonce("teams"), player: busy }, busyToken],
      ["banned", "/v1/parties", { ...given, nonce: nonce("banned"), player: banned }],
      ["team-ended", "/v1/parties", { ...given, nonce: nonce("ended"), player: hosting, topic: undefined }],
      ["internal", "/v1/parties", { ...given, nonce: "nonce-broken-party" }],
    ]),
    ...backend("listParties", "GET", `/v1/players/${listening}/parties`, undefined, [
      ["bad-request", "/v1/players/a%20b/parties"],
      ["not-permitted", `/v1/players/${listening}/parties`, undefined, hostToken],
      ["internal", "/v1/players/broken/parties"],
    ]),
    ...backend("enterParty", "PUT", `${at}/members/${comer}`, undefined, [
      ...about("members"),
      ["not-permitted", `${at}/members/${comer}`, undefined, hostToken],
      ["player-not-found", `${at}/members/nadie`],
      ["channel-full", `/v1/parties/${full}/members/${comer}`],
      ["channels-full", `${at}/members/${crowded}`],
      ["teams-full", `${at}/members/me`, undefined, busyToken],
      ["banned", `${at}/members/${banned}`],
    ]),
    ...backend("askToSpeak", "PUT", `${at}/hands/${listening}`, {}, [
      ...about("hands"),
      ["not-permitted", `${at}/hands/${listening}`, {}, hostToken],
    ]),
    ...backend("setPartyRole", "PUT", `${at}/roles/${listening}`, { role: "speaker" }, [
      ...about("roles"),
      ["not-permitted", `${at}/roles/${comer}`, undefined, listener],
      ["member-not-found", `${at}/roles/nadie`],
    ]),
    ...backend("getVoiceToken", "POST", `${at}/voice/${listening}`, undefined, [
      ...about("voice"),
      ["not-permitted", `${at}/voice/${listening}`, undefined, hostToken],
    ]),
    // What teams refuse of parties.
    ...(
      [
        ["joinTeam", "not-member", "PUT", `/v1/teams/${team}/members/${stranger}`, {}],
        ["redeemTeamCode", "not-member", "POST", `/v1/players/${stranger}/redeem-team-code`, { code }],
        ["changeTeam", "no-party", "PATCH", `/v1/teams/${plain}`, { everyoneSpeaks: true }],
      ] as const
    ).flatMap(([operation, outcome, method, path, body]) =>
      backend(operation, method, path, body, [[outcome, path, body]]).filter((one) => one.outcome === outcome),
    ),
  ];
};
