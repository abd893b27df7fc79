import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { aNotifierWorld } from "./a-notifier.ts";
import { aWar } from "./a-war.ts";
import { waitFor } from "./wait-for.ts";

const DAY_MS = 86_400_000;
const healthSchema = z.object({ sending: z.object({ outcomes: z.object({ held: z.number() }) }) });

test("[NO49, NO47, PP6] a phone gets no more than its limits, what is over waits; one not seen for long gets none; a minor's shows no words", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 300 });
  const { players, decisions, keys, redis } = world;
  for (const player of ["leader", "ana", "old", "both", "minor"]) await world.member(player);
  await players.setMinor("minor", true);
  await players.putPreferences("minor", { previews: true });
  // Registered for the last time 31 days ago; `both` has another that is fresh.
  for (const player of ["old", "both"]) {
    const key = keys.of(`player:${player}`, "devices");
    const row = { kind: "token", target: `phone-${player}`, platform: "android", at: Date.now() - 31 * DAY_MS };
    await redis.run(key, ["HSET", key, "d1", JSON.stringify(row)]);
  }
  await players.putDevice("both", "d2", { kind: "fid", target: "phone-both-new", platform: "android" });
  const device = { perMinute: 2, perHour: 100 };
  const { port } = await world.notifier({}, { push: { perMinute: 60_000, device, staleMs: 30 * DAY_MS } });
  for (const text of ["secret plan", "secret place"]) await world.announce(text);
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "as many as a phone gets");
  await world.say("secret talk");
  await waitFor(async () => {
    const health: unknown = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
    return healthSchema.parse(health).sending.outcomes.held >= 3;
  }, "the digests of three to be held");
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/gremio_push_jobs\{line="other",state="delayed"\} [1-3]/);
  const newest = world.sandbox.devices().find(({ target }) => target === "phone-both-new");
  const counts = [
    ...["ana", "minor", "old", "both"].map((player) => world.phone(player)?.receivedCount),
    newest?.receivedCount,
  ];
  expect(counts).toEqual([2, 2, 0, 0, 2]);
  expect((await decisions.list("old")).map(({ reason }) => reason).slice(-2)).toEqual(["no-device", "no-device"]);
  expect(JSON.stringify(world.phone("minor"))).not.toContain("secret");
  expect(JSON.stringify(world.phone("ana"))).toContain("secret");
});

test("[NO29] a push lives as long as what it says is of use: until the time it was given, or the war is over", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const war = await aWar(world, { fighters: { ana: 2 } });
  const endsAt = Date.now() + 1_800_000;
  await war.ends(endsAt);
  const tell = (notice: object) =>
    world.log.append({
      ...{ channel: world.channel, nonce: randomUUID(), kind: "news", body: "3 h left" },
      notice: { type: "notice", about: "war", only: ["ana"], ...notice },
    });
  await world.notifier();
  await tell({});
  await tell({ lifeMs: 600_000 });
  await tell({ condition: { type: "war-attempts-left", war: war.war } });
  await waitFor(() => world.phone("ana")?.receivedCount === 3, "all of them");
  const lives = (world.phone("ana")?.received ?? []).map(({ expiresAtMs }) => expiresAtMs - Date.now());
  const expected = [DAY_MS, 600_000, endsAt - Date.now()];
  for (const [index, life] of lives.toSorted((a, b) => b - a).entries())
    expect(Math.abs(life - (expected.toSorted((a, b) => b - a)[index] ?? 0))).toBeLessThan(10_000);
});

/** A notifier that may send so many a minute, from its start; what is left of that. */
const aSlowOne = async (perMinute: number) => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const push = { perMinute, device: { perMinute: 100, perHour: 100 }, staleMs: DAY_MS };
  await world.notifier({ rampMs: 0 }, { push });
  const key = world.keys.of("sending", "rate");
  const told = world.keys.of("player:ana", "told");
  return {
    ...world,
    room: async () => Number(await world.redis.run(key, ["HGET", key, "room"])),
    begun: async () => Number(await world.redis.run(told, ["HLEN", told])),
  };
};

test("[NO48] what firebase-admin repeats by itself counts, too", async () => {
  const world = await aSlowOne(30);
  await world.announce("on a new connection");
  await waitFor(() => world.phone("ana")?.receivedCount === 1, "the first");
  await world.plan("ana", { kind: "reset", times: 1 });
  await world.announce("on a connection that dies");
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "the repetition");
  await world.announce("then");
  // Only what nobody asked room for makes it less than none.
  await waitFor(async () => (await world.room()) < 0, "the repetition to count", 5_000);
});

test("[NO48] so does what goes to a target that was renewed while FCM refused the old one", async () => {
  const world = await aSlowOne(12);
  await world.plan("ana", { kind: "error", code: "UNREGISTERED", delayMs: 700 });
  await world.announce("to a target that is renewed");
  await waitFor(async () => (await world.begun()) === 1, "it to be on its way");
  await world.players.putDevice("ana", "d1", { kind: "token", target: "phone-ana-new", platform: "android" });
  const renewed = () => world.sandbox.devices().find(({ target }) => target === "phone-ana-new");
  await waitFor(() => renewed()?.receivedCount === 1, "the push to the new target");
  await world.announce("then");
  await waitFor(async () => (await world.room()) < 0, "that to count", 5_000);
});
