import { expect, test } from "vitest";
import { broadcastId } from "../server/broadcast/broadcast-id.ts";
import { makeBroadcasts } from "../server/broadcast/broadcasts.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

/** A process is killed as soon as so many more pushes have arrived, at whatever step it then is. */
const KILLED_AFTER = [1, 4, 2, 7, 3, 9, 5, 1];

test("[BC8] killed again and again while three broadcasts go on: every phone shows each once", async () => {
  const world = await aNotifierWorld();
  const players = ["leader", ...Array.from({ length: 20 }, (_, index) => `p${index}`)];
  for (const player of players) await world.member(player);
  const broadcasts = makeBroadcasts(world.redis, world.keys);
  const audiences = [{ all: true } as const, { guilds: ["g1"] }, { players }];
  for (const [index, to] of audiences.entries()) {
    const texts = { en: { title: "Studio", body: `Broadcast ${index}` } };
    await broadcasts.create(
      broadcastId(`kills-${index}`),
      { to, kind: "event", perMinute: 300, texts },
      { lifeMs: 600_000 },
    );
  }
  const received = () => players.reduce((sum, player) => sum + (world.phone(player)?.receivedCount ?? 0), 0);
  const states = async () => Promise.all(audiences.map((_, index) => broadcasts.find(broadcastId(`kills-${index}`))));
  for (const more of KILLED_AFTER) {
    const before = received();
    const process = await world.fastProcess();
    const isOver = async () => (await states()).every((found) => found?.state === "done");
    await waitFor(async () => received() - before >= more || isOver(), `${more} pushes`);
    await process.kill();
  }
  await world.fastProcess();
  const shown = (player: string) => (world.phone(player)?.screen ?? []).map(({ body }) => body).sort();
  const all = audiences.map((_, index) => `Broadcast ${index}`);
  await waitFor(() => players.every((player) => shown(player).length >= all.length), "every broadcast", 60_000);
  await waitFor(async () => (await states()).every((found) => found?.state === "done"), "their ends");
  for (const player of players) expect(shown(player)).toEqual(all);
  for (const found of await states()) expect(found?.looked).toBe(players.length);
}, 240_000);

test("[BC8] a notifier that is killed leaves a broadcast to another: nobody is skipped, and nobody sees it twice", async () => {
  const many = Array.from({ length: 12 }, (_, n) => `p${n}`);
  const world = await aNotifierWorld();
  for (const player of ["leader", ...many]) await world.member(player);
  const { phone } = world;
  const { create, find } = makeBroadcasts(world.redis, world.keys);
  await world.plan("p3", { kind: "hang", delivered: true, times: 1 });
  const killed = await world.fastProcess();
  const id = broadcastId("killed-once");
  const texts = { en: { title: "Studio", body: "Double loot" } };
  await create(id, { to: { guilds: ["g1"] }, kind: "event", perMinute: 360, texts }, { lifeMs: 600_000 });
  await waitFor(() => phone("p3")?.receivedCount === 1, "a push that FCM does not answer");
  await killed.kill();
  await world.notifier();
  await waitFor(async () => (await find(id))?.state === "done", "its end", 20_000);
  await waitFor(async () => (await find(id))?.pushed === 13, "all pushes", 20_000);
  expect(many.map((player) => phone(player)?.screen.length)).toEqual(many.map(() => 1));
  expect(phone("p3")).toMatchObject({ receivedCount: 2, screen: [{ replaced: 1 }] });
  expect(await find(id)).toMatchObject({ looked: 13 });
}, 60_000);
