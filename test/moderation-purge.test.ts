import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Timeline } from "../client/timeline.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeMails } from "../server/guild/mail.ts";
import { makeHome } from "../server/home/home.ts";
import { makeChannelsOf } from "../server/moderation/channels-of.ts";
import { makePurges } from "../server/moderation/purges.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { makePlayers } from "../server/player/players.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aGuildChannel, byCode, channel, nonce } from "./a-guild-channel.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

/** Members ana (leader), beto and caro; `stalled` purges write the entry and do nothing more. */
const scene = async () => {
  const world = await aGuildChannel(redis);
  const channelsOf = async () => [channel, "circle:gone"];
  const made = (atOnce = 200) => makePurges(redis, world.keys, { historyLength: 10_000, channelsOf, atOnce });
  const stalled = made();
  stalled.close();
  return { ...world, purges: made(), stalled, made };
};
const purge = (options: object = {}) => ({ nonce: nonce(), reason: "spam", ...options });

test("[MO40] all that a member wrote is deleted with one entry that tells of it; nobody reads any of it from then on", async () => {
  const { say, page, changes, stalled } = await scene();
  const said = [await say("beto", "uno"), await say("caro", "dos"), await say("beto", "tres")];
  const [first, , third] = said;
  if (first === undefined || third === undefined) throw new Error("nothing was said");
  await changes.edit({ channel, nonce: nonce(), seq: first.seq, author: "beto", text: "otro" });
  await changes.pin({ channel, nonce: nonce(), seq: third.seq, player: "ana", on: true });
  await stalled.inChannel(channel, "beto", purge({ caller: "ana" }));
  const { entries } = await page();
  const told = entries.at(-1);
  expect(told).toMatchObject({ kind: "purged", from: 1, body: { who: 2, upTo: (told?.seq ?? 0) - 1 } });
  expect(JSON.stringify(entries)).not.toMatch(/uno|tres|otro/);
  expect(entries.filter(({ kind }) => kind === "removed")).toMatchObject([
    { seq: first.seq, from: 2, body: { by: 1 } },
    { seq: third.seq, from: 2, body: { by: 1 } },
  ]);
  expect(entries.filter(({ kind }) => kind === "text")).toMatchObject([{ body: "dos" }]);
  expect((await changes.pins(channel, "ana")).entries).toEqual([]);
  const { seq } = third;
  await expect(changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "x" })).rejects.toEqual(
    byCode("entry-not-found"),
  );
  await say("beto", "nuevo");
  expect((await page()).entries.at(-1)).toMatchObject({ kind: "text", body: "nuevo" });
});

test("[MO41] a member is outranked by whoever deletes all of his; the backend may always, also of one who left; the same nonce does it once", async () => {
  const { say, page, stalled, guilds } = await scene();
  await say("beto", "uno");
  await expect(stalled.inChannel(channel, "ana", purge({ caller: "beto" }))).rejects.toEqual(byCode("not-permitted"));
  await guilds.setRank("g1", "beto", "officer");
  await expect(stalled.inChannel(channel, "ana", purge({ caller: "beto" }))).rejects.toEqual(byCode("not-permitted"));
  await expect(stalled.inChannel(channel, "nadie", purge())).rejects.toEqual(byCode("member-not-found"));
  await guilds.remove("g1", "beto", "left");
  const same = purge();
  await stalled.inChannel(channel, "beto", same);
  await stalled.inChannel(channel, "beto", same);
  expect((await page()).entries.filter(({ kind }) => kind === "purged")).toHaveLength(1);
  await expect(stalled.inChannel(channel, "caro", same)).rejects.toEqual(byCode("key-reused"));
});

test("[MO42] whatever a crash left undone is gone on with: unread counts and calls come out right, and progress tells of it", async () => {
  const { say, stalled, made, keys, reads } = await scene();
  const mentions = { players: [3] };
  for (let n = 0; n < 25; n++) await say("beto", { text: `ven ${n}`, mentions }, mentions);
  await say("ana", "hola");
  expect((await reads.status(channel, "caro")).read).toMatchObject({ unread: 26, mentions: 25 });
  await stalled.inChannel(channel, "beto", purge());
  expect(await stalled.progress(channel, "beto")).toMatchObject({ channels: [{ channel, deleted: 0 }], done: false });
  const slow = made(4);
  await slow.work(bucketOf(channel));
  expect(await slow.progress(channel, "beto")).toMatchObject({ channels: [{ deleted: 25, done: true }], done: true });
  expect((await reads.status(channel, "caro")).read).toMatchObject({ unread: 1, mentions: 0 });
  const key = keys.inBucket(bucketOf(channel), "purging");
  expect(await redis.run(key, ["ZCARD", key])).toBe(0);
});

test("[MO43] all that a player wrote in all his channels is deleted, also when the process dies in between", async () => {
  const { say, page, stalled, purges, keys } = await scene();
  await say("beto", "uno");
  const asked = { nonce: randomUUID(), reason: "spam" };
  // Kept, and no further: what the process does next is done by another.
  await redis.fcall("player_purge", keys.prefixes("player:beto"), [
    ...["player:beto", asked.nonce, JSON.stringify({ channels: [channel, "circle:gone"], reason: "spam" }), "60000"],
  ]);
  await purges.work(bucketOf("player:beto"));
  await purges.work(bucketOf(channel));
  expect((await page()).entries.filter(({ kind }) => kind === "purged")).toHaveLength(1);
  expect(await purges.inGame("beto", asked)).toMatchObject({ channels: [{ channel, deleted: 1 }], done: true });
  expect((await page()).entries.filter(({ kind }) => kind === "purged")).toHaveLength(1);
  await expect(stalled.inGame("nadie", asked)).rejects.toEqual(byCode("player-not-found"));
});

test("[MO40] the mail of whose author all was deleted waits for nobody any more, and counts for how many may be sent", async () => {
  const { keys, page, stalled, changes } = await scene();
  const mails = makeMails(redis, keys, { perDay: 2, historyLength: 1_000 });
  const send = (text: string) => mails.send("g1", "ana", { nonce: nonce(), title: "Hola", text });
  const { seq } = await send("insulto uno");
  await changes.delete({ channel, nonce: nonce(), seq, player: undefined });
  expect(await mails.list("g1", "beto")).toEqual([]);
  await send("insulto dos");
  await stalled.inChannel(channel, "ana", purge());
  expect(await mails.list("g1", "beto")).toEqual([]);
  expect(JSON.stringify((await page()).entries)).not.toMatch(/insulto/);
  await expect(send("insulto tres")).rejects.toEqual(byCode("mail-quota"));
});

test("[MO43] what he wrote in a guild and in circles that he has left is deleted, too", async () => {
  const { say, page, keys, guilds, log, reads } = await scene();
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const [circle, other] = ["circle:c1", "circle:c2"];
  for (const channel of [circle, other]) {
    await groups.found(channel, { name: "Pesca", capacity: 10 });
    await groups.admit(channel, "beto", "member");
    await log.append({ channel, author: "beto", nonce: nonce(), kind: "text", body: "insulto" });
  }
  await groups.release(circle, "beto", "left");
  await makeSanctions(redis, keys, { historyLength: 1_000 }).kick(other, "beto", {});
  await say("beto", "uno");
  await guilds.remove("g1", "beto", "kicked");
  const home = makeHome({ guilds, groups, reads });
  const channelsOf = makeChannelsOf(redis, keys, home);
  expect(await home.channels("beto")).toEqual([]);
  const purges = makePurges(redis, keys, { historyLength: 10_000, channelsOf });
  const { channels } = await purges.inGame("beto", { nonce: nonce(), reason: "spam" });
  expect(channels.map(({ channel, deleted }) => [channel, deleted]).sort()).toEqual([
    [circle, 1],
    [other, 1],
    [channel, 1],
  ]);
  expect(JSON.stringify((await page()).entries)).not.toMatch(/uno/);
});

test("[MO43] a nonce is one deletion for each player, also days later", async () => {
  const { say, page, purges, keys } = await scene();
  const asked = { nonce: randomUUID(), reason: "spam" };
  for (const author of ["beto", "caro"]) await say(author, "uno");
  await purges.inChannel(channel, "caro", asked);
  expect(await purges.inGame("beto", asked)).toMatchObject({ channels: [{ channel, deleted: 1 }], done: true });
  await say("beto", "dos");
  const today = Math.floor(Date.now() / 86_400_000);
  for (const day of [today - 1, today, today + 1]) {
    const nonces = keys.of(channel, `nonce:${day}`);
    await redis.run(nonces, ["DEL", nonces]);
  }
  expect(await purges.inGame("beto", asked)).toMatchObject({ channels: [{ channel, deleted: 1 }] });
  expect(JSON.stringify((await page()).entries)).toMatch(/dos/);
});

test("[MO42] what cannot be done keeps nothing else from being done", async () => {
  const { say, stalled, made, keys } = await scene();
  const [spoilt, queue] = [keys.of("player:malo", "gamepurge"), keys.inBucket(bucketOf(channel), "purging")];
  await redis.run(spoilt, ["SET", spoilt, "spoilt"]);
  await redis.run(queue, ["ZADD", queue, "1", "player:malo|n1"]);
  await say("beto", "uno");
  await stalled.inChannel(channel, "beto", purge());
  await made().work(bucketOf(channel));
  expect(await stalled.progress(channel, "beto")).toMatchObject({ channels: [{ deleted: 1 }], done: true });
});

test("[MO40] a client that has the entries takes all of them off when the one comes that tells of it", async () => {
  const timeline = new Timeline();
  const at = { epoch: 1, at: 1 };
  const entries = [
    { ...at, seq: 1, from: 2, kind: "text", body: "uno" },
    { ...at, seq: 2, from: 3, kind: "text", body: "dos" },
    { ...at, seq: 3, from: 2, kind: "sticker", body: { pack: "p", sticker: "s" } },
    { ...at, seq: 4, from: 1, kind: "purged", body: { who: 2, upTo: 3 } },
  ] as const;
  timeline.takePage({ lineage: { past: [], epoch: 1, head: 4 }, complete: false, more: false, entries });
  expect(timeline.fold(entries).map(({ seq, kind }) => [seq, kind])).toEqual([
    [1, "removed"],
    [3, "removed"],
  ]);
  expect(timeline.entries.map(({ kind }) => kind)).toEqual(["removed", "text", "removed", "purged"]);
});
