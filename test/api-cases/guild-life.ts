import { z } from "zod";
import { asText } from "../../server/redis/reply.ts";
import type { Api } from "../an-api.ts";
import { bearer, type Case, makeBackendCases, makePlayerCases } from "../api-case.ts";

const sentSchema = z.object({ id: z.string() });

/** Of a guild's life: on `g1` of ana (leader) and beto, its members' mail included, and `g100` of m0 (leader), m1, m2 … */
export const guildLifeCases = async (api: Api): Promise<Case[]> => {
  const key = { "x-api-key": api.apiKeys[1] };
  const [ana, beto, caro, broken, expired] = [
    await bearer("ana"),
    await bearer("beto"),
    await bearer("caro"),
    await bearer("broken"),
    await bearer("ana", { lifeS: -60 }),
  ];
  const [m0, m1, m5] = [await bearer("m0"), await bearer("m1"), await bearer("m5")];
  const backend = makeBackendCases(key, { expired });
  const player = makePlayerCases({ ana, broken, expired });
  const sent = { nonce: "nonce-mail-1", title: "Temporada", text: "Empieza el lunes." };
  const { id } = sentSchema.parse(await api.backend("POST", "/v1/guilds/g1/mail", sent));
  const mail = { ...sent, nonce: "nonce-mail-2" };
  const numbered = (n: number) => ({ ...sent, nonce: `nonce-of-ana-${n}` });

  /** Changes the record of the leader of g100. */
  const changeM0 = async (change: object): Promise<void> => {
    const members = api.keys.of("guild:g100", "members");
    const record: unknown = JSON.parse(asText(await api.redis.run(members, ["HGET", members, "m0"])));
    await api.redis.run(members, ["HSET", members, "m0", JSON.stringify(Object.assign(Object(record), change))]);
  };
  const reserve = (): Promise<unknown> => {
    const info = api.keys.of("guild:g100", "info");
    return api.redis.run(info, ["HSET", info, "reserved", "war-1"]);
  };

  return [
    ...backend("disbandGuild", "PUT", "/v1/guilds/g1/disbanding", undefined, [
      ["bad-request", "/v1/guilds/a%20b/disbanding"],
      ["guild-not-found", "/v1/guilds/g0/disbanding"],
      ["not-member", "/v1/guilds/g1/disbanding", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/disbanding", undefined, beto],
      ["internal", "/v1/guilds/broken/disbanding"],
    ]),
    {
      ...{ operation: "disbandGuild", outcome: "guild-reserved", method: "PUT", path: "/v1/guilds/g100/disbanding" },
      ...{ headers: key, before: reserve },
    },
    ...backend("keepGuild", "DELETE", "/v1/guilds/g1/disbanding", undefined, [
      ["bad-request", "/v1/guilds/a%20b/disbanding"],
      ["guild-not-found", "/v1/guilds/g0/disbanding"],
      ["not-member", "/v1/guilds/g1/disbanding", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/disbanding", undefined, beto],
      ["internal", "/v1/guilds/broken/disbanding"],
    ]),
    ...player("claimLeadership", "POST", "/v1/guilds/g1/leadership", undefined, [
      ["bad-request", ana, "/v1/guilds/a%20b/leadership"],
      ["guild-not-found", ana, "/v1/guilds/g0/leadership"],
      ["not-member", caro],
      ["leader-present", beto],
    ]),
    {
      ...{ operation: "claimLeadership", outcome: "not-successor", method: "POST", headers: m5 },
      ...{ path: "/v1/guilds/g100/leadership", before: () => changeM0({ at: 1 }) },
    },
    ...backend("sendMail", "POST", "/v1/guilds/g1/mail", mail, [
      ["bad-request", "/v1/guilds/g1/mail", { ...mail, title: "" }],
      ["text-empty", "/v1/guilds/g1/mail", { ...mail, text: " " }],
      ["text-too-long", "/v1/guilds/g1/mail", { ...mail, text: "x".repeat(501) }],
      ["text-not-allowed", "/v1/guilds/g1/mail", { ...mail, text: "\u202e" }],
      ["guild-not-found", "/v1/guilds/g0/mail"],
      ["not-member", "/v1/guilds/g1/mail", undefined, caro],
      ["not-permitted", "/v1/guilds/g1/mail", undefined, beto],
      ["key-reused", "/v1/guilds/g1/mail", { ...mail, text: "Otra cosa" }],
      ["success", "/v1/guilds/g1/mail", numbered(1), ana],
      ["success", "/v1/guilds/g1/mail", numbered(2), ana],
      ["success", "/v1/guilds/g1/mail", numbered(3), ana],
      ["mail-quota", "/v1/guilds/g1/mail", numbered(4), ana],
      ["internal", "/v1/guilds/broken/mail"],
    ]),
    {
      ...{ operation: "sendMail", outcome: "muted", method: "POST", path: "/v1/guilds/g100/mail", body: mail },
      ...{ headers: m0, before: () => changeM0({ mutedUntil: Date.now() + 3_600_000 }) },
    },
    ...backend("listMail", "GET", "/v1/guilds/g1/mail", undefined, [
      ["bad-request", "/v1/guilds/a%20b/mail"],
      ["guild-not-found", "/v1/guilds/g0/mail"],
      ["not-member", "/v1/guilds/g1/mail", undefined, caro],
      ["internal", "/v1/guilds/broken/mail"],
    ]),
    ...player("readMail", "PUT", `/v1/guilds/g1/mail/${id}/read`, undefined, [
      ["bad-request", ana, "/v1/guilds/g1/mail/first/read"],
      ["guild-not-found", ana, `/v1/guilds/g0/mail/${id}/read`],
      ["not-member", caro],
      ["mail-not-found", ana, "/v1/guilds/g1/mail/1-99999/read"],
    ]),
    ...backend("guildHealth", "GET", "/v1/guilds/g1/health", undefined, [
      ["bad-request", "/v1/guilds/a%20b/health"],
      ["guild-not-found", "/v1/guilds/g0/health"],
      ["not-member", "/v1/guilds/g1/health", undefined, caro],
      ["not-permitted", "/v1/guilds/g100/health", undefined, m1],
      ["internal", "/v1/guilds/broken/health"],
    ]),
  ];
};
