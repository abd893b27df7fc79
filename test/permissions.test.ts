import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { CommandName } from "../shared/commands.ts";
import { OPERATION_NAMES, OPERATIONS, type OperationName } from "../shared/operations.ts";
import { PERMISSIONS, type Permission, RANKS, type Rank } from "../shared/rank.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { askOverHttp } from "./ask-over-http.ts";

/** What is asked, and which permission it takes (`leader`: he alone may). `of` is a fresh recruit, and each nonce is new. */
type Act<N extends string> = {
  name: N;
  permission: Permission | "leader";
  request: (of: string, n: number) => object;
};

const OPERATION_ACTS: readonly Act<OperationName>[] = [
  { name: "changeGuild", permission: "profile", request: (_, n) => ({ guild: "g1", name: `Guild ${n}` }) },
  { name: "setRank", permission: "promote", request: (player) => ({ guild: "g1", player, rank: "member" }) },
  {
    name: "muteMember",
    permission: "mute",
    request: (player) => ({ channel: "guild:g1", player, until: Date.now() + 3_600_000, reason: "spam" }),
  },
  {
    name: "deleteAllBy",
    permission: "deleteAny",
    request: (player, n) => ({ channel: "guild:g1", player, nonce: nonce(n), reason: "spam" }),
  },
  { name: "listChannelBans", permission: "ban", request: () => ({ channel: "guild:g1" }) },
  {
    name: "setRules",
    permission: "rules",
    request: (_, n) => ({ channel: "guild:g1", minLevel: 0, slowModeMs: n % 2 }),
  },
  { name: "listReports", permission: "review", request: () => ({ channel: "guild:g1" }) },
  { name: "getAudit", permission: "review", request: () => ({ channel: "guild:g1" }) },
  { name: "removeMember", permission: "kick", request: (player) => ({ guild: "g1", player }) },
  { name: "listRequests", permission: "answer", request: () => ({ guild: "g1" }) },
  { name: "answerRequest", permission: "answer", request: (player) => ({ guild: "g1", player, accept: true }) },
  { name: "invitePlayer", permission: "invite", request: () => ({ guild: "g1", player: "nobody" }) },
  { name: "createCode", permission: "invite", request: (_, n) => ({ guild: "g1", nonce: nonce(n) }) },
  { name: "listCodes", permission: "invite", request: () => ({ guild: "g1" }) },
  { name: "revokeCode", permission: "invite", request: () => ({ guild: "g1", code: "3333344444" }) },
  { name: "banFromGuild", permission: "ban", request: (player) => ({ guild: "g1", player, reason: "spam" }) },
  { name: "unbanFromGuild", permission: "ban", request: (player) => ({ guild: "g1", player }) },
  {
    name: "setPermissions",
    permission: "leader",
    request: () => ({ guild: "g1", permissions: { pin: [...PERMISSIONS.pin] } }),
  },
  {
    name: "sendMail",
    permission: "mail",
    request: (_, n) => ({ guild: "g1", nonce: nonce(n), title: `Título ${n}`, text: "hola" }),
  },
  { name: "guildHealth", permission: "desk", request: () => ({ guild: "g1" }) },
  { name: "disbandGuild", permission: "leader", request: () => ({ guild: "g1" }) },
  { name: "keepGuild", permission: "leader", request: () => ({ guild: "g1" }) },
];

const COMMAND_ACTS: readonly Act<CommandName>[] = [
  { name: "announce", permission: "announce", request: (_, n) => ({ nonce: nonce(n), text: `guerra ${n}` }) },
  {
    name: "send",
    permission: "mentionAll",
    request: (_, n) => ({ nonce: nonce(n), text: `a todos ${n}`, mentions: { groups: ["all"] } }),
  },
  { name: "slowMode", permission: "slowMode", request: () => ({ slowModeMs: 0 }) },
];

/** A guild with a member of each rank at its place, and somebody of no guild at home. */
const scene = async () => {
  const { studio, chat, seat } = await aRoom(["leader", "officer", "member", "recruit"], { GREMIO_GUILD_PACE: "off" });
  for (const rank of RANKS) if (rank !== "leader") await studio.guilds.setRank("g1", rank, rank);
  const info = studio.keys.of("guild:g1", "info");
  await studio.redis.run(info, ["HSET", info, "capacity", "1000"]);
  await studio.players.putProfile("nobody", { name: "nobody" });
  const seats = new Map<string, Awaited<ReturnType<typeof seat>>>();
  for (const rank of RANKS) seats.set(rank, await seat(rank));
  seats.set("nobody", await seat("nobody", chat.port, { home: true }));
  let made = 0;
  const recruit = async (): Promise<string> => {
    made += 1;
    await studio.players.putProfile(`r${made}`, { name: `r${made}` });
    await studio.guilds.admit("g1", `r${made}`, "recruit");
    return `r${made}`;
  };
  /** What came of it: `ok`, or the code of the refusal. */
  const over = {
    socket: async (who: string, name: string, request: object): Promise<unknown> =>
      codeOf(await refusal(seats.get(who)?.room.request(name, request) ?? Promise.resolve())),
    token: async (who: string, name: OperationName, request: object): Promise<unknown> => {
      const authorization = `Bearer ${await studio.token(who)}`;
      return codeOf(errorOf(await askOverHttp(chat.port, { authorization }, name, request)));
    },
    key: async (name: OperationName, request: object): Promise<unknown> => {
      const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
      return codeOf(errorOf(await askOverHttp(chat.port, key, name, request)));
    },
  };
  return { studio, over, recruit, next: () => ++made };
};

const errorOf = ({ body }: { body: unknown }): unknown =>
  typeof body === "object" && body !== null && "error" in body ? body.error : undefined;

const codeOf = (failure: unknown): unknown =>
  typeof failure === "object" && failure !== null && "code" in failure ? failure.code : "ok";

const ranksOf = (permission: Permission | "leader"): readonly Rank[] =>
  permission === "leader" ? ["leader"] : PERMISSIONS[permission];

const expected = (who: string, permission: Permission | "leader"): string =>
  who === "nobody" ? "not-member" : ranksOf(permission).some((rank) => rank === who) ? "ok" : "not-permitted";

test("[OP2, GU38] each rank may what its permissions say, by token and over a connection, and the game's backend may all", async () => {
  const { over, recruit, next } = await scene();
  const wrong: string[] = [];
  const judge = (what: string, found: unknown, right: string): void => {
    if (found !== right) wrong.push(`${what}: ${right} expected, ${String(found)} came`);
  };
  for (const { name, permission, request } of OPERATION_ACTS) {
    for (const who of [...RANKS, "nobody"]) {
      const right = expected(who, permission);
      judge(`${who} ${name} by token`, await over.token(who, name, request(await recruit(), next())), right);
      judge(`${who} ${name} over a connection`, await over.socket(who, name, request(await recruit(), next())), right);
    }
    judge(`${name} by key`, await over.key(name, request(await recruit(), next())), "ok");
  }
  for (const { name, permission, request } of COMMAND_ACTS)
    for (const who of RANKS)
      judge(`${who} ${name}`, await over.socket(who, name, request("", next())), expected(who, permission));
  expect(wrong).toEqual([]);
});

test("[OP3] a permission that is given or taken counts at once, on connections that are open", async () => {
  const { studio, over, recruit } = await scene();
  const kick = async (who: string) => over.socket(who, "removeMember", { guild: "g1", player: await recruit() });
  expect([await kick("officer"), await kick("member")]).toEqual(["ok", "not-permitted"]);
  await studio.guilds.permit("g1", { kick: ["member"] }, "leader");
  expect([await kick("leader"), await kick("officer"), await kick("member")]).toEqual(["ok", "not-permitted", "ok"]);
  await studio.guilds.setRank("g1", "member", "recruit");
  expect(await kick("member")).toBe("not-permitted");
});

test("[OP4] nobody acts upon his equals or betters, nor gives a rank that is not below his own", async () => {
  const { studio, over, recruit } = await scene();
  await studio.guilds.permit("g1", { kick: ["officer", "member"], promote: ["officer", "member"] });
  await studio.players.putProfile("peer", { name: "peer" });
  await studio.guilds.admit("g1", "peer", "officer");
  const ask = (who: string, name: OperationName, request: object) => over.token(who, name, { guild: "g1", ...request });
  expect(await ask("officer", "removeMember", { player: "peer" })).toBe("not-permitted");
  expect(await ask("member", "removeMember", { player: "peer" })).toBe("not-permitted");
  expect(await ask("officer", "removeMember", { player: "leader" })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: await recruit(), rank: "officer" })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: "peer", rank: "member" })).toBe("not-permitted");
  expect(await ask("member", "setRank", { player: await recruit(), rank: "leader" })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: "officer", rank: "leader" })).toBe("not-permitted");
  expect(await ask("leader", "setRank", { player: "officer", rank: "leader" })).toBe("ok");
  expect(await ask("leader", "removeMember", { player: "member" })).toBe("ok");
  expect(await ask("leader", "setRank", { player: "leader", rank: "leader" })).toBe("not-permitted");
});

test("[OP5] who is named `me` is he who asks, over every way", async () => {
  const { studio, over } = await scene();
  expect(await over.token("member", "removeMember", { guild: "g1", player: "me" })).toBe("ok");
  expect(await over.socket("officer", "removeMember", { guild: "g1", player: "me" })).toBe("ok");
  const left = (await studio.guilds.snapshot("g1")).members.map(({ player }) => player);
  expect(left).toEqual(["leader", "recruit"]);
});

test("[OP1] every operation is a route and a request, by names no command of a room has", async () => {
  const { COMMANDS } = await import("../shared/commands.ts");
  for (const name of OPERATION_NAMES) {
    expect(Object.keys(COMMANDS), name).not.toContain(name);
    const fields = [...OPERATIONS[name].path.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
    expect(Object.keys(OPERATIONS[name].request.shape), name).toEqual(expect.arrayContaining(fields));
  }
  expect(new Set(OPERATION_NAMES.map((name) => `${OPERATIONS[name].method} ${OPERATIONS[name].path}`)).size).toBe(
    OPERATION_NAMES.length,
  );
});

test("[OP6] docs/guilds.md has every permission with the ranks that have it at first", async () => {
  const text = await readFile(new URL("../docs/guilds.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| [^|]+ \| ((?:leader|officer|member|recruit)[^|]*) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, name = "", ranks = ""]) => [name, ranks.split(", ")]))).toEqual(PERMISSIONS);
});

/** What a player does for himself, so that no rank is asked for. */
const FOR_HIMSELF: readonly OperationName[] = [
  ...(["createGuild", "quickJoin", "joinGuild", "withdrawRequest", "declineInvitation", "redeemCode"] as const),
  ...(["createCircle", "joinCircle", "leaveCircle", "blockPlayer", "unblockPlayer"] as const),
  ...(["claimLeadership", "readMail", "reportMessage"] as const),
];
/** What takes a right, with the rule whose tests try it. */
const ELSEWHERE: { readonly [name in OperationName]?: string } = {
  ...{
    changeCircle: "CI3",
    setCircleRank: "CI3",
    kickMember: "MO22",
    banFromChannel: "MO22",
    unbanFromChannel: "MO22",
  },
  ...{ unmuteMember: "MO20", decideReport: "MO54", purchase: "RW4", dropGift: "RW13", endGift: "RW14" },
};

test("[OP2] every operation by which a player changes something is tried by rank here, or is for himself, or has its own rule", async () => {
  const tried = new Set<OperationName>(OPERATION_ACTS.map(({ name }) => name));
  const untried = OPERATION_NAMES.filter((name) => {
    const callers: readonly string[] = OPERATIONS[name].callers;
    const asksRank = callers.includes("player") && OPERATIONS[name].effect === "command";
    return asksRank && !tried.has(name) && !FOR_HIMSELF.includes(name) && ELSEWHERE[name] === undefined;
  });
  expect(untried).toEqual([]);
  const spec = await readFile(new URL("../docs/spec.md", import.meta.url), "utf8");
  for (const rule of Object.values(ELSEWHERE)) expect(spec).toContain(`- **${rule}** `);
});
