import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { runChat } from "../server/chat-service.ts";
import { loadConfig } from "../server/config.ts";
import { startLease } from "../server/presence/lease.ts";
import { makePresence } from "../server/presence/presence.ts";
import { IDLE_MS, presenceIn } from "../server/presence/presence-in.ts";
import { asPairs } from "../server/redis/reply.ts";
import { aRedis } from "./a-redis.ts";
import { nonce } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

afterEach(() => {
  vi.useRealTimers();
});

const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;
const row = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({ incarnation: "alive", channel: "guild:g1", reading: true, at: NOW, activeAt: NOW, ...more });
const inRows = (rows: Record<string, string>, now = NOW) =>
  presenceIn(new Map(Object.entries(rows)), (incarnation) => incarnation === "alive", now);
const isIdle = (more: Record<string, unknown>, now = NOW): boolean | undefined =>
  inRows({ s1: row(more) }, now).sessions[0]?.idle;

test("[PR7] a screen is idle when its client says so, or when it shows a channel and nothing was done for five minutes", () => {
  expect(isIdle({})).toBe(false);
  expect(isIdle({}, NOW + IDLE_MS - 1)).toBe(false);
  expect(isIdle({}, NOW + IDLE_MS)).toBe(true);
  expect(isIdle({ idle: true })).toBe(true);
  // Who shows no channel, or is in a match, gives no signs there.
  expect(isIdle({ reading: false }, NOW + 3 * IDLE_MS)).toBe(false);
  expect(isIdle({ matchUntil: NOW + 2 * IDLE_MS }, NOW + IDLE_MS)).toBe(false);
  expect(
    inRows({ s1: row(), "match:": JSON.stringify({ matchUntil: NOW + 9 * MINUTE_MS }) }, NOW + IDLE_MS),
  ).toMatchObject({
    sessions: [{ idle: false, matchUntil: NOW + 9 * MINUTE_MS }],
  });
  // Rows of older processes say nothing of it.
  const older = JSON.stringify({ incarnation: "alive", channel: "", reading: false, at: NOW - 5 });
  expect(inRows({ s1: older, bad: "{", other: '{"v":2}' }).sessions).toEqual([
    {
      ...{ session: "s1", incarnation: "alive", channel: "", reading: false, matchUntil: 0 },
      ...{ at: NOW - 5, activeAt: NOW - 5, idle: false },
    },
  ]);
});

test("[PR8] by his record a player was last there in the session that was active last, and is lost when all of them died", () => {
  expect(inRows({})).toEqual({ sessions: [], lastSeenAt: 0, lost: false });
  const dead = row({ incarnation: "dead", activeAt: NOW - 7 });
  expect(inRows({ d1: dead, "seen:": '{"at":5}' })).toEqual({ sessions: [], lastSeenAt: NOW - 7, lost: true });
  expect(inRows({ d1: dead, s1: row() })).toMatchObject({
    sessions: [{ session: "s1" }],
    lastSeenAt: NOW,
    lost: false,
  });
  expect(inRows({ "seen:": JSON.stringify({ at: NOW }) })).toEqual({ sessions: [], lastSeenAt: NOW, lost: false });
});

test("[PR8] when a player was last there is kept for a day: the end of his line, or his last sign where nobody was at the screen or the process died", async () => {
  const { redis, keys } = await aRedis();
  const [lease, dying] = [await startLease(redis, keys, 30_000), await startLease(redis, keys, 30_000)];
  const presence = makePresence(redis, keys, lease.incarnation);
  const lastSeen = async (player: string) => (await presence.standingOf([player])).get(player)?.lastSeenAt ?? 0;
  const put = (player: string, session: string, more: object = {}, at = presence) =>
    at.put(player, { session, channel: "guild:g1", reading: true, ...more });
  const [from, earlier] = [Date.now() - 2_000, Date.now() - 2 * IDLE_MS];

  await put("ana", "s1", { activeAt: from - MINUTE_MS });
  await presence.remove("ana", "s1");
  expect(await lastSeen("ana")).toBeGreaterThan(from);
  const key = keys.of("player:ana", "presence");
  expect(Number(await redis.run(key, ["TTL", key]))).toBeGreaterThan(86_000);
  // Nothing older takes its place, and an end that is told again changes nothing.
  const seen = await lastSeen("ana");
  await put("ana", "s2", { activeAt: earlier, idle: true });
  for (const session of ["s2", "s2", "never"]) await presence.remove("ana", session);
  expect(await lastSeen("ana")).toBe(seen);

  await put("still", "s1", { activeAt: earlier });
  await presence.remove("still", "s1");
  await put("told", "s1", { activeAt: earlier, idle: true, reading: false });
  await presence.remove("told", "s1");
  expect([await lastSeen("still"), await lastSeen("told")]).toEqual([earlier, earlier]);

  await put("leo", "d1", { activeAt: from }, makePresence(redis, keys, dying.incarnation));
  await dying.release();
  expect((await makePresence(redis, keys, "reads").standingOf(["leo"])).get("leo")).toEqual({
    ...{ sessions: [], lastSeenAt: from, lost: true },
  });
  await put("leo", "s1", { activeAt: earlier });
  expect(await presence.standingOf(["leo"])).toMatchObject(new Map([["leo", { lastSeenAt: from, lost: false }]]));
  expect([...(await presence.of(["leo"])).values()]).toMatchObject([[{ session: "s1" }]]);
  await lease.release();
  await redis.close();
});

test("[PR7] what a player does himself is a sign of him, told once a minute; reading on and pings are none; he says when nobody is there", async () => {
  const { redis, keys, guild, env, token } = await aStudio();
  await guild("g1", ["ana"]);
  // In this process, whose clock is moved.
  const chat = await runChat(
    loadConfig({ ...env, GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "silent" }, "chat"),
  );
  onTestFinished(() => chat.close());
  const presence = makePresence(redis, keys, "reads");
  const key = keys.of("player:ana", "presence");
  const rows = async () => [...asPairs(await redis.run(key, ["HGETALL", key])).values()];
  const session = async () => (await presence.of(["ana"])).get("ana")?.[0];
  const ana = await aSeat(chat.port, await token("ana"));
  await waitFor(async () => (await session())?.reading, "the session");
  const first = await session();
  expect(first).toMatchObject({ idle: false, activeAt: expect.any(Number) });
  const stored = await rows();
  const { epoch, seq } = await ana.ask("send", { nonce: nonce(1), text: "hola" });
  await ana.ask("react", { seq, emoji: "👍", on: true });
  await ana.ask("read", { cursor: { epoch, seq } });
  expect(await rows()).toEqual(stored);

  const later = Date.now() + MINUTE_MS + 1_000;
  vi.setSystemTime(later);
  await ana.ask("read", { cursor: { epoch, seq } });
  await ana.ask("history", {});
  expect(await rows()).toEqual(stored);
  await ana.ask("react", { seq, emoji: "👍", on: false });
  await waitFor(async () => (await session())?.activeAt !== first?.activeAt, "the sign");
  expect((await session())?.activeAt).toBeGreaterThanOrEqual(later);

  await ana.ask("presence", { idle: true });
  const told = await session();
  expect(told).toMatchObject({ idle: true, reading: true });
  // Looking, as a client does on each new line, wakes nobody; what he does himself does.
  await ana.ask("presence", { reading: true });
  expect(await session()).toMatchObject({ idle: true, activeAt: told?.activeAt });
  await ana.ask("send", { nonce: nonce(2), text: "de vuelta" });
  await waitFor(async () => (await session())?.idle === false, "that he is back");
  await ana.ask("presence", { idle: true });
  vi.setSystemTime(later + MINUTE_MS);
  await ana.ask("presence", { idle: false });
  expect(await session()).toMatchObject({ idle: false });
  expect((await session())?.activeAt).toBeGreaterThanOrEqual(later + MINUTE_MS);
});
