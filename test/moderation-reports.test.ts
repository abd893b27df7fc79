import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLinks } from "../server/link/link.ts";
import { makeAudit } from "../server/moderation/audit.ts";
import { MOST_OPEN, reportId } from "../server/moderation/case.ts";
import { makeHeld } from "../server/moderation/held.ts";
import { makeJudge } from "../server/moderation/judging.ts";
import { makeExpireReports } from "../server/moderation/report-upkeep.ts";
import { makeReports } from "../server/moderation/reports.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { LIMITS } from "../shared/limits.ts";
import { aGuildChannel, byCode, channel, nonce } from "./a-guild-channel.ts";
import { aModeration, codeOf, inADay } from "./a-moderation.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

/** ana leads, beto is an officer, caro and dino are members. */
const scene = async () => {
  const world = await aGuildChannel(redis);
  const { keys, guilds, changes, log } = world;
  await guilds.setRank("g1", "beto", "officer");
  const reports = makeReports(redis, keys);
  const held = makeHeld(redis, keys, log);
  const judge = makeJudge({
    ...{ redis, keys, changes, held, sanctions: makeSanctions(redis, keys, { historyLength: 1_000 }) },
    guilds: {
      kick: (guild, player, by) => guilds.remove(guild, player, "kicked", by),
      ban: () => Promise.reject(new Error("not banned here")),
    },
  });
  const file = (reporter: string, seq: number, more: object = {}) =>
    reports.file({ channel, reporter, seq, category: "abuse", text: "me insultó", nonce: randomUUID(), ...more });
  return { ...world, reports, held, judge, file, audit: makeAudit(redis, keys) };
};
const open = { channel, state: "open", limit: 20 } as const;

test("[MO50] what is reported is kept as it was then, with what stands around it, its edits and names; later deletions do not touch it", async () => {
  const { say, changes, reports, file, page } = await scene();
  for (let n = 0; n < 12; n++) await say("dino", `antes ${n}`);
  const { seq } = await say("caro", "insulto");
  await changes.edit({ channel, nonce: nonce(), seq, author: "caro", text: "peor insulto" });
  for (let n = 0; n < 7; n++) await say("dino", `después ${n}`);
  const { report } = await file("dino", seq);
  await changes.delete({ channel, nonce: nonce(), seq, player: "caro" });
  expect(JSON.stringify((await page()).entries.filter(({ kind }) => kind === "text"))).not.toContain("insulto");
  const found = await reports.read(report, "beto");
  expect(found).toMatchObject({ report, kind: "entry", state: "open", player: "caro", seq, categories: { abuse: 1 } });
  expect(found.evidence).toHaveLength(16);
  expect(found.evidence[10]).toMatchObject({
    ...{ seq, kind: "text", player: "caro", name: "caro", body: "insulto", deleted: false },
    edited: { text: "peor insulto" },
  });
  expect(found.edits).toMatchObject([{ body: "peor insulto" }]);
  expect(found.reports).toMatchObject([{ player: "dino", category: "abuse", text: "me insultó" }]);
});

test("[MO51] reports of an entry are one case, each member's once; of what was deleted already, too; not of one's own, nor of what is no message", async () => {
  const { say, changes, reports, file } = await scene();
  const { seq } = await say("caro", "insulto");
  await changes.delete({ channel, nonce: nonce(), seq, player: "caro" });
  const [first, again, other] = [
    await file("dino", seq),
    await file("dino", seq),
    await file("beto", seq, { category: "hate" }),
  ];
  expect(new Set([first.report, again.report, other.report]).size).toBe(1);
  expect((await reports.list(open)).reports).toMatchObject([
    { report: first.report, player: "caro", reporters: 2, categories: { abuse: 1, hate: 1 } },
  ]);
  const kept = (await reports.read(first.report)).evidence.find((line) => line.seq === seq);
  expect(kept).toMatchObject({ body: "insulto", deleted: true });
  await expect(file("caro", seq)).rejects.toEqual(byCode("not-permitted"));
  await expect(file("dino", 1)).rejects.toEqual(byCode("entry-not-found"));
  await expect(file("dino", 9_999)).rejects.toEqual(byCode("entry-not-found"));
  await expect(file("nadie", seq)).rejects.toEqual(byCode("not-member"));
});

test("[MO52] a member reports 20 entries within 24 h; refused ones do not count, and a nonce is for one report", async () => {
  const { say, file } = await scene();
  const said = [];
  for (let n = 0; n <= LIMITS.reportsPerDay; n++) said.push(await say("caro", `insulto ${n}`));
  await expect(file("dino", 9_999)).rejects.toEqual(byCode("entry-not-found"));
  const key = randomUUID();
  for (const { seq } of said.slice(0, -1)) await file("dino", seq, seq === said[0]?.seq ? { nonce: key } : {});
  await expect(file("dino", said.at(-1)?.seq ?? 0)).rejects.toMatchObject({
    code: "rate-limited",
    retryAtMs: expect.any(Number),
  });
  await expect(file("dino", said.at(-1)?.seq ?? 0, { nonce: key })).rejects.toEqual(byCode("key-reused"));
  expect(await file("dino", said[0]?.seq ?? 0, { nonce: key })).toEqual({
    report: reportId(channel, `${said[0]?.seq}`),
  });
});

test("[MO53] the queue is for those who may review, by pages; nobody sees or judges what is about himself; who read a case stands in the audit log", async () => {
  const { say, reports, file, audit, judge } = await scene();
  const cases: string[] = [];
  for (const author of ["caro", "beto", "caro"])
    cases.push((await file("dino", (await say(author, "insulto")).seq)).report);
  const [first = "", ofBeto = "", last = ""] = cases;
  await expect(reports.list({ ...open, caller: "dino" })).rejects.toEqual(byCode("not-permitted"));
  await expect(reports.list({ ...open, channel: undefined, caller: "beto" })).rejects.toEqual(byCode("not-permitted"));
  const ids = async (query: object) => {
    const { reports: found, next } = await reports.list({ ...open, limit: 2, ...query });
    return { found: found.map(({ report }) => report), next };
  };
  const page = await ids({ channel: undefined });
  expect(page.found).toEqual([first, ofBeto]);
  expect(await ids({ channel: undefined, after: page.next })).toEqual({ found: [last], next: undefined });
  expect((await ids({ limit: 10, caller: "beto" })).found).toEqual([first, last]);
  await expect(reports.read(ofBeto, "beto")).rejects.toEqual(byCode("not-permitted"));
  await expect(judge({ report: ofBeto, outcome: "dismissed", note: "", caller: "beto" })).rejects.toEqual(
    byCode("not-permitted"),
  );
  await expect(reports.read(reportId(channel, "9999"))).rejects.toEqual(byCode("report-not-found"));
  for (const _ of [1, 2]) await reports.read(first, "beto");
  const acts = (await audit.ofChannel(channel, { limit: 50 })).acts.filter(({ act }) => act === "report-read");
  expect(acts).toMatchObject([{ by: "beto", whom: "caro" }]);
});

test("[MO59] a case that nobody decides about in time is closed as expired, its reporters are told, and a new report opens it again", async () => {
  const { say, file, reports, judge, keys, audit } = await scene();
  const [first, second] = [await say("caro", "insulto"), await say("caro", "otro")];
  const { report } = await file("dino", first.seq);
  const claimed = await file("dino", second.seq);
  // Somebody decides about the second just now.
  const prefixes = keys.prefixes(channel);
  await redis.fcall("report_claim", prefixes, ["", String(second.seq), "dismissed", "30000"]);
  const told: unknown[] = [];
  const bucket = bucketOf("player:dino");
  const off = await redis.subscribe(keys.inBucket(bucket, "personal"), (text) => told.push(JSON.parse(text)));
  await makeExpireReports(redis, keys, 86_400_000)(bucketOf(channel));
  expect((await reports.list(open)).reports).toHaveLength(2);
  await makeExpireReports(redis, keys, -1)(bucketOf(channel));
  expect((await reports.list(open)).reports).toMatchObject([{ report: claimed.report }]);
  expect((await reports.list({ ...open, state: "decided" })).reports).toMatchObject([
    { report, decision: { outcome: "expired", note: "" } },
  ]);
  await waitFor(() => told.length > 0, "dino to be told");
  expect(told).toEqual([["dino", { type: "report", report, outcome: "expired" }]]);
  expect((await reports.mine("dino", 10)).reports).toMatchObject([
    { state: "open" },
    { state: "decided", outcome: "expired" },
  ]);
  expect((await audit.ofChannel(channel, { limit: 1 })).acts).toMatchObject([{ act: "report-expired", whom: "caro" }]);
  await file("dino", first.seq);
  await expect(judge({ report, outcome: "warned", note: "" })).rejects.toEqual(byCode("already-decided"));
  await file("beto", first.seq);
  expect((await reports.list(open)).reports.map(({ reporters }) => reporters).sort()).toEqual([1, 2]);
  await judge({ report, outcome: "warned", note: "" });
  await off();
});

test("[MO60] of a channel 1,000 cases wait; of more the oldest is closed as expired", async () => {
  const { say, file, reports, keys } = await scene();
  const oldest = await file("dino", (await say("caro", "uno")).seq);
  const key = keys.of(channel, "open");
  const others = Array.from({ length: MOST_OPEN - 1 }, (_, n) => ["9999999999999", `h${n + 1}`]).flat();
  await redis.run(key, ["ZADD", key, ...others]);
  const newest = await file("dino", (await say("caro", "dos")).seq);
  expect(await redis.run(key, ["ZCARD", key])).toBe(MOST_OPEN);
  expect((await reports.read(oldest.report)).decision).toMatchObject({ outcome: "expired" });
  expect((await reports.read(newest.report)).state).toBe("open");
});

test("[MO51] who reports again after 100 others counts no second time", async () => {
  const { say, file, reports, keys } = await scene();
  const { seq } = await say("caro", "insulto");
  await file("beto", seq);
  const key = keys.of(channel, `case:${seq}`);
  await redis.run(key, ["HSET", key, "reporters", "100"]);
  for (const _ of [1, 2]) await file("dino", seq);
  expect((await reports.list(open)).reports).toMatchObject([{ reporters: 101 }]);
});

test("[MO54] a decision is done with the judge's own rights, once; others come too late, and the same again changes nothing", async () => {
  const { say, reports, file, judge, at, guilds, audit } = await scene();
  const { seq } = await say("caro", "insulto");
  const { report } = await file("dino", seq);
  const decide = (outcome: "deleted" | "kicked" | "muted", caller?: string) =>
    judge({ report, outcome, note: "regla 3", caller });
  await expect(decide("deleted", "dino")).rejects.toEqual(byCode("not-permitted"));
  await expect(decide("muted", "beto")).rejects.toEqual(byCode("bad-request"));
  await guilds.permit("g1", { kick: [] });
  await expect(decide("kicked", "beto")).rejects.toEqual(byCode("not-permitted"));
  for (const _ of [1, 2]) await decide("deleted", "beto");
  expect(await at(seq)).toMatchObject({ kind: "removed", body: { by: 2 } });
  await expect(decide("kicked")).rejects.toEqual(byCode("already-decided"));
  expect((await reports.list(open)).reports).toEqual([]);
  expect((await reports.list({ ...open, state: "decided" })).reports).toMatchObject([
    { report, state: "decided", decision: { outcome: "deleted", note: "regla 3", by: "beto" } },
  ]);
  expect((await reports.mine("dino", 10)).reports).toMatchObject([
    { report, seq, category: "abuse", state: "decided", outcome: "deleted" },
  ]);
  expect(JSON.stringify(await reports.mine("dino", 10))).not.toMatch(/caro|beto|regla/);
  expect((await audit.ofChannel(channel, { limit: 1 })).acts).toMatchObject([
    { act: "report-decided", by: "beto", whom: "caro", why: "regla 3", more: { outcome: "deleted" } },
  ]);
});

test("[MO54] a guest who has become an account is judged as that, and does not judge himself", async () => {
  const { say, file, judge, keys, log } = await scene();
  const { report } = await file("dino", (await say("caro", "insulto")).seq);
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const links = makeLinks(redis, keys, { players, groups, ledger: makeLedger(redis, keys) }, { historyLength: 1_000 });
  await links.link("caro", "cuenta");
  await expect(judge({ report, outcome: "dismissed", note: "", caller: "cuenta" })).rejects.toEqual(
    byCode("not-permitted"),
  );
  await judge({ report, outcome: "kicked", note: "", caller: "beto" });
  expect((await log.before(channel, "dino", undefined, 5)).entries.at(-1)).toMatchObject({
    kind: "kicked",
    body: { who: 3 },
  });
});

test("[MO55] reporters are told the outcome at once, and a report is made, read and decided over every way in", async () => {
  const { seat, as, backend } = await aModeration();
  const [caro, dino] = [await seat("caro"), await seat("dino")];
  const { seq } = await caro.ask("send", { nonce: nonce(), text: "insulto" });
  const filed: unknown = await dino.room.request("reportMessage", {
    ...{ channel: "guild:g1", seq, nonce: nonce(), category: "abuse", text: "me insultó" },
  });
  expect(filed).toEqual({ report: `guild:g1~${seq}` });
  expect((await as("beto", "listReports", { channel: "guild:g1" })).body).toMatchObject({ reports: [{ seq }] });
  expect((await backend("listReports")).body).toMatchObject({ reports: [{ seq }] });
  const report = `guild:g1~${seq}`;
  expect((await as("beto", "getReport", { report })).body).toMatchObject({ player: "caro" });
  expect(await codeOf(as("beto", "decideReport", { report, outcome: "muted", until: inADay(), note: "x" }))).toBe("ok");
  await waitFor(() => dino.personal.length > 0, "the outcome");
  expect(dino.personal).toEqual([{ type: "report", report, outcome: "muted" }]);
  expect((await as("dino", "myReports")).body).toMatchObject({ reports: [{ report, outcome: "muted" }] });
});

test("[MO56] a message that is held back is in nobody's log until it is approved; then it is written once, under its author's nonce", async () => {
  const { held, reports, judge, page, log } = await scene();
  const message = { channel, author: "caro", nonce: nonce(), kind: "text", body: "¿qué tal?" } as const;
  const { report } = await held.hold(message);
  expect(await held.hold(message)).toEqual({ report });
  await expect(held.hold({ ...message, body: "otra" })).rejects.toEqual(byCode("key-reused"));
  const refusedOne = await held.hold({ ...message, nonce: nonce(), body: "insulto" });
  expect((await page()).entries.filter(({ kind }) => kind === "text")).toEqual([]);
  expect((await reports.list(open)).reports).toMatchObject([
    { report, kind: "held", player: "caro" },
    { kind: "held" },
  ]);
  expect(await reports.read(report, "beto")).toMatchObject({ held: { kind: "text", body: "¿qué tal?" } });
  await expect(judge({ report, outcome: "kicked", note: "" })).rejects.toEqual(byCode("bad-request"));
  for (const _ of [1, 2]) await judge({ report, outcome: "approved", note: "", caller: "beto" });
  await judge({ report: refusedOne.report, outcome: "deleted", note: "", caller: "beto" });
  const said = (await page()).entries.filter(({ kind }) => kind === "text");
  expect(said).toMatchObject([{ from: 3, body: "¿qué tal?" }]);
  expect(await log.append(message)).toMatchObject({ repeated: true, seq: said[0]?.seq });
  await expect(held.hold({ ...message, author: "nadie" })).rejects.toEqual(byCode("not-member"));
});
