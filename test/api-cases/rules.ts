import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Given = {
  ana: Headers;
  caro: Headers;
  backend: ReturnType<typeof makeBackendCases>;
};

/** Of what may be written, on the world of `allCases` after `moderationCases`: ana is a plain member of circle m1, and caro is not in g1. */
export const ruleCases = async (api: Api, { ana, caro, backend }: Given): Promise<Case[]> => {
  const { redis, keys } = api;
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
  const broken = (operation: string, method: string, path: string, body?: object, part = "rules"): Case[] =>
    backend(operation, method, path, body, [["internal", path]])
      .filter(({ outcome }) => outcome === "internal")
      .map((one) => ({ ...one, before: () => spoil("studio", part) }));
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
    ...textCases(api, ana),
    ...backend("setSwitch", "PUT", "/v1/switch", { mode: "off" }, [["bad-request", "/v1/switch", { mode: "on" }]]),
    ...backend("getStudioAudit", "GET", "/v1/audit?limit=5", undefined, [["bad-request", "/v1/audit?limit=0"]]),
    ...broken("getStudioAudit", "GET", "/v1/audit", undefined, "audit"),
    ...broken("getStudioRules", "GET", "/v1/rules"),
    ...broken("setStudioRules", "PATCH", "/v1/rules/guild", { minors: "free" }),
    ...broken("setSwitch", "PUT", "/v1/switch", { mode: "off" }),
  ];
};

/** Of what players name or write that is no message, as ana does. */
const textCases = (api: Api, headers: Headers): Case[] => {
  const told = (text: string): Omit<Case, "outcome">[] => [
    {
      ...{ operation: "createGuild", method: "POST", path: "/v1/guilds", headers },
      body: { id: "judged", name: "Pesca", motto: text, tag: "JUD", leader: "ana" },
    },
    { operation: "changeGuild", method: "PATCH", path: "/v1/guilds/g1", body: { motto: text }, headers },
    {
      ...{ operation: "createCircle", method: "POST", path: "/v1/circles", headers },
      body: { id: "judged", name: "Pesca", description: text },
    },
    { operation: "changeCircle", method: "PATCH", path: "/v1/circles/m1", body: { description: text }, headers },
    {
      ...{ operation: "createTeam", method: "POST", path: "/v1/teams", headers },
      body: { nonce: "nonce-judged", topic: text },
    },
    { operation: "changeTeam", method: "PATCH", path: "/v1/teams/judged", body: { topic: text }, headers },
    {
      ...{ operation: "createParty", method: "POST", path: "/v1/parties", headers },
      body: { nonce: "nonce-judged", player: "me", open: { guild: "g1" }, topic: text },
    },
  ];
  const named = (text: string): Omit<Case, "outcome">[] => [
    {
      ...{ operation: "setTeamRole", method: "PUT", path: "/v1/teams/judged/members/me/role", headers },
      body: { role: text },
    },
  ];
  const written = (text: string): Omit<Case, "outcome">[] => [
    {
      ...{ operation: "sendMail", method: "POST", path: "/v1/guilds/g1/mail", headers },
      body: { nonce: "nonce-judged", title: "Hola", text },
    },
    {
      ...{ operation: "joinGuild", method: "POST", path: "/v1/guilds/g1/join", headers },
      body: { player: "me", text },
    },
    {
      ...{ operation: "answerRequest", method: "PUT", path: "/v1/guilds/g1/requests/eva", headers },
      body: { accept: false, reason: text },
    },
  ];
  const each = (outcome: string, cases: readonly Omit<Case, "outcome">[], before: () => Promise<unknown>): Case[] =>
    cases.map((one, index) => ({ ...one, outcome, ...(index === 0 ? { before } : {}) }));
  const floors = (links: string | null) => async () => {
    await api.backend("PUT", "/v1/switch", { mode: "off" });
    for (const kind of ["guild", "circle", "team"]) await api.backend("PATCH", `/v1/rules/${kind}`, { links });
  };
  const turned = (mode: string) => async () => {
    await floors(null)();
    await api.backend("PUT", "/v1/switch", { mode });
  };
  const link = "www.ejemplo.com";
  return [
    ...each(
      "text-refused",
      [...told("negro de mierda"), ...written("negro de mierda"), ...named("negro de mierda")],
      floors(null),
    ),
    ...each("link-not-allowed", [...told(link), ...written(link), ...named(link)], floors("nobody")),
    ...each("phrases-only", [...told("hola"), ...written("hola")], turned("phrases-only")),
    ...each("read-only", [...told("hola"), ...written("hola"), ...named("hola")], turned("read-only")),
  ];
};
