import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { aFolder } from "./a-folder.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { control } from "./fcm-sandbox-harness.ts";
import { waitFor } from "./wait-for.ts";

const PLAYERS = Array.from({ length: 40 }, (_, index) => `p${index}`);
const wait = async (ms: number): Promise<void> => {
  const start = performance.now();
  await waitFor(() => performance.now() - start > ms, `${ms} ms to pass`, ms + 1_000);
};

const aCrowd = async (options: Parameters<typeof aNotifierWorld>[0] = {}) => {
  const world = await aNotifierWorld(options);
  await world.member("leader");
  for (const player of PLAYERS) await world.member(player);
  const screens = () => PLAYERS.map((player) => world.phone(player)?.screen.length ?? 0);
  const requests = async (port: number): Promise<number> => {
    const health: unknown = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
    return z.object({ sending: z.object({ requests: z.number() }) }).parse(health).sending.requests;
  };
  return { ...world, screens, requests };
};

test("[NO51] FCM does not work for a while: nothing important is lost, what was read meanwhile is not sent, and FCM is not hammered", async () => {
  const world = await aCrowd({ digestWindowMs: 500 });
  const { port } = await world.notifier({ retryBaseMs: 1_000 });
  for (const player of PLAYERS) await world.plan(player, { kind: "error", code: "UNAVAILABLE" });
  await world.announce("first");
  const second = await world.announce("second");
  await world.say("chat");
  await wait(25_000);
  const asked = await world.requests(port);
  console.info(`${asked} requests in 25 s without FCM`);
  // 120 pushes are owed: each would have been tried many times over.
  expect(asked).toBeLessThan(400);
  const readers = PLAYERS.slice(0, 10);
  for (const player of readers) await world.reads.seen(world.channel, player, second.seq + 1);
  const mended = performance.now();
  for (const player of PLAYERS) await world.plan(player, []);
  await waitFor(() => world.screens().every((count, index) => count === (index < 10 ? 0 : 3)), "what is owed", 60_000);
  console.info(`all there ${((performance.now() - mended) / 1_000).toFixed(1)} s after FCM works again`);
  await wait(3_000);
  const seen = (player: string) => (world.phone(player)?.received ?? []).filter(({ silent }) => !silent).length;
  expect(PLAYERS.map(seen)).toEqual(PLAYERS.map((_, index) => (index < 10 ? 0 : 3)));
}, 150_000);

test("[NO51] Redis is away for 11 s in the middle of it: everyone gets everything, and sees it once", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
  onTestFinished(() => first.stop());
  const world = await aCrowd({ redisUrl: first.url, digestWindowMs: 1_000 });
  await world.notifier();
  for (const player of PLAYERS) await world.plan(player, { kind: "ok", delayMs: 300, times: 1 });
  await world.announce("before");
  await world.say("chat");
  await waitFor(() => world.screens().some((count) => count > 0), "the first push");
  await first.kill();
  await wait(11_000);
  const second = await startEmbeddedRedis({ dir, port: first.port, appendfsync: "always" });
  onTestFinished(() => second.stop());
  await waitFor(() => world.redis.ready(), "a connection to announce by");
  await world.announce("after");
  await waitFor(() => world.screens().every((count) => count === 3), "the rest", 60_000);
}, 150_000);

test("[NO51] credentials are refused for a while, over a restart: what was held goes out, once", async () => {
  const world = await aCrowd();
  const before = await world.fastProcess();
  await control(world.sandbox, "PUT", "/access", { send: "forbidden" });
  await world.announce("held");
  await wait(2_000);
  await before.kill();
  await world.fastProcess();
  await wait(2_000);
  await control(world.sandbox, "PUT", "/access", {});
  await waitFor(() => world.screens().every((count) => count === 1), "what was held");
  expect(PLAYERS.map((player) => world.phone(player)?.receivedCount)).toEqual(PLAYERS.map(() => 1));
});

test("[NO53] FCM is away while bursts go on and a notifier is killed: afterwards each phone shows one push of each importance that counts all, got few more than that, and heard it", async () => {
  const world = await aCrowd({ digestWindowMs: 1_000 });
  const gapsMs = { important: [2_000, 4_000], urgent: [2_000] };
  const first = await world.fastProcess({ gapsMs });
  await world.fastProcess({ gapsMs });
  for (const player of PLAYERS) await world.plan(player, { kind: "error", code: "UNAVAILABLE" });
  const notice = { type: "notice", about: "attack" } as const;
  for (let count = 1; count <= 8; count++) {
    await world.announce(`announcement ${count}`);
    await world.say(`chat ${count}`);
    if (count % 3 === 0)
      await world.log.append({
        channel: world.channel,
        nonce: randomUUID(),
        kind: "news",
        body: `attack ${count}`,
        notice,
      });
    await wait(2_500);
    if (count === 5) await first.kill();
  }
  expect(world.screens()).toEqual(PLAYERS.map(() => 0));
  for (const player of PLAYERS) await world.plan(player, []);
  const mended = performance.now();
  const shows = (player: string, what: RegExp) => world.phone(player)?.screen.some(({ body }) => what.test(body ?? ""));
  // Whichever of them went first: all are counted.
  const hasAll = (player: string) =>
    shows(player, /^leader: announcement \d\nand 7 more$/) && shows(player, /^attack \d\nand 1 more$/);
  await waitFor(() => PLAYERS.every(hasAll), "all to be told on every screen", 120_000);
  console.info(`all there ${((performance.now() - mended) / 1_000).toFixed(1)} s after FCM works again`);
  await wait(8_000);
  for (const player of PLAYERS) {
    const phone = world.phone(player);
    const visible = (phone?.received ?? []).filter(({ silent }) => !silent);
    const of = (channelId: string) => visible.filter((one) => one.channelId === channelId).length;
    expect(phone?.screen.length).toBeLessThanOrEqual(3);
    expect([1, 2]).toContain(of("important"));
    expect([1, 2]).toContain(of("urgent"));
    expect(of("digest")).toBeLessThanOrEqual(1);
    // What was not tried yet takes the place of that, without a sound, after its gaps.
    expect(of("updates")).toBeLessThanOrEqual(4);
    for (const newest of [/^leader: announcement 8/, /^attack 6/])
      expect(visible.some(({ body }) => newest.test(body ?? ""))).toBe(true);
  }
}, 240_000);
