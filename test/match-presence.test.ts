import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../client/gremio.ts";
import { makeChanges } from "../server/channel/changes.ts";
import { asNumber } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { isSuiteCluster } from "./a-redis.ts";
import { aSeat, type SeatHeld } from "./a-seat.ts";
import { aService } from "./a-service.ts";
import { aToken } from "./a-studio.ts";
import { aWar } from "./a-war.ts";
import { waitFor } from "./wait-for.ts";

const url = process.env.GREMIO_TEST_REDIS_URL ?? "";

/** Leader, ana and beto with a chat process, a notifier, and what the game's backend asks. */
const aGame = async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const key = `key-${randomUUID()}`;
  const env = { REDIS_URL: url, GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0", GREMIO_API_KEYS: key };
  const chat = await aService("chat", { ...env, GREMIO_NAMESPACE: world.keys.namespace, LOG_LEVEL: "info" });
  await world.notifier();
  const backend = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${chat.port}/v1${path}`, {
      ...{ method, headers: { "x-api-key": key, "content-type": "application/json" } },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return { status: response.status, answer };
  };
  const seat = async (player: string) => aSeat(chat.port, await aToken(player));
  const reasons = async (player: string) =>
    (await world.decisions.list(player)).map(({ reason }) => reason).toReversed();
  const waiting = async (player: string) => {
    const awaited = world.keys.of(`player:${player}`, "awaited");
    return asNumber(await world.redis.run(awaited, ["HLEN", awaited]));
  };
  return { ...world, waiting, port: chat.port, backend, seat, reasons };
};

const badges = ({ personal }: SeatHeld): unknown[] =>
  personal.filter((one) => typeof one === "object" && one !== null && "type" in one && one.type === "badge");
const badge = (count: number, seq?: number) => ({
  ...{ type: "badge", count },
  ...(seq === undefined ? {} : { newest: { channel: "guild:g1", seq, kind: "announcement" } }),
});

test("[MA1, MA2, MA3, MA4, MA5, MA6] who is in a match is shown so, gets a badge instead of pushes, nothing of what he has read, and the rest when it ends", async () => {
  const { announce, seat, phone, reasons, waiting } = await aGame();
  const [ana, leader] = [await seat("ana"), await seat("leader")];
  const shown = () => leader.room.state.roster?.get("ana")?.matchUntil ?? 0;
  const { matchUntil = 0 } = await ana.ask("presence", { matchMs: 600_000 });
  expect(Math.abs(matchUntil - Date.now() - 600_000)).toBeLessThan(5_000);
  await waitFor(() => shown() === matchUntil, "that the guild sees it");

  const first = await announce("War at eight");
  await waitFor(() => badges(ana).length === 1, "the badge");
  const toldAt = performance.now();
  expect(badges(ana)).toEqual([badge(1, first.seq)]);
  await announce("At nine");
  const third = await announce("At ten");
  await waitFor(() => badges(ana).length === 2, "the next badge");
  expect(badges(ana)[1]).toEqual(badge(3, third.seq));
  expect(performance.now() - toldAt).toBeGreaterThan(2_500);
  await ana.ask("read", { cursor: { epoch: third.epoch, seq: third.seq } });
  await waitFor(() => badges(ana).length === 3, "that the badge is taken off");
  expect(badges(ana)[2]).toEqual(badge(0));
  await waitFor(() => phone("beto")?.receivedCount === 3, "the pushes to who is away");
  expect(phone("ana")?.receivedCount).toBe(0);

  await announce("Come!");
  await waitFor(async () => (await waiting("ana")) === 1, "that it waits");
  expect(await ana.ask("presence", { reading: false })).toEqual({});
  expect(await ana.ask("presence", { matchMs: 0 })).toEqual({ matchUntil: 0 });
  await waitFor(() => phone("ana")?.receivedCount, "the push after the match");
  expect(phone("ana")?.screen).toMatchObject([{ body: "leader: Come!" }]);
  await waitFor(async () => (await reasons("ana")).at(-1) === "unread-after-match", "the decision");
  expect((await reasons("ana")).filter((reason) => reason === "in-match")).toHaveLength(4);
  await waitFor(() => shown() === 0, "that the guild sees the end");
});

test("[MA1, MA2, MA3, MA6, NO66] the game's backend says it for all his sessions: shown until the expected end, when the push comes by itself; a line that is cut does not end it", async () => {
  const { announce, seat, phone, backend, waiting } = await aGame();
  const leader = await seat("leader");
  const shown = () => leader.room.state.roster?.get("ana")?.matchUntil ?? 0;
  expect(await backend("PUT", "/players/nobody/match", { until: Date.now() + 60_000 })).toMatchObject({ status: 404 });
  const far = await backend("PUT", "/players/ana/match", { until: Date.now() + 10 * LIMITS.matchMs, match: "m1" });
  const { until } = untilOf(far.answer);
  expect(Math.abs(until - Date.now() - LIMITS.matchMs)).toBeLessThan(5_000);
  // He comes after that, and is in it.
  const ana = await seat("ana");
  await waitFor(() => shown() === until, "that he is shown in it");
  expect(await backend("GET", "/guilds/g1")).toMatchObject({
    answer: { members: expect.arrayContaining([expect.objectContaining({ player: "ana", matchUntil: until })]) },
  });
  expect((await backend("DELETE", "/players/ana/match?match=m0")).answer).toEqual({ until });

  const { seq } = await announce("War at eight");
  await waitFor(() => badges(ana).length === 1, "the badge");
  ana.cut();
  await waitFor(() => shown() === 0, "that he is away");
  expect(await waiting("ana")).toBe(1);
  const again = await seat("ana");
  await waitFor(() => badges(again).length > 0, "the badge on the new line");
  expect(badges(again)[0]).toEqual(badge(1, seq));
  expect((await backend("GET", "/players/ana/badge")).answer).toEqual({
    count: 1,
    newest: { channel: "guild:g1", seq, kind: "announcement" },
  });

  await again.ask("presence", { reading: false });
  // Another match, that is soon over; nobody says so.
  const soon = Date.now() + 1_000;
  await backend("PUT", "/players/ana/match", { until: soon, match: "m2" });
  expect(phone("ana")?.receivedCount).toBe(0);
  const { seq: next } = await announce("Come!");
  await waitFor(() => phone("ana")?.receivedCount, "one push about both");
  expect(phone("ana")?.screen).toMatchObject([{ body: "leader: Come!\nand 1 more" }]);
  expect(Date.now()).toBeGreaterThanOrEqual(soon);
  await waitFor(() => shown() === 0, "that the match is shown no more");
  expect((await backend("GET", "/players/ana/badge")).answer).toEqual({ count: 0 });
  expect(next).toBe(seq + 1);
});

test("[MA3, MA5] what is over before the match ends waits for it no longer than for anybody; what was deleted meanwhile is taken off the badge", async () => {
  const world = await aNotifierWorld({ graceMs: 300 });
  const { redis, keys, channel } = world;
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const changes = makeChanges(redis, keys, { historyLength: 10_000 });
  const war = await aWar(world, { fighters: { ana: 2, beto: 3 } });
  await war.reserve();
  const ends = async (inMs: number) => {
    const info = keys.of(`war:${war.war}`, "info");
    await redis.run(info, ["HSET", info, "endsAt", String(Date.now() + inMs)]);
  };
  const tell = (body: string) =>
    world.log.append({
      ...{ channel, nonce: randomUUID(), kind: "news", body },
      notice: { type: "notice", about: "war", condition: { type: "war-fighter", war: war.war }, only: ["ana"] },
    });
  await world.present("ana", false, Date.now() + 3_600_000);
  const reasons = async () => (await world.decisions.list("ana")).map(({ reason }) => reason).toReversed();
  const awaited = keys.of("player:ana", "awaited");
  const waiting = async () => asNumber(await redis.run(awaited, ["HLEN", awaited]));
  await world.notifier();

  await ends(1_800_000);
  await tell("30 minutes left");
  await waitFor(() => world.phone("ana")?.receivedCount === 1, "the push in the match");
  await waitFor(async () => (await reasons()).length === 2, "the decision");
  expect(await reasons()).toEqual(["present", "unread-after-grace"]);
  await ends(7_200_000);
  const { seq } = await tell("2 h left");
  await waitFor(waiting, "that it waits");
  const said = await world.announce("Secret by mistake");
  await waitFor(async () => (await waiting()) === 2, "that both wait");
  await changes.delete({ channel, nonce: randomUUID(), seq: said.seq, player: "leader" });
  await waitFor(async () => (await waiting()) === 1, "that the deleted one is taken off");
  expect(await reasons()).toEqual(["present", "unread-after-grace", "in-match", "in-match", "entry-gone"]);
  expect(asNumber(await redis.run(awaited, ["HEXISTS", awaited, `${channel}:1:${seq}`]))).toBe(1);
  expect(world.phone("ana")?.receivedCount).toBe(1);
});

test("[MA7] the client says it again on each new line, and tells the game of the badge", async () => {
  const { port, announce, redis, keys } = await aGame();
  const game = connect({ url: `http://127.0.0.1:${port}`, getToken: () => aToken("ana") });
  onTestFinished(() => game.close());
  await game.live();
  const heard: unknown[] = [];
  game.on("badge", (said) => heard.push(said));
  const presence = keys.of("player:ana", "presence");
  const sessions = async () => String(await redis.run(presence, ["HVALS", presence]));
  game.inMatch(600_000);
  await waitFor(async () => (await sessions()).includes("matchUntil"), "that he is in a match");
  const before = await redis.run(presence, ["HKEYS", presence]);
  game.reseat();
  await waitFor(async () => {
    const now = String(await redis.run(presence, ["HKEYS", presence]));
    return now !== "" && now !== String(before) && (await sessions()).includes("matchUntil");
  }, "that he is still in it on the new line");
  const { seq } = await announce("War at eight");
  await waitFor(() => heard.length > 0, "the badge");
  expect(heard).toEqual([{ count: 1, newest: { channel: "guild:g1", seq, kind: "announcement" } }]);
  await waitFor(() => game.channel.state?.roster.get("ana")?.matchUntil, "his match in the guild's state");
  game.inMatch(0);
  await waitFor(() => heard.length > 1, "the end of the badge");
  expect(heard[1]).toEqual({ count: 0 });
});

const untilOf = (answer: unknown): { until: number } => {
  if (typeof answer === "object" && answer !== null && "until" in answer && typeof answer.until === "number")
    return { until: answer.until };
  throw new Error(JSON.stringify(answer));
};
