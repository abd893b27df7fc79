import { expect, test } from "vitest";
import { asNumber } from "../server/redis/reply.ts";
import { aClient } from "./a-client.ts";
import { aRoom } from "./a-room.ts";
import { aWrittenWar, NAMES } from "./a-written-war.ts";
import { waitFor } from "./wait-for.ts";

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

test("[PV50] [PV51] [PV52] rooms of both guilds show their war and its last events, and each player is told his part", async () => {
  const { seat, world, tell } = await aRivalry();
  const [ana, alba, beto] = [await seat("ana"), await seat("alba"), await seat("beto")];
  await waitFor(() => ana.mes.length > 0 && beto.mes.length > 0, "the first me");
  expect(ana.room.state.war).toBeUndefined();
  expect(ana.mes.at(-1)?.war).toBeUndefined();

  const war = await aWrittenWar(world, "w1", ["g1", "g2"]);
  for (const guild of ["g1", "g2"]) await tell(guild, "info", "HSET", "reserved", "w1");
  await waitFor(() => ana.room.state.war?.id === "w1" && beto.room.state.war?.id === "w1", "the war");
  expect(ana.room.state.war?.toJSON()).toMatchObject({
    ...{ phase: "preparing", mode: "classic", modeName: JSON.stringify(NAMES), attempts: 2, at: 1_000 },
    ...{ lead: -1, outcome: "", events: [] },
    sides: [
      { guild: "g1", name: "Guild g1", tag: "G1", score: 0, battles: 0, fighters: 0, top: [] },
      { guild: "g2", name: "Guild g2", tag: "G2", score: 0, battles: 0, fighters: 0, top: [] },
    ],
  });
  const spectator = { id: "w1", fighter: false, attempts: 2, attemptsLeft: 0, score: 0 };
  await waitFor(() => ana.mes.at(-1)?.war?.id === "w1", "her part");
  expect(ana.mes.at(-1)?.war).toMatchObject(spectator);

  await war.lock([
    ["ana", "abel"],
    ["beto", "bea"],
  ]);
  await war.set({ phase: "active", startsAt: 2_000, lockAt: 1_500, endsAt: 9_000 });
  await waitFor(() => ana.room.state.war?.phase === "active", "the start");
  await waitFor(() => ana.mes.at(-1)?.war?.fighter === true, "that she fights");
  const told = alba.mes.length;
  await war.fight(0, "ana", 30);
  await war.fight(1, "bea", 40);
  await war.set({ lead: 1 });
  for (const seated of [ana, alba, beto])
    await waitFor(() => seated.room.state.war?.lead === 1 && seated.room.state.war.events.length === 2, "both battles");
  expect(beto.room.state.war?.toJSON()).toEqual(ana.room.state.war?.toJSON());
  expect(ana.room.state.war?.toJSON()).toMatchObject({
    ...{ startsAt: 2_000, lockAt: 1_500, endsAt: 9_000 },
    sides: [
      { score: 30, battles: 1, fighters: 2, top: [{ player: "ana", name: "The ana", score: 30, used: 1 }] },
      { score: 40, battles: 1, fighters: 2, top: [{ player: "bea", name: "The bea", score: 40, used: 1 }] },
    ],
    events: [
      { number: 1, what: "battle", side: 0, player: "ana", name: "The ana", score: 30 },
      { number: 2, what: "battle", side: 1, player: "bea", name: "The bea", score: 40 },
    ],
  });
  await waitFor(() => ana.mes.at(-1)?.war?.attemptsLeft === 1, "her attempt");
  expect(ana.mes.at(-1)?.war).toMatchObject({ fighter: true, attempts: 2, attemptsLeft: 1, score: 30 });
  expect(alba.mes).toHaveLength(told);
  const late = await seat("abel");
  await waitFor(() => late.mes.at(-1)?.war?.attemptsLeft === 2, "the part of one who came later");
});

test("[PV50] [PV51] the best five of a side and the last ten events, of which a new one takes the place of the oldest", async () => {
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
});

test("[PV54] challenges that wait for an answer are shown to both guilds, until they do not", async () => {
  const { seat, tell, chat } = await aRivalry();
  const ana = await seat("ana");
  const client = aClient(`http://127.0.0.1:${chat.port}`, "alba");
  await client.live();
  const challenge = { other: "g2", name: "Los Dos", tag: "DOS", side: 1, until: 5_000, mode: "blitz" };
  await tell("g1", "warasks", "HSET", "w7", JSON.stringify(challenge), "w8", JSON.stringify({ ...challenge, side: 0 }));
  const shown = { guild: "g2", name: "Los Dos", tag: "DOS", mode: "blitz", until: 5_000 };
  await waitFor(() => ana.room.state.challenges.size === 2, "the challenges");
  expect(ana.room.state.challenges.toJSON()).toEqual({
    w7: { ...shown, incoming: true },
    w8: { ...shown, incoming: false },
  });
  await waitFor(() => client.channel.state?.challenges.size === 2, "the client's view");
  expect(client.channel.state?.challenges.get("w7")).toEqual({ ...shown, incoming: true });
  await tell("g1", "warasks", "HDEL", "w8");
  await waitFor(() => ana.room.state.challenges.size === 1, "one less");
  expect(ana.room.state.challenges.has("w7")).toBe(true);
});

test("[PV55] a war stays after its end until the next one, a day at most, and the next one shows nothing of it", async () => {
  const { seat, world, tell } = await aRivalry();
  const war = await aWrittenWar(world, "w1", ["g1", "g2"]);
  await war.lock([["ana"], ["beto"]]);
  await war.fight(0, "ana", 1);
  await tell("g1", "info", "HSET", "reserved", "w1");
  const ana = await seat("ana");
  await waitFor(() => ana.room.state.war?.id === "w1", "the war");
  await war.set({ phase: "settled", outcome: 0, endedAt: Date.now() - 23 * HOUR_MS });
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
  await next.set({ endedAt: Date.now() - 25 * HOUR_MS, phase: "settled" });
  await waitFor(() => ana.room.state.war === undefined, "a day has gone by");
  await waitFor(() => ana.mes.at(-1)?.war === undefined, "she has no part in it");
});
