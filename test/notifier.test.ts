import { expect, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { ALL_BUCKETS, makeDue } from "../server/notifier/due.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

test("[NO1] an announcement reaches members who are away within 2 s, each in his language", async () => {
  const world = await aNotifierWorld();
  await world.member("leader", { name: "Luna" });
  await world.member("ana", { locale: "pt-BR" });
  await world.member("beto", { locale: "es-419", platform: "ios" });
  await world.member("caro", { platform: "web" });
  await world.notifier();
  const start = performance.now();
  await world.announce("War at eight!");
  const others = ["ana", "beto", "caro"];
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 1), "all pushes");
  expect(performance.now() - start).toBeLessThan(within(2_000));
  expect(others.map((player) => world.phone(player)?.screen[0])).toMatchObject([
    { title: "Anúncio em Lobos", body: "Luna: War at eight!" },
    { title: "Anuncio en Lobos", body: "Luna: War at eight!" },
    { title: "Announcement in Lobos", body: "Luna: War at eight!" },
  ]);
  expect(world.phone("ana")?.received).toMatchObject([{ priority: "high", channelId: "important" }]);
});

test("[NO2] the author, and who has left the guild, get nothing", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  await world.announce("Hello");
  await world.guilds.remove("g1", "ana", "left");
  await world.notifier();
  await waitFor(() => world.phone("beto")?.receivedCount, "the push to who stayed");
  expect([world.phone("leader")?.receivedCount, world.phone("ana")?.receivedCount]).toEqual([0, 0]);
  expect((await world.decisions.list("leader"))[0]).toMatchObject({ outcome: "drop", reason: "own-entry" });
});

test("[NO37] an announcement that was deleted meanwhile is not pushed, and an edited one with its last words", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const changes = makeChanges(world.redis, world.keys, { historyLength: 10_000 });
  const { channel } = world;
  const [wrong, vague] = [await world.announce("Secret by mistake"), await world.announce("War at eihgt")];
  await changes.delete({ channel, nonce: "nonce-delete", seq: wrong.seq, player: "leader" });
  await changes.edit({ channel, nonce: "nonce-edit-1", seq: vague.seq, author: "leader", text: "War at eight" });
  await world.notifier();
  await waitFor(async () => (await world.decisions.list("ana")).length === 2, "both decisions");
  await waitFor(() => world.phone("ana")?.screen.length, "the push of the edited one");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "leader: War at eight" }]);
  const dropped = (await world.decisions.list("ana")).filter(({ outcome }) => outcome === "drop");
  expect(dropped).toMatchObject([{ reason: "entry-gone", about: { seq: wrong.seq } }]);
});

test("[NO3] who is connected and reads within the grace gets nothing", async () => {
  const world = await aNotifierWorld({ graceMs: 2_000 });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  await world.present("ana", true);
  await world.notifier();
  const { seq } = await world.announce("Hello");
  await waitFor(async () => (await world.decisions.list("ana")).length, "her to be given time");
  await world.reads.seen(world.channel, "ana", seq);
  await waitFor(() => world.phone("beto")?.receivedCount, "the push to who is away");
  await waitFor(async () => (await world.decisions.list("ana")).some(({ reason }) => reason === "read"), "his reading");
  expect(world.phone("ana")?.receivedCount).toBe(0);
  expect((await world.decisions.list("ana")).map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ["drop", "read"],
    ["later", "reading"],
  ]);
});

test("[NO4] a present member who does not read within the grace is pushed, once", async () => {
  const world = await aNotifierWorld({ graceMs: 300 });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  await world.present("ana", false);
  const beto = await world.present("beto", true);
  await world.notifier();
  await world.announce("Hello");
  await waitFor(async () => (await world.decisions.list("beto")).length, "the first decision");
  await beto.end();
  await waitFor(() => world.phone("ana")?.receivedCount && world.phone("beto")?.receivedCount, "both pushes");
  const decided = await waitFor(async () => {
    const reasons = (await world.decisions.list("ana")).map(({ reason }) => reason);
    return reasons.length > 1 && reasons;
  }, "the decision");
  expect(decided).toEqual(["unread-after-grace", "present"]);
  expect([world.phone("ana")?.receivedCount, world.phone("beto")?.receivedCount]).toEqual([1, 1]);
});

test("[NO16] what the system says with importance is pushed at once, in the player's language", async () => {
  const world = await aNotifierWorld();
  await world.member("leader", { locale: "pt-BR" });
  await world.member("ana", { locale: "es-419" });
  await world.notifier();
  await world.log.append({
    ...{ channel: world.channel, nonce: "news-0001", kind: "news" },
    body: { template: "guild-attacked", params: { attacker: "Zorros" } },
    notice: { type: "notice", about: "announcement" },
  });
  await waitFor(() => world.phone("ana")?.receivedCount && world.phone("leader")?.receivedCount, "both");
  expect(world.phone("ana")?.screen).toMatchObject([{ title: "Lobos", body: "¡Zorros ataca al gremio!" }]);
  expect(world.phone("leader")?.screen).toMatchObject([{ body: "Zorros está atacando a guilda!" }]);
});

test("[NO12] who wants none gets none; who wants only the important gets no digest", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 200 });
  for (const player of ["leader", "ana", "beto", "caro"]) await world.member(player);
  await world.players.putPreferences("ana", { push: "none", previews: true });
  await world.players.putPreferences("beto", { push: "important", previews: true });
  await world.notifier();
  await world.announce("Hello");
  await world.say("And more");
  await waitFor(() => world.phone("caro")?.screen.length === 2, "push and digest of who wants all");
  await waitFor(() => world.phone("beto")?.receivedCount, "the important one");
  const reasons = async () => (await world.decisions.list("beto")).map(({ reason }) => reason);
  await waitFor(async () => (await reasons()).includes("important-only"), "his digest's turn");
  expect(world.phone("ana")?.receivedCount).toBe(0);
  expect(world.phone("beto")?.receivedCount).toBe(1);
});

test("[NO11] without previews, no push shows the text of a message", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 200 });
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.players.putPreferences("ana", { push: "all", previews: false });
  await world.notifier();
  await world.announce("secret plan");
  await world.say("secret talk");
  const screen = await waitFor(() => {
    const shown = world.phone("ana")?.screen ?? [];
    return shown.length === 2 && shown;
  }, "push and digest");
  expect(screen.map(({ body }) => body)).toEqual(["leader made an announcement.", "1 new message"]);
  expect(JSON.stringify(world.phone("ana"))).not.toContain("secret");
});

test("[NO8] several notifiers share the work: each member gets one push", async () => {
  const world = await aNotifierWorld();
  const others = Array.from({ length: 12 }, (_, index) => `p${index}`);
  for (const player of ["leader", ...others]) await world.member(player);
  await Promise.all([world.notifier(), world.notifier(), world.notifier()]);
  for (let count = 1; count <= 5; count += 1) await world.announce(`number ${count}`);
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 5), "all pushes");
  expect(others.map((player) => world.phone(player)?.receivedCount)).toEqual(others.map(() => 5));
});

test("[NO18] notifiers of two namespaces on one Redis see nothing of each other", async () => {
  const [one, two] = [await aNotifierWorld(), await aNotifierWorld()];
  for (const world of [one, two]) for (const player of ["leader", "ana"]) await world.member(player);
  await Promise.all([one.notifier(), two.notifier()]);
  await one.announce("only here");
  await waitFor(() => one.phone("ana")?.receivedCount, "the push");
  await two.announce("only there");
  await waitFor(() => two.phone("ana")?.receivedCount, "the other push");
  expect(one.phone("ana")?.screen).toMatchObject([{ body: "leader: only here" }]);
  expect(two.phone("ana")?.screen).toMatchObject([{ body: "leader: only there" }]);
});

test("[NO19] a document nobody can read is put aside and holds nothing up", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const [, bucket] = world.keys.prefixes(world.channel);
  for (const rubbish of ["{not json", '{"type":"unheard"}', '{"type":"notice","channel":7}'])
    await world.redis.run(`${bucket}outbox`, ["XADD", `${bucket}outbox`, "*", "d", rubbish]);
  await world.announce("after the rubbish");
  await world.notifier();
  await waitFor(() => world.phone("ana")?.receivedCount, "the push");
  expect(await world.redis.run(bucket, ["XLEN", `${bucket}outbox-aside`])).toBe(3);
  await waitFor(async () => {
    const [pending] = [await world.redis.run(bucket, ["XPENDING", `${bucket}outbox`, "notifier"])].flat();
    return pending === 0;
  }, "every document to be acknowledged");
});

test("[NO34] an item nobody can read holds up nothing that is due", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 300 });
  for (const player of ["leader", "ana"]) await world.member(player);
  for (const owner of [world.channel, "player:ana"])
    for (const rubbish of ["again:{not json", "again:{}", "later:unheard"]) {
      const due = `${world.keys.prefixes(owner)[1]}due`;
      await world.redis.run(due, ["ZADD", due, "1", rubbish]);
    }
  await world.notifier();
  await world.say("after the rubbish");
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest");
});

test("[NO35] what one notifier has taken stays his, however far another's clock is ahead", async () => {
  const { redis, keys, channel } = await aNotifierWorld();
  const [here, ahead] = [0, 60_000].map((aheadMs) =>
    makeDue(redis, keys, { claimMs: 30_000, now: () => Date.now() + aheadMs, onPut: () => undefined }),
  );
  await ahead?.put({ type: "window", channel }, Date.now() + 60_000);
  const taken = await waitFor(async () => (await here?.claim(ALL_BUCKETS))?.[0], "the window, put with no wait");
  expect(taken.item).toEqual({ type: "window", channel });
  expect(await ahead?.claim(ALL_BUCKETS)).toEqual([]);
  await here?.done(taken);
  expect(await redis.run(channel, ["EXISTS", keys.inBucket(taken.bucket, "claimed")])).toBe(0);
});

test("[NO20] /health tells that it is alive, /ready that it works", async () => {
  const world = await aNotifierWorld();
  const { port, close } = await world.notifier();
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await waitFor(async () => (await ask("/ready")).status === 200, "it to be ready");
  expect([(await ask("/health")).status, (await ask("/other")).status]).toEqual([200, 404]);
  await close();
  await expect(ask("/health")).rejects.toThrow();
});

test("[NO26] what every reader has finished with leaves the outbox", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.notifier({ trimMs: 200 });
  for (let count = 0; count < 6; count += 1) await world.announce(`number ${count}`);
  await waitFor(() => world.phone("ana")?.receivedCount === 6, "all pushes");
  const [, bucket] = world.keys.prefixes(world.channel);
  await waitFor(async () => Number(await world.redis.run(bucket, ["XLEN", `${bucket}outbox`])) <= 1, "a short outbox");
});
