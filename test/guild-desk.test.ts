import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDesk } from "../server/guild/desk.ts";
import { adviceFor } from "../server/guild/desk-advice.ts";
import { bestHourOf, type DeskMember, groupsOf, unansweredOf } from "../server/guild/desk-figures.ts";
import { makeLeases } from "../server/presence/lease.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Entry, TextBody } from "../shared/entry.ts";
import { renderSuggestion, SUGGESTIONS } from "../shared/guild-suggestion.ts";
import { LOCALES } from "../shared/locale.ts";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { joiningOf } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const aWorld = async (people: string[]) => {
  const { redis, keys } = await aRedis();
  await redis.close();
  return { keys, ...(await aGuildLife({ redis: connected.redis, keys }, people)) };
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 22, 12);
const member = (number: number, days: number, more: Partial<DeskMember> = {}): DeskMember => ({
  ...{ number, rank: "member", joinedAt: NOW - 90 * DAY_MS, lastAt: NOW - days * DAY_MS, messages: 0 },
  ...more,
});
let seq = 0;
const said = (from: number, at: number, body: TextBody = "hola"): Entry => ({
  ...{ epoch: 1, seq: ++seq, at, from },
  ...{ kind: "text", body },
});

test("[GU65] members are active for 7 days, leaving until 14, and silent then", () => {
  const members = [0, 6.9, 7, 13.9, 14, 60].map((days, index) => member(index + 1, days));
  const { active, leaving, silent } = groupsOf(members, NOW);
  expect([active, leaving, silent].map((group) => group.map(({ number }) => number))).toEqual([
    [2, 1],
    [4, 3],
    [6, 5],
  ]);
});

test("[GU66] a newcomer is unanswered when nobody wrote within an hour of his first words, nor replied or named him since", () => {
  const newcomer = (number: number) => member(number, 0, { joinedAt: NOW - 2 * DAY_MS });
  const start = NOW - DAY_MS;
  const unanswered = (...entries: Entry[]) => unansweredOf([member(1, 0), newcomer(5)], entries, NOW).length;
  const before = said(1, start - 1_000);
  const hello = said(5, start);
  expect(unanswered()).toBe(0);
  expect(unanswered(hello)).toBe(1);
  expect(unanswered(before, hello)).toBe(1);
  expect(unanswered(hello, said(5, start + 1_000))).toBe(1);
  expect(unanswered(hello, said(1, start + HOUR_MS))).toBe(0);
  expect(unanswered(hello, said(1, start + 2 * HOUR_MS))).toBe(1);
  expect(unanswered(hello, said(1, start + 2 * HOUR_MS, { text: "¡hola!", reply: hello.seq }))).toBe(0);
  expect(unanswered(hello, said(1, start + 2 * HOUR_MS, { text: "¡hola!", mentions: { players: [5] } }))).toBe(0);
  expect(unansweredOf([member(1, 0)], [said(1, start)], NOW)).toEqual([]);
});

test("[GU67] the best hour is the one of the leader's zone in which most is said", () => {
  const at = Date.UTC(2026, 6, 1, 2, 30);
  const entries = [said(1, at), said(2, at + DAY_MS), said(1, at + 5 * HOUR_MS)];
  expect(bestHourOf(entries, "America/Mexico_City")).toBe(20);
  expect(bestHourOf(entries, "America/Sao_Paulo")).toBe(23);
  expect(bestHourOf(entries, "No/Where")).toBe(2);
  expect(bestHourOf([], "UTC")).toBeUndefined();
});

test("[GU68, GU78] there are always three suggestions, each with its reason, the most urgent first, in every language", () => {
  const view = {
    ...{ active: [], leaving: [], silent: [], unanswered: [], bestHour: undefined, lastMessageAt: NOW - 1_000 },
    requestsSince: [],
    ...{ createdAt: NOW, capacity: 100, memberCount: 1, level: 1, missing: 40, now: NOW },
  };
  const reasons = (change: Partial<Parameters<typeof adviceFor>[0]>) =>
    adviceFor({ ...view, ...change }, (number) => `n${number}`).map(({ reason }) => reason);
  expect(reasons({})).toEqual(["invite-more", "reach-level", "plan-event"]);
  const bad = { unanswered: [member(5, 0)], leaving: [member(2, 8)], lastMessageAt: NOW - 4 * DAY_MS };
  expect(reasons(bad)).toEqual(["answer-newcomers", "call-leaving", "wake-chat"]);
  const full = { capacity: 10, memberCount: 10, silent: [member(3, 20)], active: [member(4, 1, { messages: 3 })] };
  expect(reasons({ ...full, bestHour: 20, missing: undefined })).toEqual([
    ...["name-officer", "make-room", "use-best-hour"],
  ]);
  const since = [NOW - 3 * DAY_MS, NOW - DAY_MS - 1, NOW - DAY_MS];
  expect(reasons({ ...bad, requestsSince: since.slice(2) })).toEqual(reasons(bad));
  expect(reasons({ ...bad, requestsSince: since })).toEqual(["answer-requests", "answer-newcomers", "call-leaving"]);
  const [first] = adviceFor({ ...view, requestsSince: since }, () => "");
  expect(first).toEqual({ reason: "answer-requests", params: { count: "2" } });
  const [advice] = adviceFor({ ...view, ...bad }, (number) => `n${number}`);
  expect(advice).toEqual({ reason: "answer-newcomers", params: { names: "n5" } });
  for (const reason of Object.keys(SUGGESTIONS))
    for (const locale of LOCALES)
      if (isReason(reason)) expect(renderSuggestion(reason, params, locale)).not.toMatch(/[{}]/);
});
const params = { names: "Ana", days: "3", count: "2", hour: "20:00", points: "7", level: "2" };
const isReason = (name: string): name is keyof typeof SUGGESTIONS => Object.hasOwn(SUGGESTIONS, name);

test("[GU69] the desk tells leaders who is active, leaving, silent and unanswered, at a bounded cost", async () => {
  const { keys, log, away, desk } = await aWorld(["ana", "beto", "caro", "dino", "elsa"]);
  const { redis } = connected;
  await away({ ana: { joined: 90, seen: 1 }, beto: { joined: 90, seen: 9 }, caro: { joined: 90, seen: 40 } });
  await away({ dino: { joined: 3, seen: 3 }, elsa: { joined: 90, seen: 20 } });
  await log.append({ channel: "guild:g1", author: "elsa", nonce: "nonce-elsa", kind: "text", body: "sigo aquí" });
  await log.append({ channel: "guild:g1", author: "dino", nonce: "nonce-dino", kind: "text", body: "¡hola!" });
  const report = await desk("g1", "ana", Date.now());
  const names = (group: { first: { name: string }[] }) => group.first.map(({ name }) => name);
  expect(report).toMatchObject({ memberCount: 5, messages: 2, bestHour: expect.any(Number) });
  expect(names(report.active).sort()).toEqual(["ana", "dino", "elsa"]);
  expect([report.leaving, report.silent, report.unanswered].map(names)).toEqual([["beto"], ["caro"], ["dino"]]);
  expect(report.suggestions.map(({ reason }) => reason)).toEqual([
    ...["answer-newcomers", "call-leaving", "use-best-hour"],
  ]);
  expect(report.suggestions[0]?.texts.en).toContain("dino");
  await expect(desk("g1", "beto")).rejects.toMatchObject(byCode("not-permitted"));
  await expect(desk("g1", "nobody")).rejects.toMatchObject(byCode("not-member"));
  await expect(desk("g0", undefined)).rejects.toMatchObject(byCode("guild-not-found"));

  for (let n = 0; n < 700; n++)
    await log.append({ channel: "guild:g1", author: "ana", nonce: `nonce-${n}-of-ana`, kind: "text", body: `${n}` });
  let commands = 0;
  const counting: Redis = {
    ...redis,
    run: (key, args) => {
      commands += 1;
      return redis.run(key, args);
    },
    fcall: (name, of, args) => {
      commands += 1;
      return redis.fcall(name, of, args);
    },
  };
  const counted = makeDesk(counting, keys, { leases: makeLeases(counting, keys), totals: [] });
  expect((await counted("g1", undefined)).messages).toBe(702);
  expect(commands).toBe(5);
});

test("[GU78] the desk says how many requests wait, and to answer first those that have waited for more than a day", async () => {
  const { keys, guilds, players, part, desk } = await aWorld(["ana"]);
  const { requests } = joiningOf(connected.redis, keys).joining;
  await guilds.change("g1", { joinMode: "request" });
  expect((await desk("g1", "ana")).requests).toBe(0);
  for (const player of ["dino", "elsa"]) {
    await players.putProfile(player, { name: player });
    await requests.join({ guild: "g1", player, text: '{"at":1,"ends":2}', bound: true });
  }
  const today = await desk("g1", "ana");
  expect(today.requests).toBe(2);
  expect(today.suggestions.map(({ reason }) => reason)).not.toContain("answer-requests");
  const tomorrow = await desk("g1", "ana", Date.now() + DAY_MS + HOUR_MS);
  expect(tomorrow.suggestions[0]).toMatchObject({ reason: "answer-requests", params: { count: "2" } });
  const ended = JSON.stringify({ at: Date.now() - 7 * DAY_MS, ends: Date.now() - 1_000, text: "" });
  await connected.redis.run(part("requests"), ["HSET", part("requests"), "dino", ended]);
  expect((await desk("g1", undefined)).requests).toBe(1);
});
