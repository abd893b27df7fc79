import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makePhrases } from "../server/phrase/phrases.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const WINDOW_MS = 300;

test("[NO9] plain chat becomes one digest after its window: how much is unread, and the last lines with names", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  await world.member("leader", { name: "Luna" });
  await world.member("beto", { name: "Beto" });
  await world.member("ana", { locale: "pt-BR" });
  await world.notifier();
  for (const text of ["one", "two", "three"]) await world.say(text);
  await world.say("four", "beto");
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest");
  expect(world.phone("ana")?.received).toMatchObject([
    {
      title: "Lobos",
      body: "4 mensagens novas\nLuna: two\nLuna: three\nBeto: four",
      ...{ priority: "normal", collapseKey: "digest", channelId: "digest" },
    },
  ]);
  // Writing is reading: Beto has nothing unread, Luna one line.
  await waitFor(() => world.phone("leader")?.receivedCount, "the leader's digest");
  expect(world.phone("leader")?.screen).toMatchObject([{ body: "1 new message\nBeto: four" }]);
  expect(world.phone("beto")?.receivedCount).toBe(0);
});

test("[NO10] a digest whose messages were read meanwhile is not sent", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const { seq } = await world.say("hello");
  await world.reads.seen(world.channel, "ana", seq);
  await world.notifier();
  await waitFor(() => world.phone("beto")?.receivedCount, "the digest of who has not read");
  expect(await world.decisions.list("ana")).toEqual([]);
  expect(world.phone("ana")?.receivedCount).toBe(0);
});

test("[NO10] also one that was read between the window and its time, or while it was queued", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS, graceMs: 1_000 });
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.present("ana", false);
  await world.notifier();
  const { seq } = await world.say("hello");
  await waitFor(
    async () => (await world.decisions.list("ana")).some(({ outcome }) => outcome === "digest"),
    "the window's end",
  );
  await world.reads.seen(world.channel, "ana", seq);
  await waitFor(async () => (await world.decisions.list("ana"))[0]?.reason === "read", "the second look");
  expect(world.phone("ana")?.receivedCount).toBe(0);
});

test("[NO13] after a digest there is none until the player reads; then there is again", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  await world.notifier();
  await world.say("one");
  await waitFor(() => world.phone("ana")?.receivedCount && world.phone("beto")?.receivedCount, "the first digests");
  const { seq } = await world.say("two");
  await world.reads.seen(world.channel, "beto", seq - 1);
  await waitFor(() => world.phone("beto")?.receivedCount === 2, "the second digest of who has read the first");
  expect(world.phone("beto")?.screen).toMatchObject([{ body: "1 new message\nleader: two", replaced: 1 }]);
  expect(world.phone("ana")?.receivedCount).toBe(1);
});

test("[NO14] an announcement that was pushed is not told again by the digest; chat after it is", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.notifier();
  await world.announce("War at eight!");
  await waitFor(async () => (await world.decisions.list("ana")).some(({ reason }) => reason === "told"), "the window");
  expect(world.phone("ana")?.receivedCount).toBe(1);
  await world.say("Bring potions");
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "the digest");
  expect(world.phone("ana")?.screen).toMatchObject([
    { body: "leader: War at eight!" },
    { body: "1 new message\nleader: Bring potions" },
  ]);
});

test("[NO15] a present player with something unread gets his digest after he is gone, not before", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS, graceMs: 200 });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const ana = await world.present("ana", false);
  await world.notifier();
  await world.say("one");
  await waitFor(() => world.phone("beto")?.receivedCount, "the digest of who is away");
  await waitFor(
    async () => (await world.decisions.list("ana")).some(({ outcome }) => outcome === "digest"),
    "the window",
  );
  expect(world.phone("ana")?.receivedCount).toBe(0);
  await ana.end();
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest after he is gone");
});

test("[DG21] the end of a snooze is waited for by itself: what is said elsewhere has its digest before, and who ends the snooze has the rest", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  const { redis, keys, players, log } = world;
  for (const player of ["leader", "ana"]) await world.member(player);
  const groups = makeGroups(redis, keys, players, { historyLength: 100 });
  const channel = "circle:norte";
  await groups.found(channel, { name: "Norte", capacity: 10 });
  for (const player of ["leader", "ana"]) await groups.admit(channel, player, "member");
  await players.changePreferences("ana", { channels: { [channel]: { snoozedForMs: 3_600_000 } } });
  await world.notifier();
  await log.append({ channel, author: "leader", nonce: "nonce-of-circle", kind: "text", body: "later" });
  await waitFor(async () => (await world.decisions.list("ana")).some(({ reason }) => reason === "snoozed"), "the hold");
  const { seq } = await world.say("now");
  await waitFor(() => world.phone("ana")?.receivedCount === 1, "the guild's digest");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "1 new message\nleader: now" }]);
  await world.reads.seen(world.channel, "ana", seq);
  await players.changePreferences("ana", { channels: { [channel]: { snoozedForMs: 0 } } });
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "the circle's digest");
  expect(world.phone("ana")?.screen.at(-1)).toMatchObject({ title: "Norte", body: "1 new message\nleader: later" });
});

test("[NO16] what the system says plainly waits for the digest, in the player's language", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana"]) await world.member(player, { locale: "pt-BR" });
  await world.notifier();
  await world.log.append({
    ...{ channel: world.channel, nonce: "news-0001", kind: "news" },
    body: { template: "guild-level-up", params: { level: "7" } },
    notice: { type: "notice", about: "event" },
  });
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "1 mensagem nova\nA guilda subiu para o nível 7!" }]);
});

test("[ST11] a digest says quick phrases, the studio's too, in the reader's language", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  await world.member("leader", { name: "Luna" });
  await world.member("ana", { locale: "pt-BR" });
  const phrases = await makePhrases(world.redis, world.keys);
  await phrases.put("boss", { "es-419": "¡Jefe: {name}!", "pt-BR": "Chefe: {name}!", en: "Boss: {name}!" });
  await phrases.close();
  await world.notifier();
  const tap = (nonce: string, kind: "phrase" | "sticker", body: unknown) =>
    world.log.append({ channel: world.channel, author: "leader", nonce: `nonce-of-${nonce}`, kind, body });
  await tap("shipped", "phrase", { phrase: "back-in", params: { minutes: "5" } });
  await tap("studio", "phrase", { phrase: "boss", params: { name: "Ogro" } });
  await tap("sticker", "sticker", { pack: "gremio", sticker: "wave" });
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest");
  const body = "3 mensagens novas\nLuna: Volto em 5 minutos\nLuna: Chefe: Ogro!\nLuna: [figurinha]";
  expect(world.phone("ana")?.received).toMatchObject([{ body }]);
});
