import { battleTokenOf, warIdOf } from "../../server/pvp/war-row.ts";
import { aMode, aWarProcess } from "../a-war-world.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Forced = { guild: string; part: "war" | "warasks" | "warready"; fields: Record<string, string> };

const why = { reason: "cheats" };
const FAR_MS = 3_600_000;
const war = (nonce: string, guild = "wa") => warIdOf("challenge", guild, "", nonce);
const UNKNOWN = `w${"0".repeat(23)}`;
const SPOILT = `w${"b".repeat(23)}`;

/** Of wars, among guilds of their own: `wa` of walo (leader) and wame, `wb` of wblo and wbme, and so on. Caro stands for somebody who is in none of them. */
export const warCases = (
  api: Api,
  {
    caro,
    wame,
    wbme,
    key,
    backend,
  }: Record<"caro" | "wame" | "wbme" | "key", Headers> & { backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const { redis, keys } = api;
  const { wars } = aWarProcess(redis, keys.namespace);
  const run = (owner: string, part: string, name: string, ...args: string[]) => {
    const record = keys.of(owner, part);
    return redis.run(record, [name, record, ...args]);
  };

  const modes: Record<string, object> = {
    slow: aMode({ activeLeast: 2 }),
    now: aMode({ preparationMinutes: 0, lockMinutes: 0, attempts: 1 }),
    off: aMode({ enabled: false }),
    many: aMode({ activeLeast: 50 }),
  };
  const prepared = async (): Promise<void> => {
    for (const [id, mode] of Object.entries(modes)) await api.backend("PUT", `/v1/war-modes/war-${id}`, mode);
    for (const id of ["wa", "wb", "wc", "wd"]) await api.guild(id, [`${id}lo`, `${id}me`]);
    await run(`war:${SPOILT}`, "info", "RPUSH", "spoilt");
  };

  let undo: (() => Promise<unknown>)[] = [];
  const asItWas = async (): Promise<void> => {
    for (const back of undo) await back();
    undo = [];
  };
  /** Has guilds be as they would be in the midst of other things. */
  const forced =
    (...states: readonly Forced[]) =>
    async (): Promise<void> => {
      await asItWas();
      for (const { guild, part, fields } of states) {
        await run(`guild:${guild}`, part, "HSET", ...Object.entries(fields).flat());
        undo.push(() => run(`guild:${guild}`, part, "HDEL", ...Object.keys(fields)));
      }
    };
  const atWar = (guild: string) => forced({ guild, part: "war", fields: { war: UNKNOWN } });
  const ended = (guild: string) => async (): Promise<void> => {
    await asItWas();
    await run(`guild:${guild}`, "info", "HDEL", "name");
    undo.push(() => run(`guild:${guild}`, "info", "HSET", "name", `Guild ${guild}`));
  };
  const asked = (guild: string, count: number, side: 0 | 1) => {
    const until = Date.now() + FAR_MS;
    const row = (other: string) => JSON.stringify({ other, name: other, tag: "TAG", side, until, mode: "war-slow" });
    const fields = Object.fromEntries(Array.from({ length: count }, (_, n) => [`w${n}`, row(`other-${n}`)]));
    return forced({ guild, part: "warasks", fields });
  };
  const metOften = (guild: string, other: string) => async (): Promise<void> => {
    await asItWas();
    const rows = [1, 2, 3].map((n) => `w${n} ${other}`);
    await run(`guild:${guild}`, "warpast", "ZADD", ...rows.flatMap((row) => [String(Date.now()), row]));
    undo.push(() => run(`guild:${guild}`, "warpast", "DEL"));
  };
  const busy = (guild: string) => (): Promise<void> =>
    forced({ guild, part: "war", fields: { war: UNKNOWN, token: "t", at: String(Date.now()) } })();

  const ask = (nonce: string, guild: string, opponent: string, mode: string) =>
    api.backend("POST", `/v1/guilds/${guild}/challenges`, { nonce, opponent, mode });
  const agree = (id: string) => api.backend("PUT", `/v1/wars/${id}/answer`, { accept: true });
  const begun = (nonce: string, guild: string, opponent: string) => async (): Promise<void> => {
    await asItWas();
    await ask(nonce, guild, opponent, "war-now");
    await agree(war(nonce, guild));
    await wars.advance(war(nonce, guild), true);
  };
  /** Its time is up, and its sums are not those of its battles. */
  const held = async (): Promise<void> => {
    await begun("nonce-w06", "wc", "wd")();
    const past = String(Date.now() - FAR_MS);
    await run(`war:${war("nonce-w06", "wc")}`, "info", "HSET", "score:0", "5", "endsAt", past);
    await wars.advance(war("nonce-w06", "wc"), true);
  };
  const start = (player: string, nonce: string) =>
    api.backend("POST", `/v1/wars/${fought}/players/${player}/battles`, { nonce });

  const [first, second, third, fought] = [war("nonce-w01"), war("nonce-w02"), war("nonce-w03", "wc"), war("nonce-w04")];
  const challenges = "/v1/guilds/wa/challenges";
  const request = { nonce: "nonce-w01", opponent: "wb", mode: "war-slow" };
  const other = { nonce: "nonce-w99", opponent: "wc", mode: "war-slow" };
  const accept = { accept: true };
  const token = (player: string, nonce: string) => battleTokenOf(fought, player, nonce);
  const told = (player: string, nonce: string) => ({
    battles: [{ battle: `b-${player}`, token: token(player, nonce), player, score: 5 }],
  });
  const one = (
    operation: string,
    outcome: string,
    [method, path]: readonly [string, string],
    more: Partial<Case>,
  ): Case => ({
    ...{ operation, outcome, method, path, headers: key },
    ...more,
  });
  const challenged = (outcome: string, before: Case["before"]): Case =>
    one("challengeGuild", outcome, ["POST", challenges], { body: other, ...(before && { before }) });
  const answered = (outcome: string, before: () => Promise<void>): Case =>
    one("answerChallenge", outcome, ["PUT", `/v1/wars/${third}/answer`], { body: accept, before });
  const begin = `/v1/wars/${fought}/players/walo/battles`;
  const calledOff = `/v1/wars/${second}/cancellation`;
  const results = `/v1/wars/${fought}/results`;

  return [
    one("getWar", "war-not-found", ["GET", `/v1/wars/${UNKNOWN}`], { before: prepared }),
    ...backend("challengeGuild", "POST", challenges, request, [
      ["bad-request", challenges, { ...request, opponent: "wa" }],
      ["guild-not-found", "/v1/guilds/g0/challenges"],
      ["not-member", challenges, undefined, caro],
      ["not-permitted", challenges, undefined, wame],
      ["key-reused", challenges, { ...request, opponent: "wc" }],
      ["opponent-not-found", challenges, { ...other, opponent: "g0" }],
      ["war-mode-not-found", challenges, { ...other, mode: "war-none" }],
      ["war-mode-disabled", challenges, { ...other, mode: "war-off" }],
      ["too-few-ready", challenges, { ...other, mode: "war-many" }],
      ["already-challenged", challenges, { ...request, nonce: "nonce-w98" }],
      ["internal", "/v1/guilds/broken/challenges"],
    ]),
    challenged("guild-at-war", atWar("wa")),
    challenged("challenges-full", asked("wa", 5, 0)),
    challenged("rematch-limit", metOften("wa", "wc")),
    challenged("opponent-at-war", atWar("wc")),
    challenged("opponent-busy", asked("wc", 20, 1)),
    challenged(
      "opponent-protected",
      forced({ guild: "wc", part: "war", fields: { protectedUntil: String(Date.now() + FAR_MS) } }),
    ),
    one("withdrawChallenge", "guild-not-found", ["DELETE", `/v1/wars/${first}/challenge`], { before: ended("wa") }),
    one("getWar", "war-not-found", ["GET", `/v1/wars/${UNKNOWN}`], { before: asItWas }),
    ...backend("withdrawChallenge", "DELETE", `/v1/wars/${first}/challenge`, undefined, [
      ["bad-request", "/v1/wars/w1/challenge"],
      ["war-not-found", `/v1/wars/${UNKNOWN}/challenge`],
      ["not-member", `/v1/wars/${first}/challenge`, undefined, caro],
      ["not-permitted", `/v1/wars/${first}/challenge`, undefined, wame],
      ["internal", `/v1/wars/${SPOILT}/challenge`],
    ]),

    one("getWar", "war-not-found", ["GET", `/v1/wars/${UNKNOWN}`], {
      before: () => ask("nonce-w03", "wc", "wd", "war-slow"),
    }),
    answered("guild-at-war", atWar("wd")),
    answered("opponent-at-war", atWar("wc")),
    answered("guild-not-found", ended("wd")),
    answered("opponent-not-found", ended("wc")),
    answered("rematch-limit", metOften("wd", "wc")),
    answered("too-few-ready", forced({ guild: "wd", part: "warready", fields: { wdme: "0:1" } })),
    answered("opponent-too-few", forced({ guild: "wc", part: "warready", fields: { wcme: "0:1" } })),
    answered("guild-busy", busy("wd")),
    one("getWar", "war-not-found", ["GET", `/v1/wars/${UNKNOWN}`], {
      before: async () => {
        await asItWas();
        await api.backend("DELETE", `/v1/wars/${third}/challenge`);
        await ask("nonce-w02", "wa", "wb", "war-slow");
      },
    }),
    ...backend("answerChallenge", "PUT", `/v1/wars/${second}/answer`, accept, [
      ["bad-request", `/v1/wars/${second}/answer`, {}],
      ["war-not-found", `/v1/wars/${UNKNOWN}/answer`],
      ["not-member", `/v1/wars/${second}/answer`, undefined, caro],
      ["not-permitted", `/v1/wars/${second}/answer`, undefined, wbme],
      ["war-not-open", `/v1/wars/${first}/answer`],
      ["internal", `/v1/wars/${SPOILT}/answer`],
    ]),
    one("withdrawChallenge", "war-not-open", ["DELETE", `/v1/wars/${second}/challenge`], {}),
    one("callOffWar", "guild-not-found", ["PUT", calledOff], { body: { guild: "wa" }, before: ended("wa") }),
    one("getWar", "war-not-found", ["GET", `/v1/wars/${UNKNOWN}`], { before: asItWas }),
    ...backend("callOffWar", "PUT", calledOff, { guild: "wa" }, [
      ["bad-request", calledOff, { guild: "wa", on: "yes" }],
      ["war-not-found", `/v1/wars/${UNKNOWN}/cancellation`],
      ["not-member", calledOff, undefined, caro],
      ["not-member", calledOff, { guild: "wc" }],
      ["not-permitted", calledOff, undefined, wame],
      ["internal", `/v1/wars/${SPOILT}/cancellation`],
    ]),
    ...backend("cancelWar", "DELETE", `/v1/wars/${second}`, undefined, [
      ["bad-request", "/v1/wars/w1"],
      ["war-not-found", `/v1/wars/${UNKNOWN}`],
      ["internal", `/v1/wars/${SPOILT}`],
    ]),
    ...backend("getWar", "GET", `/v1/wars/${second}`, undefined, [
      ["success", `/v1/wars/${second}`, undefined, wame],
      ["bad-request", "/v1/wars/w1"],
      ["not-member", `/v1/wars/${second}`, undefined, caro],
      ["internal", `/v1/wars/${SPOILT}`],
    ]),

    one("callOffWar", "war-begun", ["PUT", `/v1/wars/${fought}/cancellation`], {
      ...{ body: { guild: "wa" }, before: begun("nonce-w04", "wa", "wb") },
    }),
    one("cancelWar", "war-begun", ["DELETE", `/v1/wars/${fought}`], {}),
    ...backend("getGuildWar", "GET", "/v1/guilds/wa/war", undefined, [
      ["success", "/v1/guilds/wa/war", undefined, wame],
      ["bad-request", "/v1/guilds/a%20b/war"],
      ["guild-not-found", "/v1/guilds/g0/war"],
      ["not-member", "/v1/guilds/wa/war", undefined, caro],
      ["internal", "/v1/guilds/broken/war"],
    ]),
    ...backend("listFighters", "GET", `/v1/wars/${fought}/fighters`, undefined, [
      ["bad-request", "/v1/wars/w1/fighters"],
      ["war-not-found", `/v1/wars/${UNKNOWN}/fighters`],
      ["not-member", `/v1/wars/${fought}/fighters`, undefined, caro],
      ["internal", `/v1/wars/${SPOILT}/fighters`],
    ]),
    ...backend("startBattle", "POST", begin, { nonce: "nonce-b01" }, [
      ["bad-request", begin, { nonce: "b" }],
      ["war-not-found", `/v1/wars/${UNKNOWN}/players/walo/battles`],
      ["war-not-active", `/v1/wars/${second}/players/walo/battles`],
      ["not-permitted", begin, undefined, caro],
      ["not-fighter", `/v1/wars/${fought}/players/caro/battles`],
      ["no-attempts", begin, { nonce: "nonce-b02" }],
      ["internal", `/v1/wars/${SPOILT}/players/walo/battles`],
    ]),
    ...backend("reportBattles", "POST", results, told("walo", "nonce-b01"), [
      ["bad-request", results, { battles: [] }],
      ["war-not-found", `/v1/wars/${UNKNOWN}/results`],
      ["internal", `/v1/wars/${SPOILT}/results`],
    ]),
    one("startBattle", "battle-token", ["POST", begin], { body: { nonce: "nonce-b01" } }),
    one("dropBattle", "battle-told", ["DELETE", `/v1/wars/${fought}/tokens/${token("walo", "nonce-b01")}`], {
      before: async () => {
        await start("wblo", "nonce-b03");
        await start("wbme", "nonce-b04");
        await start("wame", "nonce-b05");
        await api.backend("POST", results, told("wbme", "nonce-b04"));
      },
    }),
    ...backend("dropBattle", "DELETE", `/v1/wars/${fought}/tokens/${token("wblo", "nonce-b03")}`, undefined, [
      ["bad-request", `/v1/wars/${fought}/tokens/t`],
      ["war-not-found", `/v1/wars/${UNKNOWN}/tokens/${token("wblo", "nonce-b03")}`],
      ["internal", `/v1/wars/${SPOILT}/tokens/${token("wblo", "nonce-b03")}`],
    ]),
    one("startBattle", "not-member", ["POST", `/v1/wars/${fought}/players/wame/battles`], {
      ...{ body: { nonce: "nonce-b05" }, before: () => api.backend("DELETE", "/v1/guilds/wa/members/wame") },
    }),
    ...backend("voidBattle", "PUT", `/v1/wars/${fought}/battles/b-walo/void`, why, [
      ["bad-request", `/v1/wars/${fought}/battles/b-walo/void`, {}],
      ["war-not-found", `/v1/wars/${UNKNOWN}/battles/b-walo/void`],
      ["battle-not-found", `/v1/wars/${fought}/battles/b-none/void`],
      ["internal", `/v1/wars/${SPOILT}/battles/b-walo/void`],
    ]),
    ...backend("voidWar", "PUT", `/v1/wars/${fought}/void`, why, [
      ["bad-request", `/v1/wars/${fought}/void`, {}],
      ["war-not-found", `/v1/wars/${UNKNOWN}/void`],
      ["war-phase", `/v1/wars/${second}/void`],
      ["internal", `/v1/wars/${SPOILT}/void`],
    ]),
    one("voidBattle", "war-phase", ["PUT", `/v1/wars/${fought}/battles/b-wbme/void`], { body: why }),
    one("dropBattle", "war-not-active", ["DELETE", `/v1/wars/${fought}/tokens/${token("wame", "nonce-b05")}`], {}),
    ...backend("listWars", "GET", "/v1/guilds/wb/wars?limit=5", undefined, [
      ["success", "/v1/guilds/wb/wars", undefined, wbme],
      ["bad-request", "/v1/guilds/wb/wars?limit=0"],
      ["guild-not-found", "/v1/guilds/g0/wars"],
      ["not-member", "/v1/guilds/wb/wars", undefined, caro],
      ["internal", "/v1/guilds/broken/wars"],
    ]),
    one("settleHeldWar", "war-not-found", ["PUT", `/v1/wars/${UNKNOWN}/settlement`], { before: held }),
    ...backend("settleHeldWar", "PUT", `/v1/wars/${war("nonce-w06", "wc")}/settlement`, undefined, [
      ["bad-request", "/v1/wars/w1/settlement"],
      ["war-phase", `/v1/wars/${second}/settlement`],
      ["internal", `/v1/wars/${SPOILT}/settlement`],
    ]),
  ];
};
