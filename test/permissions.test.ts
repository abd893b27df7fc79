import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { PARTY_OPERATIONS } from "../shared/operations/party.ts";
import { TEAM_OPERATIONS } from "../shared/operations/team.ts";
import { OPERATION_NAMES, OPERATIONS, type OperationName } from "../shared/operations.ts";
import { PERMISSIONS, RANKS, type Rank } from "../shared/rank.ts";
import { aRightsWorld } from "./a-rights-world.ts";
import { nonce } from "./a-room.ts";
import { type About, type Act, C1, COMMAND_ACTS, G1, OPERATION_ACTS, why } from "./rights-acts.ts";

type Table = Readonly<Record<string, Rank[]>>;
const tableOf = (ranks: (permission: readonly Rank[]) => Rank[]): Table =>
  Object.fromEntries(Object.entries(PERMISSIONS).map(([name, permitted]) => [name, ranks(permitted)]));
const AT_FIRST = tableOf((ranks) => [...ranks]);
/** Besides leaders, who may always, recruits alone. */
const REVERSED = tableOf(() => ["recruit"]);

const expected = (rank: Rank, { permission, upon }: Act<string>, table: Table): string => {
  if (rank === "leader") return "ok";
  const may = table[permission]?.includes(rank) ?? false;
  // Nobody is below a recruit.
  return may && !(upon && rank === "recruit") ? "ok" : "not-permitted";
};

type Way = { what: string; right: string; ask: (about: About, n: number) => Promise<unknown> };

/** Asks all ways of an act, those that are to be refused together, and returns what came otherwise than it should. */
const tryAct = async (world: Awaited<ReturnType<typeof aRightsWorld>>, act: Act<string>, ways: readonly Way[]) => {
  const wrong: string[] = [];
  const ask = async ({ what, right, ask }: Way): Promise<void> => {
    const found = await ask(world.about, world.next());
    if (found !== right) wrong.push(`${what} ${act.name}: ${right} expected, ${String(found)} came`);
    if (found === "ok" && act.spends !== undefined) await world.renew(act.spends);
  };
  await Promise.all(ways.filter(({ right }) => right !== "ok").map(ask));
  for (const way of ways.filter(({ right }) => right === "ok")) await ask(way);
  return wrong;
};

test("[OP2, OP3, GU38, MO61] each rank may what its guild lets it, whatever way it asks: by token, over a connection that is open since before, by operation and by command; the backend may all", async () => {
  const world = await aRightsWorld({ processes: 2 });
  const { studio, over, byKey, person, seat, seats, sitElsewhere, groups, port } = world;
  const wrong: string[] = [];
  const acts = [
    ...OPERATION_ACTS.map((act) => ({ act, token: act.name, command: undefined })),
    ...COMMAND_ACTS.map((act) => ({ act, token: undefined, command: act })),
  ];
  /** The ways open to somebody: where commands are asked from home, they name the channel. */
  const waysOf = (
    who: string,
    right: string,
    { act, token }: (typeof acts)[number],
    paths: "socket" | "token" | "all",
  ) => {
    const channel = token === undefined ? { channel: G1 } : {};
    const socket = (about: About, n: number) => over.socket(who, act.name, { ...act.request(about, n), ...channel });
    const ways: Way[] = paths === "token" ? [] : [{ what: `${who} over a connection`, right, ask: socket }];
    if (token === undefined || paths === "socket") return ways;
    return [
      ...ways,
      {
        what: `${who} by token`,
        right,
        ask: (about: About, n: number) => over.token(who, token, act.request(about, n)),
      },
    ];
  };

  // As a guild begins.
  for (const one of acts) {
    const { act, token, command } = one;
    const ways = RANKS.flatMap((rank) => waysOf(rank, expected(rank, act, AT_FIRST), one, "all"));
    const ofKey = async (about: About, n: number) =>
      command === undefined ? over.key(token, act.request(about, n)) : byKey(...command.byKey(about, n));
    wrong.push(
      ...(await tryAct(world, act, [
        ...ways,
        ...waysOf("nobody", "not-member", one, "all"),
        { what: "by key", right: "ok", ask: ofKey },
      ])),
    );
  }

  // Its permissions are changed; each operation one way, all commands.
  await studio.guilds.permit("g1", REVERSED);
  for (const [index, one] of acts.entries()) {
    if (one.act.circle) continue;
    const path = one.token === undefined || index % 2 === 0 ? "socket" : "token";
    const ways = RANKS.flatMap((rank) => waysOf(rank, expected(rank, one.act, REVERSED), one, path));
    wrong.push(...(await tryAct(world, one.act, ways)));
  }
  await studio.guilds.permit("g1", AT_FIRST);

  // Of officers who are connected one is put down, one kicked, one banned from the guild, one from the game.
  const demoted = await person("officer", "both");
  const kicked = await person("officer", "both");
  const outcast = await person("officer", "both");
  const banned = await person("officer", "both");
  seats.set(demoted, await seat(demoted, port));
  for (const player of [kicked, outcast]) await sitElsewhere(player);
  for (const player of [demoted, kicked, outcast]) {
    expect(await over.socket(player, "removeMember", { guild: "g1", player: world.about.player, ...why })).toBe("ok");
    await world.renew("player");
  }
  await studio.guilds.setRank("g1", demoted, "recruit");
  expect(await over.key("setCircleRank", { circle: "c1", player: demoted, rank: "recruit" })).toBe("ok");
  expect(await over.key("removeMember", { guild: "g1", player: kicked, how: "kicked", ...why })).toBe("ok");
  await groups.release(C1, kicked, "kicked");
  expect(await over.key("banFromGuild", { guild: "g1", player: outcast, ...why })).toBe("ok");
  expect(await over.key("banFromChannel", { channel: C1, player: outcast, ...why })).toBe("ok");
  expect(await over.key("banFromGame", { player: banned, ...why })).toBe("ok");
  for (const one of acts)
    wrong.push(
      ...(await tryAct(world, one.act, [
        ...waysOf(demoted, expected("recruit", one.act, AT_FIRST), one, "socket"),
        ...[kicked, outcast].flatMap((who) => waysOf(who, "not-member", one, "all")),
        ...waysOf(banned, "banned", one, "token"),
      ])),
    );
  expect(wrong).toEqual([]);
});

test("[OP3] a permission that is given or taken counts at once, on connections that are open: a recruit pins, an officer kicks no more", async () => {
  const { studio, over, about, renew, next } = await aRightsWorld();
  const kick = async (who: string) => {
    const came = await over.socket(who, "removeMember", { guild: "g1", player: about.player, ...why });
    if (came === "ok") await renew("player");
    return came;
  };
  const pin = (who: string) => over.socket(who, "pin", { nonce: nonce(next()), seq: about.card, on: true });
  expect([await kick("officer"), await kick("member")]).toEqual(["ok", "not-permitted"]);
  expect([await pin("officer"), await pin("recruit")]).toEqual(["ok", "not-permitted"]);
  await studio.guilds.permit("g1", { kick: ["member"], pin: ["recruit"] }, "leader");
  expect([await kick("leader"), await kick("officer"), await kick("member")]).toEqual(["ok", "not-permitted", "ok"]);
  expect([await pin("leader"), await pin("officer"), await pin("recruit")]).toEqual(["ok", "not-permitted", "ok"]);
  await studio.guilds.setRank("g1", "member", "recruit");
  expect(await kick("member")).toBe("not-permitted");
});

test("[OP4] nobody acts upon his equals or betters, nor gives a rank that is not below his own", async () => {
  const { studio, over, person } = await aRightsWorld();
  const recruit = async () => person("recruit", "guild");
  await studio.guilds.permit("g1", { kick: ["officer", "member"], promote: ["officer", "member"] });
  await studio.players.putProfile("peer", { name: "peer" });
  await studio.guilds.admit("g1", "peer", "officer");
  const ask = (who: string, name: OperationName, request: object) => over.token(who, name, { guild: "g1", ...request });
  expect(await ask("officer", "removeMember", { player: "peer", ...why })).toBe("not-permitted");
  expect(await ask("member", "removeMember", { player: "peer", ...why })).toBe("not-permitted");
  expect(await ask("officer", "removeMember", { player: "leader", ...why })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: await recruit(), rank: "officer" })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: "peer", rank: "member" })).toBe("not-permitted");
  expect(await ask("member", "setRank", { player: await recruit(), rank: "leader" })).toBe("not-permitted");
  expect(await ask("officer", "setRank", { player: "officer", rank: "leader" })).toBe("not-permitted");
  expect(await ask("leader", "setRank", { player: "officer", rank: "leader" })).toBe("ok");
  expect(await ask("leader", "removeMember", { player: "member", ...why })).toBe("ok");
  expect(await ask("leader", "setRank", { player: "leader", rank: "leader" })).toBe("not-permitted");
});

test("[OP5] who is named `me` is he who asks, over every way", async () => {
  const { studio, over, sitElsewhere } = await aRightsWorld();
  expect(await over.token("member", "removeMember", { guild: "g1", player: "me" })).toBe("ok");
  await sitElsewhere("officer");
  expect(await over.socket("officer", "removeMember", { guild: "g1", player: "me" })).toBe("ok");
  const left = (await studio.guilds.snapshot("g1")).members.map(({ player }) => player);
  expect(left.filter((player) => player === "member" || player === "officer")).toEqual([]);
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
  ...(["claimLeadership", "readMail", "reportMessage", "setWarReady", "startBattle", "reportPush"] as const),
  ...(["changePreferences"] as const),
];

const OF_TEAMS = { ...TEAM_OPERATIONS, ...PARTY_OPERATIONS };

// A team has a leader and members alone; what they may is tried in teams.test.ts and parties.test.ts.
test("[OP2] every operation by which a player changes something is tried by rank here, or is for himself", () => {
  const tried = new Set<OperationName>(OPERATION_ACTS.map(({ name }) => name));
  const untried = OPERATION_NAMES.filter((name) => {
    const callers: readonly string[] = OPERATIONS[name].callers;
    const asksRank = callers.includes("player") && OPERATIONS[name].effect === "command";
    return asksRank && !tried.has(name) && !FOR_HIMSELF.includes(name) && !Object.hasOwn(OF_TEAMS, name);
  });
  expect(untried).toEqual([]);
});
