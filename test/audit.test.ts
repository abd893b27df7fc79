import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { MODERATION_OPERATIONS } from "../shared/operations/moderation.ts";
import { REPORT_OPERATIONS } from "../shared/operations/report.ts";
import { RULES_OPERATIONS } from "../shared/operations/rules.ts";
import { OPERATIONS, type OperationName } from "../shared/operations.ts";
import { aModeration, inADay } from "./a-moderation.ts";

const GUILD = "guild:g1";
const CIRCLE = "circle:c1";
const STUDIO = "studio";
/** Where an act stands: in a channel's log, a player's, or the studio's. */
type Place = string;
/** What is done, by whom (undefined: the backend), and the row it leaves. */
type Act = {
  name: string;
  by?: string;
  place: Place;
  ask: () => Promise<unknown>;
  row: { act: string; whom?: string; why?: string; more?: object };
};

/** What a player does for himself leaves no row. */
const FOR_HIMSELF = ["blockPlayer", "unblockPlayer", "reportMessage"];

/** Guild g1 with a message and a card of caro, whom dino has reported, and circle c1 that ana leads. */
const scene = async () => {
  const world = await aModeration();
  const { studio, chat, seat, as, backend, groups } = world;
  await groups.found(CIRCLE, { name: "Pesca", capacity: 10 });
  await groups.admit(CIRCLE, "ana", "leader");
  for (const player of ["beto", "caro", "dino"]) await groups.admit(CIRCLE, player, "member");
  const caro = await seat("caro");
  const say = async (): Promise<number> =>
    (await caro.ask("send", { nonce: randomUUID(), text: `hola ${randomUUID().slice(0, 4)}` })).seq;
  const poll = async (): Promise<number> =>
    (await caro.ask("card", { nonce: randomUUID(), card: "roll-call", title: "¿Vamos?" })).seq;
  const byKey = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${chat.port}${path}`, {
      method,
      headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return undefined;
  };
  const rows = async (place: Place): Promise<{ act: string; id: string }[]> => {
    const page = { limit: 100 };
    const { body } =
      place === STUDIO
        ? await backend("getStudioAudit", page)
        : place.startsWith("player:")
          ? await backend("getPlayerAudit", { player: place.slice("player:".length), ...page })
          : await backend("getAudit", { channel: place, ...page });
    return Object(body).acts;
  };
  return { ...world, beto: await seat("beto"), say, poll, byKey, rows, as, backend };
};

test("[MO57] whatever is done to others or to the rules is one row of the audit log, with who, whom and why, however often it is asked", async () => {
  const { as, backend, beto, say, poll, byKey, rows } = await scene();
  const why = "regla 3";
  const until = inADay();
  /** An operation by a player or (undefined) the backend. */
  const act = (
    name: OperationName,
    by: string | undefined,
    place: Place,
    request: object,
    { act: told, ...row }: Act["row"],
  ): Act => {
    const asked = { ...request, ...("reason" in OPERATIONS[name].request.shape ? { reason: why } : {}) };
    const ask = () => (by === undefined ? backend(name, asked) : as(by, name, asked));
    return { name, place, ask, row: { act: told, why, ...row }, ...(by === undefined ? {} : { by }) };
  };
  const [mine, ofBackend, reported] = [await say(), await say(), await say()];
  const [closed, settled] = [await poll(), await poll()];
  await as("dino", "reportMessage", { channel: GUILD, seq: reported, nonce: randomUUID(), category: "abuse" });
  const report = `${GUILD}~${reported}`;
  const caro = { player: "caro" };
  const purge = { ...caro, nonce: randomUUID() };
  const acts: Act[] = [
    act(
      "muteMember",
      "beto",
      GUILD,
      { channel: GUILD, ...caro, until },
      { act: "mute", whom: "caro", more: { until } },
    ),
    act("unmuteMember", undefined, GUILD, { channel: GUILD, ...caro }, { act: "unmute", whom: "caro" }),
    {
      ...{ name: "delete", by: "beto", place: GUILD },
      ask: () => beto.ask("delete", { nonce: "nonce-of-deletion", seq: mine, reason: why }),
      row: { act: "delete", whom: "caro", why, more: { seq: mine } },
    },
    {
      ...{ name: "deleteMessage", place: GUILD },
      ask: () => byKey("DELETE", `/v1/channels/${GUILD}/messages/${ofBackend}?reason=${encodeURIComponent(why)}`),
      row: { act: "delete", whom: "caro", why, more: { seq: ofBackend } },
    },
    {
      ...{ name: "close", by: "beto", place: GUILD },
      ask: () => beto.ask("close", { seq: closed, reason: why }),
      row: { act: "close", whom: "caro", why },
    },
    {
      ...{ name: "settleCard", place: GUILD },
      ask: () => byKey("PATCH", `/v1/channels/${GUILD}/cards/${settled}`, { closed: true, reason: why }),
      row: { act: "close", whom: "caro", why },
    },
    {
      ...{ name: "slowMode", by: "beto", place: GUILD },
      ask: () => beto.ask("slowMode", { slowModeMs: 5, reason: why }),
      row: { act: "slow", why, more: { ms: 5 } },
    },
    {
      ...{ name: "setSlowMode", place: GUILD },
      ask: () => byKey("PUT", `/v1/channels/${GUILD}/slow-mode`, { slowModeMs: 0, reason: why }),
      row: { act: "slow", why, more: { ms: 0 } },
    },
    act("setRules", "beto", GUILD, { channel: GUILD, links: "members" }, { act: "rules" }),
    {
      ...act("getReport", "beto", GUILD, { report }, { act: "report-read", whom: "caro" }),
      row: { act: "report-read", whom: "caro" },
    },
    act(
      "decideReport",
      "beto",
      GUILD,
      { report, outcome: "warned", note: why },
      { act: "report-decided", whom: "caro" },
    ),
    act("deleteAllBy", "beto", GUILD, { channel: GUILD, ...purge }, { act: "purge", whom: "caro" }),
    {
      ...act("setRank", "ana", GUILD, { guild: "g1", ...caro, rank: "recruit" }, { act: "rank", whom: "caro" }),
      row: { act: "rank", whom: "caro" },
    },
    act("banFromGuild", "beto", GUILD, { guild: "g1", ...caro, until }, { act: "ban", whom: "caro", more: { until } }),
    act("unbanFromGuild", "beto", GUILD, { guild: "g1", ...caro }, { act: "unban", whom: "caro" }),
    act("removeMember", "beto", GUILD, { guild: "g1", player: "dino" }, { act: "kick", whom: "dino" }),
    act("kickMember", "ana", CIRCLE, { channel: CIRCLE, ...caro }, { act: "kick", whom: "caro" }),
    act("banFromChannel", "ana", CIRCLE, { channel: CIRCLE, player: "dino" }, { act: "ban", whom: "dino" }),
    act("unbanFromChannel", "ana", CIRCLE, { channel: CIRCLE, player: "dino" }, { act: "unban", whom: "dino" }),
    {
      ...{ name: "removeChannelMember", place: CIRCLE },
      ask: () =>
        byKey("DELETE", `/v1/channels/${CIRCLE}/members/beto?how=kicked&reason=${encodeURIComponent(why)}`).catch(
          () => undefined,
        ),
      row: { act: "kick", whom: "beto", why },
    },
    act(
      "muteInGame",
      undefined,
      "player:caro",
      { ...caro, until },
      { act: "game-mute", whom: "caro", more: { until } },
    ),
    act("unmuteInGame", undefined, "player:caro", caro, { act: "game-unmute", whom: "caro" }),
    act("banFromGame", undefined, "player:caro", caro, { act: "game-ban", whom: "caro" }),
    act("kickFromGame", undefined, "player:caro", caro, { act: "game-kick", whom: "caro" }),
    act("unbanFromGame", undefined, "player:caro", caro, { act: "game-unban", whom: "caro" }),
    act("deleteAllInGame", undefined, "player:caro", purge, { act: "game-purge", whom: "caro" }),
    act(
      "setStudioRules",
      undefined,
      STUDIO,
      { kind: "circle", links: "nobody" },
      { act: "floor", more: { of: "circle" } },
    ),
    act("setSwitch", undefined, STUDIO, { mode: "read-only", until }, { act: "switch" }),
    act("removeMember", undefined, GUILD, { guild: "g1", player: "beto" }, { act: "remove", whom: "beto" }),
    {
      ...{ name: "removeChannelMember", place: CIRCLE },
      ask: () => byKey("DELETE", `/v1/channels/${CIRCLE}/members/ana`).catch(() => undefined),
      row: { act: "remove", whom: "ana" },
    },
  ];
  for (const { name, by, place, ask, row } of acts) {
    const before = (await rows(place)).length;
    for (const _ of [1, 2]) await ask();
    const after = await rows(place);
    expect(after.length - before, name).toBe(1);
    expect(after[0], name).toMatchObject(by === undefined ? row : { ...row, by });
    if (by === undefined) expect(after[0], name).not.toHaveProperty("by");
  }
  const tried = new Set([...acts.map(({ name }) => name), ...FOR_HIMSELF]);
  const commands = Object.entries({ ...MODERATION_OPERATIONS, ...REPORT_OPERATIONS, ...RULES_OPERATIONS }).filter(
    ([, { effect }]) => effect === "command",
  );
  expect(commands.map(([name]) => name).filter((name) => !tried.has(name))).toEqual([]);
});
