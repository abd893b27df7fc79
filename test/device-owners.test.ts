import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDevices } from "../server/player/fresh-devices.ts";
import { makePlayers, type Players } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { aDeath, dyingRedis, FAULTS } from "./dying-before.ts";
import "./property-seed.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const PLAYERS = ["ana", "beto", "caro", "dani"];
const aWorld = async () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const players = makePlayers(redis, keys);
  for (const player of PLAYERS) await players.putProfile(player, { name: player });
  return { keys, players };
};
const phone = (target = "the-same-phone", kind: "fid" | "token" = "token") =>
  ({ kind, target, platform: "android" }) as const;
const ownersOf = async (players: Players, target = "the-same-phone"): Promise<string[]> => {
  const found = await Promise.all(PLAYERS.map(async (player) => ({ player, devices: await players.devices(player) })));
  return found.flatMap(({ player, devices }) =>
    devices.filter((device) => device.target === target).map(({ id }) => `${player}/${id}`),
  );
};

test("[NO46] a target has one owner: whoever registers it last, under whatever device id; other devices stay", async () => {
  const { players } = await aWorld();
  await players.putDevice("ana", "d1", phone());
  await players.putDevice("ana", "d2", phone("ana-tablet"));
  await players.putDevice("ana", "d3", phone("the-same-phone-fid", "fid"));
  await players.putDevice("beto", "d1", phone());
  expect(await ownersOf(players)).toEqual(["beto/d1"]);
  expect((await players.devices("ana")).map(({ target, kind }) => [target, kind])).toEqual([
    ["ana-tablet", "token"],
    ["the-same-phone-fid", "fid"],
  ]);
  await players.putDevice("beto", "d9", phone());
  expect(await ownersOf(players)).toEqual(["beto/d9"]);
  await players.putDevice("ana", "d1", phone());
  expect(await ownersOf(players)).toEqual(["ana/d1"]);
  // One who is not known takes it from nobody.
  await expect(players.putDevice("nobody", "d1", phone())).rejects.toMatchObject({ code: "player-not-found" });
  expect(await ownersOf(players)).toEqual(["ana/d1"]);
});

test("[NO46] however many register it at once, one has it in the end", async () => {
  const { players } = await aWorld();
  for (let round = 0; round < 10; round++) {
    await Promise.all(PLAYERS.map((player) => players.putDevice(player, `d${round % 3}`, phone())));
    expect(await ownersOf(players)).toHaveLength(1);
  }
});

test("[NO46] whoever dies, stumbles or lags while it registers: the next registration that ends is the only one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          player: fc.constantFrom(...PLAYERS),
          device: fc.constantFrom("d1", "d2"),
          step: fc.integer({ min: 1, max: 5 }),
          fault: fc.constantFrom(...FAULTS),
          together: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      fc.constantFrom(...PLAYERS),
      async (attempts, last) => {
        const { keys, players } = await aWorld();
        let running: Promise<unknown>[] = [];
        for (const { player, device, step, fault, together } of attempts) {
          const process = makePlayers(dyingRedis(redis, aDeath(step, fault)), keys);
          running.push(process.putDevice(player, device, phone()).catch(() => {}));
          if (!together) running = [await Promise.all(running)].map((done) => Promise.resolve(done));
        }
        const lagging = Promise.all(running);
        await players.putDevice(last, "d1", phone());
        await lagging;
        const owners = await ownersOf(players);
        // One that was late may have claimed it after the last; never do two have it.
        expect(owners.length).toBeLessThanOrEqual(1);
        await players.putDevice(last, "d1", phone());
        expect(await ownersOf(players)).toEqual([`${last}/d1`]);
      },
    ),
    { numRuns: 60 },
  );
});

test("[NO47] a device is stale when it was not renewed for so long, and fresh once it is registered again", async () => {
  const { keys, players } = await aWorld();
  await players.putDevice("ana", "d1", phone("old-phone-1"));
  await players.putDevice("ana", "d2", phone("new-phone-1"));
  const day = 86_400_000;
  const key = keys.of("player:ana", "devices");
  const row = JSON.stringify({ ...phone("old-phone-1"), at: Date.now() - 61 * day });
  await redis.run(key, ["HSET", key, "d1", row]);
  const fresh = async () =>
    freshDevices(await players.devices("ana"), Date.now() - 60 * day).map(({ target }) => target);
  expect(await fresh()).toEqual(["new-phone-1"]);
  expect(await players.devices("ana")).toHaveLength(2);
  await players.putDevice("ana", "d1", phone("old-phone-1"));
  expect(await fresh()).toEqual(["old-phone-1", "new-phone-1"]);
});
