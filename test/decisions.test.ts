import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Decision } from "../server/decisions/decision.ts";
import { REASONS } from "../server/decisions/decision.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import { packDecision } from "../server/decisions/packed-decision.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { asList, asText } from "../server/redis/reply.ts";
import { DECISION_WORDS, decisionWords } from "../shared/decision-words.ts";
import { LOCALES } from "../shared/locale.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const aDecision = (seq: number, part: Partial<Decision> = {}): Decision => ({
  ...{ at: 1_000 + seq, about: { type: "notice", channel: "guild:g1", epoch: 1, seq } },
  ...{ outcome: "drop", reason: "read", inputs: { readSeq: seq }, ...part },
});

const DAY_MS = 86_400_000;

/** As they come, with all that is known. */
const aFullDecision = (seq: number): Decision => ({
  at: 1_795_361_818_000 + seq * 7_919,
  about: { type: "notice", channel: `guild:${(seq * 7_919) % 1_000}`, epoch: 28_136_001, seq },
  ...{ outcome: "drop", reason: "read" },
  inputs: {
    ...{ type: "notice", kind: "announcement", importance: "important", personal: false, author: `p${seq * 991}`, seq },
    ...{ expiresAt: 1_795_448_218_000 + seq * 7_919, gone: false, graceMs: 60_000, perHour: 6, perDay: 24 },
    ...{ gapsMs: [60_000, 300_000, 900_000], begun: false },
    ...{ player: "8f14e45f-ceea-467f-a9d6-9c2f5a", member: true, banned: false, blocked: false, concern: "concerned" },
    ...{ readSeq: seq - 1, unread: seq % 9, told: false, presence: "away", push: "all", channelPush: "all" },
    ...{ snoozedUntil: 0, doNotDisturbUntil: 0, quiet: { from: "22:00", to: "07:00", zone: "America/Bogota" } },
    ...{ devices: 1, pushedHour: seq % 5, pushedDay: seq % 11, waited: false },
  },
});

const someDecisions = async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  return { redis, keys, decisions: makeDecisions(redis, keys) };
};

test("[DE1] a player's decisions are listed newest first, with inputs and reason", async () => {
  const { decisions } = await someDecisions();
  await decisions.record([
    { player: "ana", decision: aDecision(1) },
    { player: "beto", decision: aDecision(1) },
  ]);
  await decisions.record([
    { player: "ana", decision: aDecision(2, { outcome: "later", reason: "present", until: 9 }) },
  ]);
  expect(await decisions.list("ana")).toEqual([
    aDecision(2, { outcome: "later", reason: "present", until: 9 }),
    aDecision(1),
  ]);
  expect(await decisions.list("ana", 1)).toHaveLength(1);
  expect(await decisions.list("nobody")).toEqual([]);
});

test("[DE4] outcomes are counted by reason, pushes by what became of them", async () => {
  const { decisions } = await someDecisions();
  await decisions.record([
    { player: "ana", decision: aDecision(1) },
    { player: "beto", decision: aDecision(1) },
    { player: "ana", decision: aDecision(2, { outcome: "now", reason: "away", sent: { d1: "sent", d2: "gone" } }) },
  ]);
  expect(await decisions.totals()).toEqual(
    new Map([
      ["drop:read", 2],
      ["now:away", 1],
      ["sent:sent", 1],
      ["sent:gone", 1],
      ["pushed:notice", 1],
      ["told:away/notice", 1],
    ]),
  );
});

test("[DE4] the notifier tells these numbers at /totals", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const { port } = await world.notifier();
  await world.announce("Hello");
  const totals = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/totals`)).json();
  await waitFor(async () => JSON.stringify(await totals()).includes("pushed:notice"), "the push");
  expect(await totals()).toEqual({
    totals: { "drop:own-entry": 1, "now:away": 1, "sent:sent": 1, "pushed:notice": 1, "told:away/announcement": 1 },
  });
});

test("[DE5, DE6] the newest 500 decisions of a player are kept for 7 days, in less than 300 bytes each; then nothing is left of him", async () => {
  const clock = await aMovedClock();
  onTestFinished(() => clock.stop());
  const { redis } = clock;
  const keys = makeKeys("d");
  const decisions = makeDecisions(redis, keys);
  const many = (from: number, count: number) =>
    decisions.record(Array.from({ length: count }, (_, n) => ({ player: "ana", decision: aFullDecision(from + n) })));
  await many(0, 900);
  const key = keys.of("player:ana", "decision-list");
  const bytes = async () => Number(await redis.run(key, ["MEMORY", "USAGE", key, "SAMPLES", "0"]));
  expect(await redis.run(key, ["LLEN", key])).toBe(500);
  expect(await bytes()).toBeLessThan(500 * 300);
  const listed = await decisions.list("ana");
  expect(listed).toHaveLength(500);
  expect(listed[0]).toEqual(aFullDecision(899));
  expect(listed[499]).toEqual(aFullDecision(400));

  // He goes on being told things: those that are too old go one by one, and are not told before either.
  await clock.jump(6 * DAY_MS);
  await many(900, 300);
  await clock.jump(1.5 * DAY_MS);
  await many(1_200, 1);
  expect((await decisions.list("ana")).map(({ about }) => about.seq).at(-1)).toBe(900);
  expect(await redis.run(key, ["LLEN", key])).toBe(301);
  await clock.jump(7 * DAY_MS + 1);
  const left = await redis.run("", ["KEYS", "d:*player:ana*"]);
  expect(left).toEqual([]);
  await many(1_201, 1);
  expect(await bytes()).toBeLessThan(500);

  const none = makeDecisions(redis, keys, { keptMs: 0 });
  await none.record([{ player: "beto", decision: aFullDecision(1) }]);
  expect(await none.list("beto")).toEqual([]);
  expect(await redis.run("", ["KEYS", "d:*player:beto*"])).toEqual([]);
});

test("[DE5] what the release before this one kept can be read", async () => {
  const { redis, keys, decisions } = await someDecisions();
  await decisions.record([{ player: "ana", decision: aDecision(2) }]);
  const key = keys.of("player:ana", "decision-list");
  const row = asText(asList(await redis.run(key, ["LRANGE", key, "0", "0"]))[0]);
  const before = "1g-YfAwNQ2ic256QbYsk7KHkFPR-AYxQ5uSMivLYWAA";
  // Whatever stands before it in its row stands there still.
  const head = row.slice(0, row.indexOf(packDecision(aDecision(2))));
  await redis.run(key, ["LSET", key, "0", `${head}${before}`]);
  expect(await decisions.list("ana")).toEqual([aDecision(1)]);
});

test("[DE7] decisions are told in pages, each once, also when new ones come meanwhile", async () => {
  const { decisions } = await someDecisions();
  const record = (seq: number) => decisions.record([{ player: "ana", decision: aDecision(seq) }]);
  for (let seq = 1; seq <= 7; seq += 1) await record(seq);
  const seen: number[] = [];
  let next: string | null = "";
  do {
    const page = await decisions.page("ana", { limit: 3, before: next ?? "" });
    seen.push(...page.decisions.map(({ about }) => about.seq));
    next = page.next;
    await record(100);
  } while (next !== null);
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test("[DE8] what phones report of a push is noted once for each device, counted once, and of no other player's push", async () => {
  const { decisions } = await someDecisions();
  const push = { id: "push-000000000001", kind: "announcement", tag: "guild:g1#1.1" };
  const sent = { d1: "sent", d2: "sent", d3: "gone" } as const;
  const told = aDecision(1, { outcome: "now", reason: "away", sent, push, inputs: { kind: "mention" } });
  const report = (player: string, what: "received" | "opened", device?: string, id = push.id) =>
    decisions.report(player, { push: id, what, device });
  // Phones may be faster than the record.
  await report("ana", "received");
  await decisions.record([{ player: "ana", decision: told }]);
  await Promise.all([
    report("ana", "received", "d1"),
    report("ana", "received", "d1"),
    report("ana", "opened", "d2"),
    report("ana", "opened", "d2"),
    report("ana", "opened", "a-made-up-device"),
    report("beto", "opened", "d1"),
  ]);
  const { decisions: kept } = await decisions.page("ana", { limit: 5 });
  const time = expect.any(Number);
  expect(kept).toEqual([
    {
      ...told,
      id: expect.any(String),
      reports: { received: { "": time, d1: time, d2: time }, opened: { d2: time, "": time } },
    },
  ]);
  const totals = await decisions.totals();
  expect([...totals].filter(([what]) => /^(told|received|opened):/.test(what))).toEqual(
    expect.arrayContaining([
      ["told:away/mention", 1],
      ["received:away/mention", 1],
      ["opened:away/mention", 1],
    ]),
  );
});

test("[DE8] a phone that makes up pushes fills nothing", async () => {
  const { redis, keys, decisions } = await someDecisions();
  for (let n = 0; n < 100; n += 1) await decisions.report("ana", { push: `made-up-${n}`, what: "opened" });
  const of = (part: string) => keys.of("player:ana", part);
  expect(await redis.run(of("early"), ["HLEN", of("early")])).toBe(16);
  const sent = { d1: "sent" } as const;
  for (let page = 0; page < 7; page += 1)
    await decisions.record(
      Array.from({ length: 100 }, (_, n) => {
        const push = { id: `push-${page}-${n}`, kind: "digest", tag: "t" };
        return { player: "ana", decision: aDecision(n, { outcome: "now", reason: "digest-due", sent, push }) };
      }),
    );
  expect(Number(await redis.run(of("pushes"), ["HLEN", of("pushes")]))).toBeLessThanOrEqual(300);
  expect([...(await decisions.totals()).keys()].filter((what) => what.startsWith("opened"))).toEqual([]);
});

test("[DE9] each reason has one sentence in each language, and no other has", () => {
  for (const [outcome, reasons] of Object.entries(REASONS))
    for (const reason of reasons)
      for (const locale of LOCALES) {
        const words = decisionWords(z.enum(["now", "later", "digest", "drop"]).parse(outcome), reason, locale);
        expect(words, `${outcome} ${reason} ${locale}`).toMatch(/^[^.]{5,90}\.$/);
      }
  const all = Object.values(DECISION_WORDS).flatMap((words) => Object.values(words));
  for (const locale of LOCALES) expect(new Set(all.map((words) => words[locale])).size).toBe(all.length);
  expect(decisionWords("drop", "constructor", "en")).toBe("");
});
