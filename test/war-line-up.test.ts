import "./property-seed.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLinks } from "../server/link/link.ts";
import { BUILT_IN_MODES } from "../server/pvp/built-in-modes.ts";
import { makeLineUp } from "../server/pvp/line-up.ts";
import { makeModes } from "../server/pvp/modes.ts";
import { MOST_WAR_MODES, modeTimes, putWarModeSchema, warModeSchema, wrongWarMode } from "../shared/api/war-mode.ts";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { aRedis } from "./a-redis.ts";
import { inAll } from "./api-world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const allRefused = (refused: readonly (readonly [asked: Promise<unknown>, code: string])[]) =>
  Promise.all(refused.map(([asked, code]) => expect(asked).rejects.toMatchObject(byCode(code))));

const aMode = (more: object = {}) => putWarModeSchema.parse({ name: inAll("Guerra"), ...more });

/** Guild g1, whose members' power falls from the first to the last, but for `elsa`, who is as strong as `dino`. */
const aWorld = async () => {
  const { redis: own, keys } = await aRedis();
  await own.close();
  const { redis } = connected;
  const people = ["ana", "beto", "caro", "dino", "elsa"];
  const world = await aGuildLife({ redis, keys }, people);
  for (const [index, player] of people.entries())
    await world.players.putProfile(player, { level: 10 - index, power: player === "elsa" ? 600 : 900 - index * 100 });
  const lineUp = makeLineUp(redis, keys, { zone: "America/Bogota" });
  const war = world.part("war");
  return {
    ...world,
    ...{ redis, keys, lineUp },
    modes: makeModes(redis, keys),
    links: makeLinks(
      redis,
      keys,
      { ...world, groups: makeGroups(redis, keys, world.players, { historyLength: 100 }) },
      { historyLength: 100 },
    ),
    fighters: async (more: { lockAt?: number; joinMs?: number; most?: number } = {}) =>
      (await lineUp.fighters("g1", { war: "w1", lockAt: Date.now() + HOUR_MS, joinMs: 0, ...more })).map(
        ({ player }) => player,
      ),
    /** A war the guild is in: accepted for good, or only held. */
    atWar: (lockAt: number, hold: string[] = []) =>
      redis.run(war, ["HSET", war, "war", "w1", "lockAt", String(lockAt), ...hold]),
    peace: () => redis.run(war, ["DEL", war]),
  };
};

test("[WM1] the studio's modes stand beside and in the place of Gremio's, and give way to them again", async () => {
  const { modes } = await aWorld();
  const ids = async () => (await modes.list()).map(({ mode, builtIn }) => [mode, builtIn]);
  const builtIn = BUILT_IN_MODES.map(({ mode }) => [mode, true]).toSorted();
  expect(builtIn.length).toBeGreaterThanOrEqual(3);
  for (const mode of BUILT_IN_MODES) expect([wrongWarMode(mode), warModeSchema.parse(mode)]).toEqual([undefined, mode]);
  expect(await ids()).toEqual(builtIn);
  const quick = aMode({ minutes: 1 });
  await modes.put("quick", quick);
  await modes.put("blitz", aMode({ minutes: 7, enabled: false }));
  expect(await modes.read("blitz")).toMatchObject({ mode: "blitz", minutes: 7, enabled: false });
  expect(await modes.read("quick")).toEqual({ ...quick, mode: "quick" });
  expect(await ids()).toEqual([["blitz", false], ...builtIn.slice(1), ["quick", false]]);
  for (const id of ["blitz", "quick"]) await modes.remove(id);
  expect(await ids()).toEqual(builtIn);
  await allRefused([modes.remove("classic"), modes.read("quick")].map((asked) => [asked, "war-mode-not-found"]));
  for (let n = 0; n < MOST_WAR_MODES; n++) await modes.put(`m${n}`, quick);
  await expect(modes.put("one-more", quick)).rejects.toMatchObject(byCode("war-modes-full"));
  await modes.put("m0", aMode());
});

test("[WM2] what a mode leaves out has its default, and what cannot be is named", () => {
  const { name, ...rest } = aMode({ roster: { most: 5 }, rewards: { win: { guild: { points: 9 } } } });
  expect(rest).toMatchObject({
    roster: { least: 1, most: 5, equal: true },
    rewards: { win: { guild: { points: 9, season: true } }, draw: {}, loss: {} },
    ...{ attempts: 2, start: "evening", tieBreaks: ["earlier"], rematch: { wars: 3, days: 7 } },
  });
  expect(modeTimes({ ...rest, name })).toMatchObject({ preparationMs: HOUR_MS, activeMs: DAY_MS, seenMs: 7 * DAY_MS });
  const wrong = (more: object) => wrongWarMode(aMode(more));
  expect(wrong({ roster: { least: 31 } })).toContain("roster");
  expect(wrong({ lockMinutes: 61 })).toContain("lockMinutes");
  expect(wrong({ tieBreaks: ["earlier", "earlier"] })).toContain("tieBreaks");
  expect(wrong({ lockMinutes: 0, preparationMinutes: 0 })).toBeUndefined();
  for (const more of [{ minutes: 1.5 }, { minutes: 0 }, { battles: 0 }, { roster: { most: 501 } }, { scoring: "golf" }])
    expect(putWarModeSchema.safeParse({ name, ...more }).success).toBe(false);
});

test("[WM3, WM4, WM5] who is in fights, those picked first and the others by strength; who goes out or leaves is picked no more", async () => {
  const { lineUp, fighters, guilds, events } = await aWorld();
  expect(await fighters()).toEqual(["ana", "beto", "caro", "dino", "elsa"]);
  expect(await lineUp.fighters("g1", { war: "w1", lockAt: Date.now() + DAY_MS, joinMs: 0, most: 1 })).toEqual([
    { player: "ana", number: 1, name: "ana", avatar: "", level: 10, power: 900 },
  ]);
  await lineUp.pick("g1", ["elsa", "caro"], "ana");
  expect(await fighters({ most: 3 })).toEqual(["elsa", "caro", "ana"]);
  // A cooldown leaves out whoever joined too late, picked or not.
  expect(await fighters({ lockAt: Date.now() + HOUR_MS, joinMs: 2 * HOUR_MS })).toEqual([]);

  for (const _ of [1, 2]) await lineUp.setReady("g1", "elsa", false, "elsa");
  await lineUp.setReady("g1", "ana", false);
  expect((await guilds.snapshot("g1")).members.map(({ warReady }) => warReady)).toEqual([
    ...[false, true, true, true],
    false,
  ]);
  expect(await fighters()).toEqual(["caro", "beto", "dino"]);
  await lineUp.setReady("g1", "elsa", true, "elsa");
  expect(await fighters()).toEqual(["caro", "beto", "dino", "elsa"]);
  expect((await events("war-ready")).map(({ player, ready, by }) => [player, ready, by])).toEqual([
    ["elsa", false, "elsa"],
    ["ana", false, ""],
    ["elsa", true, "elsa"],
  ]);

  const refused = [
    [lineUp.setReady("g1", "caro", false, "beto"), "not-permitted"],
    [lineUp.setReady("g1", "caro", false, "nadie"), "not-member"],
    [lineUp.setReady("g1", "nadie", false), "member-not-found"],
    [lineUp.setReady("g0", "caro", false), "guild-not-found"],
    [lineUp.pick("g1", ["caro"], "beto"), "not-permitted"],
    [lineUp.pick("g1", ["caro"], "nadie"), "not-member"],
    [lineUp.pick("g1", ["caro", "nadie"], "ana"), "member-not-found"],
    [lineUp.pick("g1", ["caro", "ana"], "ana"), "member-out"],
    [lineUp.pick("g0", []), "guild-not-found"],
  ] as const;
  await allRefused(refused);
  expect(await fighters({ most: 1 })).toEqual(["caro"]);

  await lineUp.pick("g1", ["dino", "caro"]);
  await lineUp.setReady("g1", "beto", false, "beto");
  for (const player of ["dino", "beto"]) {
    await guilds.remove("g1", player, "left");
    await guilds.admit("g1", player, "member");
  }
  expect(await fighters()).toEqual(["caro", "beto", "dino", "elsa"]);
  await lineUp.pick("g1", []);
  expect(await fighters()).toEqual(["beto", "caro", "dino", "elsa"]);
  expect((await events("line-up-picked")).map(({ players, by }) => [players, by])).toEqual([
    [["elsa", "caro"], "ana"],
    [["dino", "caro"], ""],
    [undefined, ""],
  ]);
});

test("[WM5, WM6] whoever may launch sees all members by pages: who would fight, who is out, who is new, and how many were seen lately", async () => {
  const { lineUp, away, atWar } = await aWorld();
  await away({
    ana: { joined: 40, seen: 1 },
    beto: { joined: 40, seen: 20 },
    caro: { joined: 40 },
    dino: { joined: 40, seen: 1 },
  });
  await lineUp.setReady("g1", "dino", false);
  await lineUp.pick("g1", ["caro"]);
  const mode = { mode: "x", ...aMode({ roster: { most: 2 }, joinHours: 24 }) };
  const page = await lineUp.page("g1", { mode, offset: 0, limit: 4 }, "ana");
  expect(page).toMatchObject({ members: 5, ready: 4, active: 2, fighters: 2, picks: 1, locked: false });
  expect(page).not.toHaveProperty("lockAt");
  expect(page.rows.map(({ player, fights, ready, isNew, pick }) => [player, fights, ready, isNew, pick])).toEqual([
    ["caro", true, true, false, 1],
    ["ana", true, true, false, undefined],
    ["beto", false, true, false, undefined],
    ["dino", false, false, false, undefined],
  ]);
  expect(page.rows[0]).not.toHaveProperty("seenAt");
  expect(page.rows[1]).toMatchObject({ number: 1, name: "ana", level: 10, power: 900, rank: "leader" });
  const rest = await lineUp.page("g1", { mode, offset: 4, limit: 4 }, "ana");
  expect(rest.rows.map(({ player, isNew, fights }) => [player, isNew, fights])).toEqual([["elsa", true, false]]);
  expect((await lineUp.page("g1", { offset: 9, limit: 4 })).rows).toEqual([]);
  // Of the war the guild is in the lock counts, by which elsa has been there for long enough.
  const lockAt = Date.now() + 2 * DAY_MS;
  await atWar(lockAt);
  expect(await lineUp.page("g1", { mode, offset: 0, limit: 9 })).toMatchObject({ lockAt, locked: false });
  const { rows } = await lineUp.page("g1", { mode, offset: 0, limit: 9 });
  expect(rows.find(({ player }) => player === "elsa")?.isNew).toBe(false);
  const refused = [
    [lineUp.page("g1", { offset: 0, limit: 9 }, "beto"), "not-permitted"],
    [lineUp.page("g1", { offset: 0, limit: 9 }, "nadie"), "not-member"],
    [lineUp.page("g0", { offset: 0, limit: 9 }), "guild-not-found"],
  ] as const;
  await allRefused(refused);
});

test("[WM7] from the lock to the end of a war nothing changes, before it and in one that is only held it does", async () => {
  const { lineUp, fighters, atWar, peace } = await aWorld();
  await lineUp.pick("g1", ["elsa"]);
  await atWar(Date.now() - 1, ["token", "t"]);
  await lineUp.setReady("g1", "beto", false);
  await peace();
  await atWar(Date.now() + DAY_MS);
  await lineUp.setReady("g1", "caro", false);
  await atWar(Date.now() - 1);
  const changes = [lineUp.setReady("g1", "beto", true), lineUp.pick("g1", ["ana"]), lineUp.pick("g1", [])];
  await allRefused(changes.map((asked) => [asked, "war-locked"]));
  await lineUp.setReady("g1", "beto", false);
  await lineUp.setReady("g1", "dino", true);
  await lineUp.pick("g1", ["elsa"], "ana");
  expect(await fighters()).toEqual(["elsa", "ana", "dino"]);
  await peace();
  await lineUp.setReady("g1", "beto", true);
  expect(await fighters()).toEqual(["elsa", "ana", "beto", "dino"]);
});

test("[WM8] an account takes over readiness and pick; of two members the stricter wins", async () => {
  const { lineUp, fighters, guilds, links, players } = await aWorld();
  await lineUp.pick("g1", ["dino", "caro", "elsa"]);
  await lineUp.setReady("g1", "beto", false);
  await links.link("caro", "carolina");
  await links.link("beto", "alberto");
  expect(await fighters()).toEqual(["dino", "carolina", "elsa", "ana"]);
  // Two members: who is picked keeps the better place; who is out in one of them is out.
  await links.link("elsa", "carolina");
  await links.link("dino", "ana");
  expect(await fighters()).toEqual(["ana", "carolina"]);
  await links.link("carolina", "alberto");
  expect(await fighters()).toEqual(["ana"]);
  await players.putProfile("fina", { name: "fina" });
  await guilds.admit("g1", "fina", "member");
  await lineUp.setReady("g1", "fina", false);
  await links.link("fina", "ana");
  expect(await fighters()).toEqual([]);
});

test("[WM9, WM11] a guild's evening is at 20 in its members' zone, or when and where its leaders say", async () => {
  const { lineUp, players, events } = await aWorld();
  for (const player of ["beto", "caro"]) await players.putProfile(player, { zone: "America/Lima" });
  for (const player of ["ana", "dino"]) await players.putProfile(player, { zone: "America/Santiago" });
  expect(await lineUp.evening("g1")).toEqual({ hour: 20, zone: "America/Santiago" });
  expect(await lineUp.setHours("g1", { hour: 0 }, "ana")).toEqual({ hour: 0, zone: "America/Santiago" });
  const madrid = { hour: 0, zone: "Europe/Madrid" };
  for (const _ of [1, 2]) expect(await lineUp.setHours("g1", { zone: "Europe/Madrid" }, "ana")).toEqual(madrid);
  expect(await lineUp.evening("g1")).toEqual(madrid);
  expect(await lineUp.setHours("g1", { hour: 21, zone: "" })).toEqual({ hour: 21, zone: "America/Santiago" });
  expect(await events("guild-changed")).toHaveLength(3);
  const refused = [
    [lineUp.setHours("g1", { hour: 3 }, "beto"), "not-permitted"],
    [lineUp.setHours("g1", { hour: 3 }, "nadie"), "not-member"],
    [lineUp.evening("g0"), "guild-not-found"],
  ] as const;
  await allRefused(refused);
});

const PEOPLE = ["ana", "beto", "caro", "dino", "elsa"];
const someone = fc.constantFrom(...PEOPLE);
const acts = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant("ready" as const), player: someone, ready: fc.boolean() }),
    fc.record({ act: fc.constant("pick" as const), players: fc.uniqueArray(someone) }),
    fc.record({ act: fc.constant("leave" as const), player: someone }),
    fc.record({ act: fc.constant("come" as const), player: someone }),
  ),
  { maxLength: 30 },
);

test("[WM3, WM4, WM5] whatever members say, pick, and whoever comes and goes: those who are in fight, picks first", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      const { lineUp, fighters, guilds } = await aWorld();
      const present = new Set(PEOPLE);
      const out = new Set<string>();
      let picks: string[] = [];
      const forget = (player: string) => {
        picks = picks.filter((one) => one !== player);
      };
      for (const one of list) {
        if (one.act === "ready" && present.has(one.player)) {
          await lineUp.setReady("g1", one.player, one.ready, one.player);
          out[one.ready ? "delete" : "add"](one.player);
          if (!one.ready) forget(one.player);
        } else if (one.act === "pick") {
          const can = one.players.every((player) => present.has(player) && !out.has(player));
          const asked = lineUp.pick("g1", one.players, "ana");
          if (can) await asked.then(() => (picks = one.players));
          else await expect(asked).rejects.toThrow();
        } else if (one.act === "leave" && one.player !== "ana" && present.delete(one.player)) {
          await guilds.remove("g1", one.player, "kicked", { caller: "ana", reason: "spam" });
          out.delete(one.player);
          forget(one.player);
        } else if (one.act === "come" && !present.has(one.player)) {
          await guilds.admit("g1", one.player, "member");
          present.add(one.player);
        }
      }
      // Members are weaker from the first to the last.
      const others = PEOPLE.filter((player) => present.has(player) && !out.has(player) && !picks.includes(player));
      expect(await fighters()).toEqual([...picks, ...others]);
    }),
    { numRuns: 15 },
  );
});
