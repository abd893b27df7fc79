import { expect, test } from "vitest";
import { asNumber } from "../server/redis/reply.ts";
import { startedBattleSchema, warSchema } from "../shared/api/war.ts";
import type { OperationName } from "../shared/operations.ts";
import { aClient } from "./a-client.ts";
import { aRoom } from "./a-room.ts";
import { aWrittenWar, NAMES } from "./a-written-war.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Two guilds in one chat service, and what their wars' functions tell the guilds. */
const aRivalry = async () => {
  const room = await aRoom(["ana", "abel", "alba"]);
  const { studio } = room;
  const { redis, keys } = studio;
  await studio.guild("g2", ["beto", "bea"]);
  const tell = async (guild: string, part: string, ...command: string[]): Promise<void> => {
    const key = keys.of(`guild:${guild}`, part);
    const [name = "", ...args] = command;
    await redis.run(key, [name, key, ...args]);
    const info = keys.of(`guild:${guild}`, "info");
    const version = asNumber(await redis.run(info, ["HINCRBY", info, "version", "1"]));
    const feed = keys.of(`guild:${guild}`, "feed");
    await redis.run(feed, ["SPUBLISH", feed, `v${version}`]);
  };
  return { ...room, world: { redis, keys }, tell };
};

test("[PV50] [PV52] [PV54] rooms of both guilds show a challenge, then the war and how it goes, and each player is told his part", async () => {
  const { seat, studio, chat } = await aRivalry();
  const [ana, alba, beto] = [await seat("ana"), await seat("alba"), await seat("beto")];
  await waitFor(() => ana.mes.length > 0 && beto.mes.length > 0, "the first me");
  expect(ana.room.state.war).toBeUndefined();
  expect(ana.mes.at(-1)?.war).toBeUndefined();
  const ask = async (name: OperationName, request: object): Promise<unknown> => {
    const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
    const { status, body } = await askOverHttp(chat.port, key, name, request);
    expect([name, status, body]).toEqual([name, status < 300 ? status : 200, body]);
    return body;
  };
  const times = { start: "soon", preparationMinutes: 0, lockMinutes: 0, minutes: 60 };
  await ask("putWarMode", { mode: "duel", name: NAMES, attempts: 2, ...times });
  const challenge = { guild: "g1", opponent: "g2", mode: "duel", nonce: "nonce-of-a-challenge" };
  const { war } = warSchema.parse(await ask("challengeGuild", challenge));
  await waitFor(() => ana.room.state.challenges.size + beto.room.state.challenges.size === 2, "the challenge");
  const [own, other] = [ana.room.state.challenges.get(war), beto.room.state.challenges.get(war)];
  expect(own?.toJSON()).toMatchObject({ guild: "g2", name: "Guild g2", tag: "G2", mode: "duel", incoming: false });
  expect(other?.toJSON()).toMatchObject({
    guild: "g1",
    name: "Guild g1",
    tag: "G1",
    incoming: true,
    until: own?.until,
  });
  expect(ana.room.state.war).toBeUndefined();

  await ask("answerChallenge", { war, accept: true });
  for (const { room } of [ana, beto])
    await waitFor(() => room.state.war?.id === war && room.state.challenges.size === 0, "the war", within(2_000));
  await waitFor(() => ana.mes.at(-1)?.war?.id === war, "her part");
  await waitFor(() => ana.room.state.war?.phase === "active", "the start");
  expect(ana.room.state.war?.toJSON()).toMatchObject({
    ...{ mode: "duel", modeName: JSON.stringify(NAMES), attempts: 2, lead: -1, outcome: "" },
    sides: [
      { guild: "g1", name: "Guild g1", tag: "G1", score: 0, battles: 0, fighters: 2, top: [] },
      { guild: "g2", name: "Guild g2", tag: "G2", score: 0, battles: 0, fighters: 2, top: [] },
    ],
  });
  const { startsAt = 0, endsAt = 0 } = ana.room.state.war ?? {};
  expect(endsAt - startsAt).toBe(HOUR_MS);
  await waitFor(() => ana.mes.at(-1)?.war?.fighter === true, "that she fights");
  expect(ana.mes.at(-1)?.war).toMatchObject({ id: war, attempts: 2, attemptsLeft: 2, score: 0 });
  await waitFor(() => alba.mes.at(-1)?.war?.id === war, "that she looks on");
  const spectator = alba.mes.length;

  const fight = async (player: string, score: number): Promise<void> => {
    const started = await ask("startBattle", { war, player, nonce: `nonce-of-${player}` });
    const { token } = startedBattleSchema.parse(started);
    await ask("reportBattles", { war, battles: [{ battle: `battle-of-${player}`, token, player, score }] });
  };
  await fight("ana", 30);
  await fight("beto", 40);
  for (const { room } of [ana, alba, beto]) await waitFor(() => room.state.war?.lead === 1, "who leads", within(2_000));
  expect(beto.room.state.war?.toJSON()).toEqual(ana.room.state.war?.toJSON());
  expect(ana.room.state.war?.toJSON()).toMatchObject({
    sides: [
      { score: 30, battles: 1, top: [{ player: "ana", name: "ana", score: 30, used: 1 }] },
      { score: 40, battles: 1, top: [{ player: "beto", name: "beto", score: 40, used: 1 }] },
    ],
  });
  expect(ana.room.state.war?.events.map(({ what, side, name }) => `${what} ${side} ${name}`)).toEqual(
    expect.arrayContaining(["battle 0 ana", "battle 1 beto", "lead 1 "]),
  );
  await waitFor(() => ana.mes.at(-1)?.war?.attemptsLeft === 1 && ana.mes.at(-1)?.war?.score === 30, "her attempt");
  expect(alba.mes).toHaveLength(spectator);
  const late = await seat("abel");
  await waitFor(() => late.mes.at(-1)?.war?.id === war, "the part of one who came later");

  await ask("voidWar", { war, reason: "cheated" });
  await waitFor(() => beto.room.state.war?.phase === "voided" && beto.room.state.war.outcome === "", "its end");
  expect(beto.room.state.war?.id).toBe(war);
});

test("[PV50] [PV51] [PV55] the best five of a side and the last ten events are shown, and the war stays after its end until the next one, a day at most", async () => {
  const { seat, world, tell, chat } = await aRivalry();
  const war = await aWrittenWar(world, "w1", ["g1", "g2"]);
  const fighters = ["f1", "f2", "f3", "f4", "f5", "f6", "f7"];
  await war.lock([fighters, ["beto"]]);
  await tell("g1", "info", "HSET", "reserved", "w1");
  const ana = await seat("ana");
  const client = aClient(`http://127.0.0.1:${chat.port}`, "alba");
  await client.live();
  for (const [index, player] of fighters.entries()) await war.fight(0, player, index === 6 ? 5 : index);
  await waitFor(() => ana.room.state.war?.sides[0]?.battles === 7, "seven battles");
  const top = () => ana.room.state.war?.sides[0]?.top.map(({ player, score }) => `${player} ${score}`);
  expect(top()).toEqual(["f6 5", "f7 5", "f5 4", "f4 3", "f3 2"]);
  for (let n = 1; n <= 5; n++) await war.fight(1, "beto", n);
  await waitFor(() => ana.room.state.war?.sides[1]?.battles === 5, "five more");
  const before = ana.room.state.war?.events.toJSON();
  await war.fight(0, "f1", 50);
  await waitFor(() => ana.room.state.war?.sides[0]?.battles === 8, "one more");
  expect(top()?.[0]).toBe("f1 50");
  const events = ana.room.state.war?.events.toJSON() ?? [];
  expect(events.filter((event, index) => JSON.stringify(event) !== JSON.stringify(before?.[index]))).toMatchObject([
    { number: 13, player: "f1", score: 50 },
  ]);
  const shown = await waitFor(() => {
    const seen = client.channel.state?.war;
    return seen?.sides[0].battles === 8 && seen;
  }, "the client's view");
  expect(shown.events.map(({ number }) => number)).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
  expect(shown).toMatchObject({
    modeName: NAMES,
    lead: undefined,
    outcome: "",
    events: [{ name: "The f1", side: 0 }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
  });
  expect(shown.sides[0].top[0]).toEqual({ player: "f1", name: "The f1", score: 50, used: 2 });

  await war.conclude(0);
  await war.set({ phase: "settled", ended: Date.now() - 23 * HOUR_MS });
  await tell("g1", "info", "HDEL", "reserved");
  await waitFor(() => ana.room.state.war === undefined, "no war");
  await tell("g1", "war", "HSET", "last", "w1");
  await waitFor(() => ana.room.state.war?.outcome === "0", "its result");
  const next = await aWrittenWar(world, "w2", ["g3", "g1"]);
  await tell("g1", "info", "HSET", "reserved", "w2");
  await waitFor(() => ana.room.state.war?.id === "w2", "the next one");
  expect(ana.room.state.war?.toJSON()).toMatchObject({
    outcome: "",
    events: [],
    sides: [{ top: [] }, { score: 0, top: [] }],
  });
  await waitFor(() => ana.mes.at(-1)?.war?.id === "w2", "her part in it");
  await next.set({ ended: Date.now() - 25 * HOUR_MS, phase: "settled" });
  await waitFor(() => ana.room.state.war === undefined, "a day has gone by");
  await waitFor(() => ana.mes.at(-1)?.war === undefined, "she has no part in it");
});
