import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { noticeId } from "../server/notifier/notice.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aDigestWorld } from "./a-digest-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";

const HOUR_MS = 3_600_000;
const NORTE = "circle:norte";
const SUR = "circle:sur";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());
const aWorld = () => aDigestWorld(clock.redis, makeKeys(`t-${randomUUID().slice(0, 12)}`), clock.jump);

test("[DG7] one digest tells of all of a player's channels, and of each up to where it was told", async () => {
  const world = await aWorld();
  await world.member("ana", [NORTE, SUR]);
  await world.member("beto", [NORTE]);
  await world.groups.admit(SUR, "beto", "member");
  for (const text of ["one", "two"]) await world.say(world.guild, text);
  await world.say(NORTE, "three", { author: "beto" });
  // Read elsewhere, so not told.
  const { seq } = await world.say(SUR, "four", { author: "beto" });
  await world.reads.seen(SUR, "ana", seq);
  const first = await world.digest("ana");
  expect(first).toMatchObject({
    title: "Lobos and 1 other channel",
    lines: ["Lobos: 2 new messages", "leader: two", "norte: 1 new message", "beto: three"],
    cursor: { channel: world.guild },
  });
  expect(await world.digest("ana")).toBeUndefined();
  expect(await world.why("ana")).toBe("told");

  // Plain talk is worth no other, until he has read somewhere; then all that came since is told, and nothing twice.
  await world.say(NORTE, "five", { author: "beto" });
  await world.wait(13 * HOUR_MS);
  expect(await world.digest("ana")).toBeUndefined();
  const head = await world.say(world.guild, "six");
  await world.reads.seen(world.guild, "ana", head.seq - 1);
  const second = await world.digest("ana");
  expect(second).toMatchObject({
    title: "Lobos and 1 other channel",
    lines: ["Lobos: 1 new message", "leader: six", "norte: 1 new message", "beto: five"],
  });
  expect(second?.mark).not.toBe(first?.mark);

  // Left, off, snoozed: nothing of that channel, also of what was written before.
  await world.wait(25 * HOUR_MS);
  await world.say(NORTE, "seven", { author: "beto" });
  await world.say(SUR, "eight", { author: "beto" });
  await world.reads.seen(world.guild, "ana", head.seq);
  await world.groups.release(NORTE, "ana", "left");
  await world.players.putPreferences("ana", { channels: { [SUR]: { push: "none" } } });
  expect(await world.digest("ana")).toBeUndefined();
  expect(await world.why("ana")).toBe("channel-off");
  const snoozedUntil = world.now() + HOUR_MS;
  await world.players.putPreferences("ana", { channels: { [SUR]: { snoozedUntil } } });
  expect(await world.digest("ana")).toBeUndefined();
  expect(world.later.at(-1)).toMatchObject({ item: { type: "unsnooze", player: "ana" } });
  expect(world.later.at(-1)?.at).toBeGreaterThanOrEqual(snoozedUntil);
  await world.wait(2 * HOUR_MS);
  expect(await world.digest("ana")).toMatchObject({ title: "sur", lines: ["1 new message", "beto: eight"] });
});

test("[DG5] what calls him, also further back than is read, and what replies to him is worth another digest; what was owed is looked for", async () => {
  const world = await aWorld();
  await world.member("ana");
  await world.member("beto");
  const mine = await world.say(world.guild, "who brings potions?", { author: "ana" });
  await world.say(world.guild, "hello");
  expect(await world.digest("ana")).toMatchObject({ lines: ["1 new message", "leader: hello"] });
  const call = await world.say(world.guild, "@ana come", { author: "beto", mentions: { players: [2] } });
  await world.say(world.guild, "I do", { reply: mine.seq });
  for (let count = 0; count < 60; count++) await world.say(world.guild, `chat ${count}`);
  await world.digests.owe({ channel: world.guild, ...call }, ["ana"]);
  expect(world.later.at(-1)?.item).toEqual({ type: "digest", player: "ana" });
  const again = await world.digest("ana");
  expect(again).toMatchObject({ cursor: { channel: world.guild, seq: call.seq } });
  expect(again?.lines).toEqual([
    "62 new messages · 1 mention of you",
    "beto: @ana come",
    "leader: chat 58",
    "leader: chat 59",
  ]);
  // Deleted and edited since.
  await world.wait(25 * HOUR_MS);
  const changes = makeChanges(clock.redis, world.keys, { historyLength: 10_000 });
  const gone = await world.say(world.guild, "@ana forget it", { mentions: { players: [2] } });
  expect(await world.digest("ana", { told: false })).toMatchObject({
    lines: ["1 new message · 1 mention of you", "leader: @ana forget it"],
  });
  await changes.delete({ channel: world.guild, player: "leader", nonce: randomUUID(), seq: gone.seq });
  expect(await world.digest("ana")).toBeUndefined();
});

test("[DG5] reactions to his messages since he was last there are told with the rest, once; alone if there are 5", async () => {
  const world = await aWorld();
  const others = ["b", "c", "d", "e", "f"];
  for (const player of ["ana", ...others]) await world.member(player);
  const changes = makeChanges(clock.redis, world.keys, { historyLength: 10_000 });
  const { seq } = await world.say(world.guild, "we won!", { author: "ana" });
  const react = (player: string) => changes.react(world.guild, player, seq, "🎉", true);
  for (const player of others.slice(0, 2)) await react(player);
  expect(await world.digest("ana")).toBeUndefined();
  await world.say(world.guild, "great");
  expect((await world.digest("ana"))?.lines).toEqual(["1 new message · 2 reactions to your messages", "leader: great"]);
  await world.wait(25 * HOUR_MS);
  expect(await world.digest("ana")).toBeUndefined();
  for (const player of others) await react(player);
  expect(await world.digest("ana")).toMatchObject({ lines: ["5 reactions to your messages"], cursor: { seq } });
  expect(await world.digest("ana")).toBeUndefined();
});

test("[DG8] so many digests in any 24 hours as the studio allows; one beyond waits until the first of them is a day old", async () => {
  const world = await aWorld();
  await world.member("ana");
  for (const text of ["one", "two"]) {
    const { seq } = await world.say(world.guild, text);
    expect((await world.digest("ana"))?.lines[1]).toBe(`leader: ${text}`);
    await world.reads.seen(world.guild, "ana", seq);
    await world.wait(HOUR_MS);
  }
  await world.say(world.guild, "three");
  expect(await world.digest("ana")).toBeUndefined();
  expect(await world.why("ana")).toBe("enough-digests");
  const at = world.later.at(-1)?.at ?? 0;
  expect(at - world.now()).toBeGreaterThan(21.9 * HOUR_MS);
  expect(at - world.now()).toBeLessThan(22.3 * HOUR_MS);
  await world.wait(at - world.now() + 1);
  expect((await world.digest("ana"))?.lines[1]).toBe("leader: three");
  const { seq } = await world.say(world.guild, "four");
  await world.reads.seen(world.guild, "ana", seq - 1);
  world.policy({ digestsPerDay: 0 });
  expect(await world.digest("ana")).toBeUndefined();
  expect((await world.decisions.list("ana"))[0]).toMatchObject({ outcome: "drop", reason: "enough-digests" });
});

test("[DG9] told once for all runs: a run that was cut short gives the same digest its name, one that comes late changes nothing", async () => {
  const world = await aWorld();
  await world.member("ana", [NORTE]);
  await world.say(world.guild, "one");
  await world.member("beto", [NORTE]);
  await world.say(NORTE, "two", { author: "beto" });
  const [first] = await world.digests.compose(["ana"]);
  const [second] = await world.digests.compose(["ana"]);
  expect(second?.mark).toBe(first?.mark);
  expect(second?.push).toEqual({ ...first?.push, expiresAt: second?.push.expiresAt });
  const untold = world.keys.of(world.guild, "untold");
  expect(await clock.redis.run(untold, ["SISMEMBER", untold, "ana"])).toBe(1);
  await world.tell(first);
  expect(await clock.redis.run(untold, ["SISMEMBER", untold, "ana"])).toBe(0);
  // What came after the first run composed is not what the second had told.
  await world.say(world.guild, "three");
  await world.tell(second);
  await world.reads.seen(NORTE, "ana", 1);
  const digests = world.keys.of("player:ana", "digests");
  expect(await clock.redis.run(digests, ["ZCARD", digests])).toBe(1);
});

test("[DG10] a window gives everyone with something unread a time, by pages, and asks nothing else of them", async () => {
  const world = await aWorld();
  const many = Array.from({ length: 30 }, (_, index) => `p${index}`);
  for (const player of many) await world.member(player);
  const { seq } = await world.say(world.guild, "hello");
  for (const player of many.slice(0, 10)) await world.reads.seen(world.guild, player, seq);
  await world.digests.openWindow(world.guild);
  const due = world.later.flatMap(({ item }) => (item.type === "digest" ? item.player : []));
  expect(due.sort()).toEqual(many.slice(10).sort());
  expect(new Set(world.later.map(({ at }) => at)).size).toBeGreaterThan(15);
  expect((await world.decisions.list("p20"))[0]).toMatchObject({ outcome: "digest", reason: "plain-chat" });
  await world.digests.consider(["p20", "p0"]);
  expect(world.queued).toEqual([{ type: "digest", players: ["p20"] }]);
});

test("[DG4] a digest leaves out what waits for a moment of the player's, to be told by itself then", async () => {
  const world = await aWorld();
  await world.member("ana");
  await world.say(world.guild, "hello");
  const call = await world.say(world.guild, "@ana now", { mentions: { players: [2] } });
  const awaited = world.keys.of("player:ana", "awaited");
  const id = noticeId({ ...call, channel: world.guild });
  await world.redis.run(awaited, ["HSET", awaited, id, "{}"]);
  expect(await world.digest("ana")).toMatchObject({ lines: ["1 new message", "leader: hello"] });
  expect(await world.digest("ana")).toBeUndefined();
  // It comes to be left to a digest, after one has told of all up to there; and is told once.
  await world.redis.run(awaited, ["DEL", awaited]);
  await world.digests.owe({ channel: world.guild, ...call }, ["ana"]);
  expect(await world.digest("ana")).toMatchObject({
    lines: ["1 new message · 1 mention of you", "leader: @ana now"],
    cursor: { seq: call.seq },
  });
  await world.wait(25 * 3_600_000);
  expect(await world.digest("ana")).toBeUndefined();
});
