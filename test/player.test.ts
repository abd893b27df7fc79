import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const aWorld = () => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  return { keys, players: makePlayers(redis, keys) };
};
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const phone = (target: string) => ({ kind: "fid", target, platform: "android" }) as const;

describe("a profile", () => {
  test("[PT12] that another release accepted stays readable, can be changed, and costs the guild nothing", async () => {
    const { keys, players } = aWorld();
    await aGuild(redis, keys, "g1", ["ana", "beto"]);
    const guilds = makeGuilds(redis, keys, players, { historyLength: 1_000 });
    const strange = { name: "x".repeat(60), avatar: 7, level: -1, locale: "fr", zone: "Mars/Olympus", version: 5 };
    for (const [key, field] of [
      [keys.of("player:beto", "profile"), "d"],
      [keys.of("guild:g1", "profiles"), "beto"],
    ] as const)
      await redis.run(key, ["HSET", key, field, JSON.stringify(strange)]);
    await redis.run(keys.of("player:beto", "profile"), ["HSET", keys.of("player:beto", "profile"), "version", "5"]);
    expect((await guilds.snapshot("g1")).members[1]?.profile).toMatchObject({ zone: "Mars/Olympus", locale: "es-419" });
    expect(await players.putProfile("beto", { level: 3 })).toMatchObject({ level: 3, avatar: "", version: 6 });
  });

  test("[PL1] begins with a name; a change of some parts leaves the others and makes a new version", async () => {
    const { players } = aWorld();
    expect(await players.profile("ana")).toBeUndefined();
    await expect(players.putProfile("ana", { level: 3 })).rejects.toEqual(byCode("player-not-found"));
    expect(await players.putProfile("ana", { name: "Ana", level: 3 })).toMatchObject({
      name: "Ana",
      level: 3,
      version: 1,
    });
    expect(await players.putProfile("ana", { power: 9 })).toMatchObject({
      name: "Ana",
      level: 3,
      power: 9,
      version: 2,
    });
    expect(await players.putProfile("ana", { power: 9 })).toMatchObject({ version: 2 });
    expect(await players.profile("ana")).toMatchObject({ name: "Ana", level: 3, power: 9, version: 2 });
  });

  test("[PL2] loses none of many changes made at once", async () => {
    const { players } = aWorld();
    await players.putProfile("ana", { name: "Ana" });
    const changes = [
      { level: 7 },
      { power: 8 },
      { avatar: "fox" },
      { fields: { team: "red" } },
      { zone: "America/Bogota" },
    ];
    await Promise.all(changes.map((change) => players.putProfile("ana", change)));
    expect(await players.profile("ana")).toMatchObject({ ...Object.assign({}, ...changes), name: "Ana", version: 6 });
  });

  test("[PL3] is not undone by a token issued before its last change", async () => {
    const { players } = aWorld();
    await players.putProfile("ana", { name: "Ana" }, 1_000_000);
    await players.putProfile("ana", { name: "Anita" }, 2_000_000);
    expect(await players.putProfile("ana", { name: "Ana" }, 1_500_000)).toMatchObject({ name: "Anita", version: 2 });
    await players.putProfile("ana", { name: "Anita" }, 3_000_000);
    expect(await players.putProfile("ana", { name: "Ana" }, 2_500_000)).toMatchObject({ name: "Anita", version: 2 });
    await players.putProfile("ana", { name: "Reina" });
    expect(await players.putProfile("ana", { name: "Ana" }, 4_000_000)).toMatchObject({ name: "Reina", version: 3 });
    expect(await players.putProfile("ana", { name: "Ana" }, Date.now() + 60_000)).toMatchObject({
      name: "Ana",
      version: 4,
    });
  });

  test("[PL4] reaches the player's guild", async () => {
    const { keys, players } = aWorld();
    await aGuild(redis, keys, "g1", ["ana", "beto"]);
    const guilds = makeGuilds(redis, keys, players, { historyLength: 100 });
    const before = await guilds.snapshot("g1");
    await players.putProfile("beto", { name: "Alberto" });
    const after = await guilds.snapshot("g1");
    expect(after.members.map(({ profile }) => profile.name)).toEqual(["ana", "Alberto"]);
    expect(after.version).toBeGreaterThan(before.version);
  });
});

describe("devices and preferences", () => {
  test("[PL5] a player has at most five devices; the one longest unused gives way", async () => {
    const { players } = aWorld();
    await expect(players.putDevice("ana", "d1", phone("target-1"))).rejects.toEqual(byCode("player-not-found"));
    await players.putProfile("ana", { name: "Ana" });
    for (const n of [1, 2, 3, 4, 5]) await waitForNextMs(() => players.putDevice("ana", `d${n}`, phone(`target-${n}`)));
    await waitForNextMs(() => players.putDevice("ana", "d1", phone("target-1b")));
    await waitForNextMs(() => players.putDevice("ana", "d6", phone("target-6")));
    const devices = await players.devices("ana");
    expect(devices.map(({ id }) => id)).toEqual(["d1", "d3", "d4", "d5", "d6"]);
    expect(devices[0]).toMatchObject({ kind: "fid", target: "target-1b", platform: "android" });
  });

  test("[PL6] a device is removed by its id, or by its target while it still has it", async () => {
    const { players } = aWorld();
    await players.putProfile("ana", { name: "Ana" });
    await players.putDevice("ana", "d1", phone("target-1"));
    await players.putDevice("ana", "d1", phone("target-2"));
    await players.forgetTarget("ana", "d1", "target-1");
    expect(await players.devices("ana")).toMatchObject([{ id: "d1", target: "target-2" }]);
    await players.forgetTarget("ana", "d1", "target-2");
    expect(await players.devices("ana")).toEqual([]);
    await players.putDevice("ana", "d2", phone("target-3"));
    await players.removeDevice("ana", "d2");
    await expect(players.removeDevice("ana", "d2")).rejects.toEqual(byCode("device-not-found"));
  });

  test("[PL8] what another release stored of devices and preferences is passed over, and costs nobody else anything", async () => {
    const { keys, players } = aWorld();
    await players.putProfile("ana", { name: "Ana" });
    await players.putDevice("ana", "d1", phone("target-1"));
    const devices = keys.of("player:ana", "devices");
    await redis.run(devices, ["HSET", devices, "d2", JSON.stringify({ kind: "watch", target: "target-2", at: 1 })]);
    const preferences = keys.of("player:ana", "preferences");
    await redis.run(preferences, ["SET", preferences, JSON.stringify({ push: "quiet", previews: "some" })]);
    expect((await players.devices("ana")).map(({ id }) => id)).toEqual(["d1"]);
    expect(await players.preferences("ana")).toEqual(preferencesSchema.parse({ push: "all", previews: false }));
  });

  test("[PL7] preferences are kept; who has set none gets everything", async () => {
    const { players } = aWorld();
    await expect(players.putPreferences("ana", { push: "none", previews: true })).rejects.toEqual(
      byCode("player-not-found"),
    );
    await players.putProfile("ana", { name: "Ana" });
    expect(await players.preferences("ana")).toEqual(preferencesSchema.parse({ push: "all", previews: true }));
    await players.putPreferences("ana", { push: "important", previews: false });
    expect(await players.preferences("ana")).toEqual(preferencesSchema.parse({ push: "important", previews: false }));
  });
});

/** Runs what Redis dates, then waits until Redis' clock shows a later millisecond. */
const waitForNextMs = async (act: () => Promise<void>): Promise<void> => {
  await act();
  const time = async () =>
    String(
      await redis.run("clock", [
        "EVAL",
        "local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000)",
        "0",
      ]),
    );
  const before = await time();
  while ((await time()) === before);
};

// The symptom: a player's new name stayed away for an hour when the backend changed his profile in the second in which it signed his token.
// The cause: a token tells its time in whole seconds, a change in milliseconds, so the token seemed the older of the two.
// What is pinned: a token of the same second counts, one of an earlier second does not.
test("[PL3] a token of the second of the last change counts, an older one does not", async () => {
  const { keys, players } = aWorld();
  await players.putProfile("ana", { name: "Ana", level: 3 });
  const profile = keys.of("player:ana", "profile");
  const changedAt = Number(await redis.run(profile, ["HGET", profile, "at"]));
  const second = Math.floor(changedAt / 1000) * 1000;
  expect(await players.putProfile("ana", { name: "Ana de Ayer" }, second - 1000)).toMatchObject({ name: "Ana" });
  expect(await players.putProfile("ana", { name: "Ana de Hoy" }, second)).toMatchObject({
    name: "Ana de Hoy",
    level: 3,
  });
});
