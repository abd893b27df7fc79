import { expect, test } from "vitest";
import type { Mentions } from "../shared/entry.ts";
import { aNotifierByHand } from "./a-notifier-by-hand.ts";
import { waitFor } from "./wait-for.ts";

test("[NO69] what FCM gave no answer for is not sent again over something newer that has taken its place, which counts it", async () => {
  const world = await aNotifierByHand();
  const { announce, run, after, screen, answers, reasons } = world;
  answers.push({ type: "unavailable", why: "no answer", retryAfterMs: 600_000 });
  await announce("one");
  await run();
  expect(screen("ana543")).toMatchObject([{ body: "leader57: one" }]);
  await announce("two");
  await run();
  await after(120_000);
  expect(screen("ana543")).toMatchObject([{ body: "leader57: two\nand 1 more" }]);
  await after(900_000);
  await after(60_000);
  expect(screen("ana543")).toMatchObject([{ body: "leader57: two\nand 1 more" }]);
  expect(await reasons("ana543")).toContain("drop:overtaken");
  const told = world.keys.of("player:ana543", "told");
  expect(String(await world.redis.run(told, ["HVALS", told])).match(/"got"/g)).toHaveLength(2);
});

test("[NO70] what is deleted after it was shown leaves the screens of all by a silent push, unless something newer has taken its place", async () => {
  const { announce, run, after, screen, changes, sent, channel } = await aNotifierByHand();
  const remove = (seq: number, nonce: string) => changes.delete({ channel, nonce, seq, player: "leader57" });
  const { seq } = await announce("one");
  await run();
  expect([screen("ana543"), screen("beto55")]).toMatchObject([[{ seq }], [{ seq }]]);
  await remove(seq, "nonce-delete-1");
  await run();
  await after(2_000);
  expect([screen("ana543"), screen("beto55")]).toEqual([[], []]);
  expect(sent.slice(-2).map(({ android }) => android?.priority)).toEqual(["normal", "normal"]);

  const second = await announce("two");
  await run();
  const third = await announce("three");
  await run();
  await after(120_000);
  await remove(second.seq, "nonce-delete-2");
  await run();
  await after(2_000);
  expect(screen("ana543")).toMatchObject([{ seq: third.seq }]);
  await remove(third.seq, "nonce-delete-3");
  await run();
  await after(2_000);
  expect(screen("ana543")).toEqual([]);
});

test("[NO70] a request leaves the screens when it is answered or taken back, an invitation when it is turned down, and all of a guild those of who has left it", async () => {
  const world = await aNotifierByHand({ joins: ["ana543"] });
  const { arrive, run, after, screen, joining, guilds, announce } = world;
  await arrive("beto55");
  const { requests, invitations } = joining;
  const asks = () => requests.join({ guild: "g20", player: "beto55", bound: false });
  const shown = async (player: string) => {
    await run();
    await after(60_000);
    return screen(player).length;
  };
  await asks();
  expect(await shown("leader57")).toBe(1);
  await announce("one");
  await requests.answer({ guild: "g20", player: "beto55", accept: false, caller: "leader57" });
  expect(await shown("leader57")).toBe(0);
  await asks();
  expect(await shown("leader57")).toBe(1);
  await requests.withdraw("g20", "beto55");
  expect(await shown("leader57")).toBe(0);
  await invitations.invite("g20", "beto55", "leader57");
  expect(await shown("beto55")).toBe(1);
  await invitations.decline("g20", "beto55");
  expect(await shown("beto55")).toBe(0);
  expect(await shown("ana543")).toBe(1);
  await guilds.remove("g20", "ana543", "left");
  expect(await shown("ana543")).toBe(0);
});

test("[NO71] who writes has read what was before: it leaves his screens and waits no more, though his client says nothing", async () => {
  const { announce, log, run, after, screen, channel, redis, keys } = await aNotifierByHand();
  await announce("one");
  await run();
  await announce("two");
  await run();
  const waiting = async () => {
    const key = keys.of("player:ana543", "awaited");
    return redis.run(key, ["HLEN", key]);
  };
  expect([screen("ana543").length, await waiting()]).toEqual([1, 1]);
  await log.append({ channel, author: "ana543", nonce: "nonce-ana-1", kind: "text", body: "yes" });
  await waitFor(async () => (await waiting()) === 0, "what waited to be gone");
  await after(120_000);
  expect([screen("ana543").length, screen("beto55").length]).toEqual([0, 1]);
});

test("[NO72] what is too old by then, or FCM could not take in time, is told by a digest, also after one has told of all up to there; what is in no log is dropped", async () => {
  const world = await aNotifierByHand({ joins: ["ana543"] });
  const { announce, log, channel, run, after, screen, reasons, answers, setLast, joining, arrive } = world;
  world.setPolicy({ digestsPerDay: 9 });
  const quarters = async (count: number) => {
    for (let n = 0; n < count; n += 1) await after(15 * 60_000);
  };
  const digest = () => screen("ana543").find(({ title, body }) => title === "Lobos" && body.includes(" new "))?.body;
  await announce("one");
  await run();
  await announce("two");
  await run();
  await log.append({ channel, author: "leader57", nonce: "nonce-talk", kind: "text", body: "talk" });
  await run();
  for (let n = 0; n < 3; n += 1) await after(1_000);
  expect(digest()).toContain("talk");
  expect(digest()).not.toContain("two");
  setLast(true);
  answers.push({ type: "busy", why: "too many" });
  await after(120_000);
  expect(screen("ana543").map(({ body }) => body)).not.toContain("leader57: two\nand 1 more");
  setLast(false);
  await quarters(3);
  expect(digest()).toContain("two");

  await announce("three");
  await arrive("beto55");
  await joining.requests.join({ guild: "g20", player: "beto55", bound: false });
  await after(40 * 24 * 3_600_000);
  expect([await reasons("ana543"), await reasons("leader57")].map((of) => of.at(-1))).toEqual([
    "digest:expired",
    "drop:expired",
  ]);
  await quarters(3);
  expect(digest()).toContain("three");
});

test("[NS6] an announcement reaches who wants only mentions of its channel if it calls him", async () => {
  const { log, run, screen, players, channel } = await aNotifierByHand();
  for (const player of ["ana543", "beto55"])
    await players.putPreferences(player, { channels: { [channel]: { push: "mentions", snoozedUntil: 0 } } });
  const announce = (n: number, mentions: Mentions) =>
    log.append({
      ...{ channel, author: "leader57", nonce: `nonce-${n}`, kind: "announcement", mentions },
      ...{ body: { text: `call ${n}`, mentions }, notice: { type: "notice", about: "announcement" } },
    });
  await announce(1, { players: [2] });
  await run();
  expect([screen("ana543").length, screen("beto55").length]).toEqual([1, 0]);
  await announce(2, { groups: ["all"] });
  await run();
  expect(screen("beto55")).toMatchObject([{ body: "leader57: call 2" }]);
});

test("[PP14] what waits for the end of a burst, or for FCM, is decided by the studio's policy as it is by then", async () => {
  const { announce, run, after, screen, setPolicy, answers, reasons } = await aNotifierByHand({ joins: ["ana543"] });
  await announce("one");
  await run();
  await announce("two");
  await run();
  answers.push({ type: "busy", why: "too many" });
  await announce("three", "attack");
  await run();
  setPolicy({ importance: { announcement: "normal", attack: "silent" } });
  await after(120_000);
  expect(screen("ana543")).toMatchObject([{ body: "leader57: one" }]);
  const decided = await reasons("ana543");
  expect(decided.slice(0, 2)).toEqual(["now:away", "later:burst"]);
  expect(decided).toEqual(expect.arrayContaining(["digest:not-important", "drop:kind-silent"]));
});
