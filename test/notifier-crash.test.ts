import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

test("[NO5] a notice written while no notifier ran is pushed when one starts, exactly once", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  // What leaves the screens comes as silent ones.
  const said = () => (world.phone("ana")?.received ?? []).flatMap(({ body }) => body ?? []);
  const first = await world.process();
  const { seq } = await world.announce("while it runs");
  await waitFor(() => world.phone("ana")?.receivedCount, "the first push");
  await first.kill();
  await world.read("ana", seq);
  await world.announce("while it is down");
  const second = await world.process();
  await waitFor(() => said().length === 2, "the second push");
  expect(await second.stop()).toBe(0);
  await world.read("ana", seq + 1);
  const third = await world.process();
  await world.announce("once more");
  await waitFor(() => said().length >= 3, "the third push");
  expect(said()).toEqual(["leader: while it runs", "leader: while it is down", "leader: once more"]);
  expect(await third.stop()).toBe(0);
});

test("[NO6] killed after FCM took the push and before that was recorded: seen once, within about 10 s again", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  await world.plan("ana", { kind: "hang", delivered: true, times: 1 });
  const killed = await world.process();
  await world.announce("Hello");
  await waitFor(() => world.phone("ana")?.receivedCount && world.phone("beto")?.receivedCount, "the pushes");
  await killed.kill();
  await world.process();
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "the repeated push");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "leader: Hello", replaced: 1 }]);
  await waitFor(async () => (await world.decisions.list("ana"))[0]?.sent?.d1 === "sent", "its record");
  expect(world.phone("beto")?.screen).toHaveLength(1);
});

/** What can be seen from outside of a notice's way, in its order. */
const STEPS = ["written", "taken from the outbox", "queued", "at FCM", "on the screen"] as const;

test.each(STEPS)("[NO7] killed (-9) when a notice was just %s: it is seen, once", async (step) => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.plan("ana", { kind: "ok", delayMs: 200, times: 1 });
  const outbox = world.keys.inBucket(Number(/\{b(\d+)\}/.exec(world.keys.of(world.channel, ""))?.[1]), "outbox");
  const jobs = `${world.keys.namespace}:{push}:push`;
  const seen: Record<(typeof STEPS)[number], () => Promise<boolean> | boolean> = {
    written: () => true,
    "taken from the outbox": async () =>
      JSON.stringify(await world.redis.run(outbox, ["XINFO", "GROUPS", outbox])).includes(
        '"last-delivered-id","0-0"',
      ) === false,
    queued: async () => (await world.redis.run(jobs, ["EXISTS", `${jobs}:id`, `${jobs}:events`])) !== 0,
    "at FCM": async () =>
      (await (await fetch(`${world.sandbox.controlUrl}/requests`)).text()).includes("phone-ana") ||
      world.phone("ana")?.receivedCount === 1,
    "on the screen": () => world.phone("ana")?.receivedCount === 1,
  };
  const killed = await world.fastProcess();
  await world.announce("Hello");
  await waitFor(seen[step], step);
  await killed.kill();
  await world.fastProcess();
  await waitFor(() => world.phone("ana")?.screen.length === 1, "the push");
  await waitFor(async () => (await world.decisions.list("ana"))[0]?.sent?.d1 === "sent", "its record");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "leader: Hello" }]);
});

test("[NO7][DG9] killed between channels' windows and the digests: everyone is told of all of them once, nobody is forgotten", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 500 });
  const groups = makeGroups(world.redis, world.keys, world.players, { historyLength: 1_000 });
  const others = Array.from({ length: 10 }, (_, index) => `p${index}`);
  for (const player of ["leader", ...others]) await world.member(player);
  await groups.found("circle:norte", { name: "Norte", capacity: 20 });
  for (const player of ["leader", ...others]) await groups.admit("circle:norte", player, "member");
  const killed = await world.fastProcess();
  await world.log.append({
    ...{ channel: "circle:norte", author: "leader", nonce: randomUUID(), kind: "text", body: "Good evening" },
  });
  await world.say("Hello");
  await waitFor(async () => (await world.decisions.list("p0"))[0]?.outcome === "digest", "a window's end");
  await killed.kill();
  await world.fastProcess();
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 1), "all digests");
  const expected = ["Lobos: 1 new message", "leader: Hello", "Norte: 1 new message", "leader: Good evening"].join("\n");
  expect(others.map((player) => world.phone(player)?.screen[0]?.body)).toEqual(others.map(() => expected));
  const told = () =>
    Promise.all(
      others.map((player) => {
        const key = world.keys.of(`player:${player}`, "digests");
        return world.redis.run(key, ["ZCARD", key]);
      }),
    );
  await waitFor(async () => (await told()).every((count) => count === 1), "each to be noted once");
});
