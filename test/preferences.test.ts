import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeOperations } from "../server/operations/operations.ts";
import { makePushSettingsOperations } from "../server/operations/push-settings-operations.ts";
import { changedPreferences } from "../server/player/changed-preferences.ts";
import { makePlayers } from "../server/player/players.ts";
import { makePushPolicies } from "../server/push-policy/push-policies.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTexts } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { NOTICE_KINDS, NOTICE_TRAITS } from "../shared/notice-kind.ts";
import { type PreferencesChange, preferencesChangeSchema, preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const aWorld = async () => {
  const { redis: own, keys } = await aRedis();
  await own.close();
  const players = makePlayers(redis, keys);
  await players.putProfile("ana", { name: "Ana" });
  const key = keys.of("player:ana", "preferences");
  const owner = keys.of("player:ana", "awaited");
  const due = `${keys.prefixes("player:ana")[1]}due`;
  return {
    ...{ keys, players },
    store: (json: string) => redis.run(key, ["SET", key, json]),
    stored: async (): Promise<unknown> => JSON.parse(String(await redis.run(key, ["GET", key]))),
    /** Something waits for her, to be looked at in an hour. */
    wait: async () => {
      await redis.run(owner, ["HSET", owner, "n1", "{}"]);
      for (const item of LOOKED) await redis.run(due, ["ZADD", due, String(Date.now() + 3_600_000), item]);
    },
    /** Items that are due. */
    due: async () => asTexts(await redis.run(due, ["ZRANGEBYSCORE", due, "0", String(Date.now() + 60_000)])),
  };
};

const LOOKED = ["digest:ana", "match:ana", "unsnooze:ana"];
const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const changed = (stored: object, change: PreferencesChange) =>
  changedPreferences({ ...stored }, preferencesChangeSchema.parse(change), NOW);

test("[PP7] of devices that change different preferences at once none undoes the other's", async () => {
  const { players } = await aWorld();
  await expect(players.changePreferences("nadie", { push: "none" })).rejects.toEqual(byCode("player-not-found"));
  await players.putPreferences("ana", { filter: "strict", kinds: { reward: "off" } });
  const changes: PreferencesChange[] = [
    { push: "important" },
    { previews: false },
    { quietHours: { from: "23:00", to: "06:00" } },
    { doNotDisturbForMs: HOUR_MS },
    ...NOTICE_KINDS.map((kind) => ({ through: { [kind]: true } })),
    ...(["attack", "event"] as const).map((kind) => ({ kinds: { [kind]: "digest" as const } })),
    ...Array.from({ length: 10 }, (_, n) => ({ channels: { [`circle:c${n}`]: { push: "mentions" as const } } })),
    { channels: { "circle:c3": { snoozedForMs: HOUR_MS } } },
  ];
  const before = Date.now();
  await Promise.all(changes.map((change) => players.changePreferences("ana", change)));
  const { through, doNotDisturbUntil, channels, ...rest } = await players.preferences("ana");
  expect(rest).toEqual({
    ...{ push: "important", previews: false, filter: "strict", quietHours: { from: "23:00", to: "06:00" } },
    ...{ kinds: { attack: "digest", event: "digest", reward: "off" }, weekly: true },
  });
  expect(through.toSorted()).toEqual([...NOTICE_KINDS].toSorted());
  expect(Object.values(channels).map(({ push }) => push)).toEqual(Array(10).fill("mentions"));
  for (const until of [doNotDisturbUntil, channels["circle:c3"]?.snoozedUntil ?? 0]) {
    expect(until).toBeGreaterThan(before + HOUR_MS - 5_000);
    expect(until).toBeLessThan(Date.now() + HOUR_MS + 5_000);
  }
});

test("[PP8] a change is of what it names; a channel that is as any other again is forgotten, as is a snooze that is over", () => {
  const channels = {
    "guild:g1": { push: "none", snoozedUntil: 0 },
    "team:t1": { push: "all", snoozedUntil: NOW + 1 },
    "team:t2": { push: "all", snoozedUntil: NOW },
    "circle:c1": { push: "mentions", snoozedUntil: NOW - 1 },
  };
  const { "team:t2": _, ...left } = channels;
  expect(changed({ channels }, {})).toEqual({ channels: left });
  expect(changed({ channels }, { channels: { "guild:g1": { snoozedForMs: 5 }, "team:t1": { push: "all" } } })).toEqual({
    channels: { ...left, "guild:g1": { push: "none", snoozedUntil: NOW + 5 } },
  });
  const ended = { "guild:g1": null, "team:t1": { snoozedForMs: 0 }, "circle:c1": { push: "all" } } as const;
  expect(changed({ channels }, { channels: ended })).toEqual({ channels: {} });
  const hours = { from: "01:00", to: "02:00" };
  const rest = { doNotDisturbUntil: 7, quietHours: hours, through: ["reply", "war"], kinds: { war: "off" } };
  expect(changed(rest, { quietHours: null, doNotDisturbForMs: 0 })).toMatchObject({
    ...rest,
    ...{ quietHours: null, doNotDisturbUntil: 0 },
  });
  expect(changed(rest, { quietHours: "studio" })).not.toHaveProperty("quietHours");
  expect(changed(rest, { through: { war: false, attack: true }, kinds: { war: null, reply: "now" } })).toMatchObject({
    ...{ through: ["reply", "attack"], kinds: { reply: "now" } },
  });
});

test("[PP9] preferences set at most 200 channels apart", async () => {
  const { players } = await aWorld();
  const apart = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`circle:c${from + n}`, { push: "none" as const }]));
  await players.changePreferences("ana", { channels: apart(0, LIMITS.channelPreferences) });
  const more = players.changePreferences("ana", { channels: apart(500, 501), push: "none" });
  await expect(more).rejects.toEqual(byCode("preferences-full"));
  expect((await players.preferences("ana")).push).toBe("all");
  await players.changePreferences("ana", { channels: { ...apart(500, 501), "circle:c0": null } });
  const { channels } = await players.preferences("ana");
  expect([Object.keys(channels).length, channels["circle:c0"], channels["circle:c500"]?.push]).toEqual([
    ...[200, undefined, "none"],
  ]);
});

test("[PP10] who changes his preferences, or his zone or language, has what waits for him looked at again at once", async () => {
  const { players, wait, due } = await aWorld();
  const ways: [what: string, change: () => Promise<unknown>, found: string[]][] = [
    ["a change", () => players.changePreferences("ana", { push: "none" }), LOOKED],
    ["the same again", () => players.changePreferences("ana", { push: "none" }), []],
    ["all of them", () => players.putPreferences("ana", { push: "none" }), LOOKED],
    ["zone", () => players.putProfile("ana", { zone: "Asia/Tokyo" }), LOOKED],
    ["language", () => players.putProfile("ana", { locale: "en" }), LOOKED],
    ["nothing of the kind", () => players.putProfile("ana", { zone: "Asia/Tokyo", level: 9 }), []],
  ];
  await players.changePreferences("ana", { doNotDisturbForMs: HOUR_MS });
  await players.putProfile("ana", { zone: "Asia/Seoul" });
  expect(await due()).toEqual([]);
  for (const [what, change, found] of ways) {
    await wait();
    await change();
    expect([what, await due()]).toEqual([what, found]);
  }
});

test("[PP11] what a newer release stored of preferences is passed over row by row, and outlives a change by this one", async () => {
  const { players, store, stored } = await aWorld();
  const newer = {
    ...{
      push: "none",
      previews: true,
      filter: "normal",
      sounds: { attack: "horn" },
      kinds: { war: "off", duel: "now" },
    },
    ...{ through: ["duel", "attack"], quietHours: { from: "22:00", to: "sunrise" } },
    channels: { "guild:g1": { push: "none", snoozedUntil: 0 }, "team:t1": { push: "leaders" }, "world:w1": {} },
  };
  await store(JSON.stringify(newer));
  expect(await players.preferences("ana")).toEqual(
    preferencesSchema.parse({
      ...{ push: "none", kinds: { war: "off" }, through: ["attack"] },
      channels: { "guild:g1": { push: "none" } },
    }),
  );
  await players.changePreferences("ana", {
    ...{ kinds: { event: "off" }, through: { attack: false, reply: true } },
    channels: { "team:t2": { push: "mentions" } },
  });
  expect(await stored()).toEqual({
    ...newer,
    ...{ kinds: { ...newer.kinds, event: "off" }, through: ["duel", "reply"] },
    channels: {
      ...{ "guild:g1": newer.channels["guild:g1"], "team:t1": newer.channels["team:t1"] },
      "team:t2": { push: "mentions", snoozedUntil: 0 },
    },
  });
  await store("no JSON");
  expect(await players.preferences("ana")).toMatchObject({ push: "all", previews: false, filter: "strict" });
  expect(await players.changePreferences("ana", { push: "important" })).toMatchObject({ push: "important" });
});

test("[PP12] a player reads and changes his own preferences and nobody else's, the backend anybody's; the studio's policy is the backend's alone", async () => {
  const { players, keys } = await aWorld();
  await players.putProfile("beto", { name: "Beto" });
  const { run } = makeOperations(makePushSettingsOperations({ players, policies: makePushPolicies(redis, keys) }));
  const refused = expect.objectContaining({ code: "not-permitted" });
  expect(await run("changePreferences", { player: "me", push: "important" }, "ana")).toMatchObject({
    push: "important",
  });
  expect(await run("getPreferences", { player: "ana" }, "ana")).toMatchObject({ push: "important" });
  expect(await run("changePreferences", { player: "ana", previews: false }, undefined)).toMatchObject({
    ...{ push: "important", previews: false },
  });
  expect(await run("getPreferences", { player: "ana" }, undefined)).toMatchObject({ previews: false });
  await expect(run("changePreferences", { player: "ana", push: "none" }, "beto")).rejects.toEqual(refused);
  await expect(run("getPreferences", { player: "ana" }, "beto")).rejects.toEqual(refused);
  await expect(run("getPreferences", { player: "nadie" }, undefined)).rejects.toEqual(byCode("player-not-found"));

  const policy = {
    importance: { chatter: "silent" },
    quietHours: { from: "23:00", to: "07:00" },
    perHour: 3,
    perDay: 3,
  };
  expect(await run("putPushPolicy", policy, undefined)).toEqual(pushPolicySchema.parse(policy));
  expect(await run("getPushPolicy", {}, undefined)).toEqual(pushPolicySchema.parse(policy));
  await expect(run("getPushPolicy", {}, "ana")).rejects.toEqual(refused);
  await expect(run("putPushPolicy", policy, "ana")).rejects.toEqual(refused);
  const wrong: [request: object, detail: RegExp][] = [
    [{ importance: { thunder: "urgent" } }, /^importance.*thunder/],
    [{ importance: { attack: "loud" } }, /^importance\.attack/],
    [{ through: ["thunder"] }, /^through\.0/],
    [{ quietHours: { from: "24:00", to: "07:00" } }, /^quietHours\.from: HH:MM/],
    [{ quietHours: { from: "07:00", to: "07:00" } }, /^quietHours: from and to must differ/],
    [{ perHour: 0 }, /^perHour/],
    [{ perHour: 9, perDay: 8 }, /^perHour: not more than perDay/],
    [{ digestsPerDay: 25 }, /^digestsPerDay/],
    [{ perWeek: 5 }, /perWeek/],
  ];
  for (const [request, detail] of wrong)
    await expect(run("putPushPolicy", request, undefined)).rejects.toMatchObject({
      ...{ code: "bad-request", details: [expect.stringMatching(detail)] },
    });
  expect(await run("putPushPolicy", {}, undefined)).toEqual(pushPolicySchema.parse({}));
});

test("[PP13] docs/push.md has every kind of notice with its defaults, every preference and every part of the policy", async () => {
  const text = await readFile(new URL("../docs/push.md", import.meta.url), "utf8");
  const hours = (ms: number) => `${ms / HOUR_MS} h`;
  for (const kind of NOTICE_KINDS) {
    const { importance, personal, lifeMs } = NOTICE_TRAITS[kind];
    const row = text.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`));
    expect(row?.split(" | ").slice(-3), kind).toEqual([importance, personal ? "yes" : "no", `${hours(lifeMs)} |`]);
  }
  const fields = [preferencesSchema, preferencesChangeSchema, pushPolicySchema].flatMap(({ shape }) =>
    Object.keys(shape),
  );
  expect(fields.filter((field) => !text.includes(`| \`${field}\``))).toEqual([]);
});
