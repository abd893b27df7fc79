import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLevels } from "../server/guild/levels.ts";
import { makeSucceed } from "../server/guild/succession.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";
import { anImport, EXAMPLE, guildsOf } from "./an-import.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

/** `npm test` tries every third step, `npm run test:long` each. */
const STEP = process.env.GREMIO_TEST_LONG === "1" ? 1 : 3;

const ana = { type: "player", id: "ana", profile: { name: "Ana" }, balance: 5 };
const beto = { type: "player", id: "beto", profile: { name: "Beto" } };
const g1 = { type: "guild", id: "g1", name: "One", tag: "ONE", leader: "ana", balance: 100 };

test("[IM1, IM7, IM8] the example of the documentation comes in, whatever the order of its lines, and quietly", async () => {
  const { command, guilds, ledger, players, audit, events } = await anImport(redis);
  const before = Date.now();
  const { code, out, err } = await command(EXAMPLE);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(`players: 3 new, 0 completed, 0 changed, 0 done before; 1,560 points
guilds: 1 new, 0 completed, 0 changed, 0 done before; 4,000 points
members: 2 new, 1 completed, 0 changed, 0 done before; 2,900 points of contribution
`);
  const { members, ...info } = await guilds.snapshot("condores");
  expect(info).toMatchObject({ name: "Los Cóndores", capacity: 50, joinMode: "request", motto: "Alto y lejos" });
  expect(info.createdAt).toBe(Date.parse("2026-02-01T12:00:00Z"));
  const rows = new Map(members.map((member) => [member.player, member]));
  expect(rows.get("ana")).toMatchObject({ rank: "leader", points: 2100, joinedAt: Date.parse("2026-02-01T12:00:00Z") });
  expect(rows.get("beto")).toMatchObject({
    rank: "officer",
    points: 800,
    joinedAt: Date.parse("2026-03-02T23:00:00Z"),
  });
  expect(rows.get("carla")).toMatchObject({ rank: "recruit", points: 0 });
  // A leader who was away in the other system has his time here.
  expect(rows.get("ana")?.seenAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(await players.profile("carla")).toMatchObject({ name: "Carla", locale: "pt-BR", fields: { class: "healer" } });
  expect(await ledger.balance({ guild: "condores" })).toBe(4000);
  expect(await ledger.balance({ player: "ana" })).toBe(1250);
  expect(await audit()).toMatchObject({ books: 3, entries: 8, differences: [] });
  expect(await events("condores")).toEqual(["guild-created", "member-joined", "guild-imported"]);
});

test("[IM8] an imported leader is not away at once, and of the levels that came with points only the highest is told", async () => {
  const { bring, keys, entries } = await anImport(redis);
  await bring(EXAMPLE);
  const absent = { absentMs: 14 * 86_400_000, historyLength: 100 };
  const succeed = makeSucceed(redis, keys, { alive: async () => new Set<string>() }, absent);
  await expect(succeed("condores", "beto")).rejects.toMatchObject({ code: "leader-present" });
  const levels = makeLevels(redis, keys, { totals: [1_000, 3_000, 8_000, 10_000], historyLength: 100 });
  expect(await levels.raise("condores")).toBe(4);
  expect(await levels.raise("condores")).toBe(4);
  expect((await entries("condores")).map(({ kind }) => kind)).toEqual(["joined", "news"]);
});

test("[IM2] the same file again changes nothing, and leaves what was changed since", async () => {
  const world = await anImport(redis);
  const { bring, contents, guilds, players, ledger } = world;
  await bring(EXAMPLE);
  const first = await contents();
  const again = await world.command(EXAMPLE);
  expect(again).toMatchObject({ code: 0, err: "" });
  expect(again.out).toContain("members: 0 new, 0 completed, 0 changed, 3 done before; 0 points");
  expect(await contents()).toEqual(first);

  await players.putProfile("beto", { name: "Alberto" });
  await guilds.setRank("condores", "carla", "officer");
  await guilds.setRank("condores", "beto", "leader");
  await guilds.remove("condores", "ana", "left");
  await guilds.change("condores", { name: "Águilas" });
  await ledger.move({ book: { player: "ana" }, key: "spent", amount: -1000, reason: "shop" });
  const played = await contents();
  expect(await bring(EXAMPLE)).toMatchObject({ problems: 0 });
  expect(await contents()).toEqual(played);
});

test("[IM3] a corrected file does what is new; points that came in are not moved otherwise", async () => {
  const { bring, file, guilds, ledger, players, audit } = await anImport(redis);
  const member = { type: "member", guild: "g1", player: "beto", contribution: 10 };
  await bring(await file([ana, beto, g1, member]));
  const carla = { type: "player", id: "carla", profile: { name: "Carla" }, balance: 3 };
  const { problems, out } = await bring(
    await file([
      { ...ana, balance: 6 },
      { ...beto, profile: { name: "Beto", level: 9 } },
      carla,
      { ...g1, name: "Uno", motto: "¡Vamos!" },
      { ...member, rank: "officer" },
      { type: "member", guild: "g1", player: "carla", contribution: 4 },
    ]),
  );
  expect(problems).toBe(1);
  expect(out).toContain("line 1: key-reused (5). Points that came in stay as they are");
  expect(out).toContain("players: 1 new, 0 completed, 1 changed, 0 done before; 3 points");
  expect(out).toContain("guilds: 0 new, 0 completed, 1 changed, 0 done before; 0 points");
  expect(out).toContain("members: 1 new, 0 completed, 1 changed, 0 done before; 4 points");
  const { members, ...info } = await guilds.snapshot("g1");
  expect(info).toMatchObject({ name: "Uno", motto: "¡Vamos!" });
  expect(members.map(({ player, rank, points }) => [player, rank, points]).toSorted()).toEqual([
    ["ana", "leader", 0],
    ["beto", "officer", 10],
    ["carla", "member", 4],
  ]);
  expect((await players.profile("beto"))?.level).toBe(9);
  expect(await ledger.balance({ player: "ana" })).toBe(5);
  expect(await ledger.balance({ guild: "g1" })).toBe(100);
  expect((await audit()).differences).toEqual([]);
});

test("[IM3] what is there already gets what it lacks", async () => {
  const { bring, file, guilds, ledger, players } = await anImport(redis);
  for (const name of ["ana", "beto", "carla"]) await players.putProfile(name, { name: `Own ${name}` });
  await guilds.create({ id: "g1", name: "Here", tag: "ONE", leader: "ana" });
  await guilds.admit("g1", "beto", "recruit");
  const member = { type: "member", guild: "g1", player: "beto", rank: "officer", contribution: 2 };
  expect(await bring(await file([ana, g1, member]))).toMatchObject({ problems: 0 });
  expect(await ledger.balance({ guild: "g1" })).toBe(100);
  expect(await ledger.balance({ player: "ana" })).toBe(5);
  expect((await players.profile("ana"))?.name).toBe("Own ana");
  const { members, ...info } = await guilds.snapshot("g1");
  expect(info.name).toBe("One");
  expect(members.find(({ player }) => player === "beto")).toMatchObject({ rank: "officer", points: 2 });
});

/** What is wrong with lines of a file, each with the line and the problem that is told. */
const wrong: [string, readonly unknown[], readonly string[]][] = [
  ["no JSON", ["{", "[]", '"text"', "\u0000"], ["1: not-json", "2: not-json", "3: not-json", "4: not-json"]],
  ["a line of 20 KB", [{ ...ana, profile: { name: "x".repeat(20_000) } }], ["1: not-json"]],
  [
    "another form",
    [{ type: "clan" }, { ...ana, gold: 1 }, { ...g1, balance: -1 }, { ...g1, earned: 50 }, { ...ana, id: "a@b.c" }],
    [
      "1: wrong-form",
      "2: wrong-form (line: ",
      "3: wrong-form (balance: ",
      "4: wrong-form (earned: ",
      "5: wrong-form (id: ",
    ],
  ],
  ["a player twice", [ana, { ...ana, balance: 6 }], ["2: twice (as on line 1)"]],
  ["a guild twice", [ana, g1, { ...g1, name: "Two" }], ["3: twice (as on line 2)"]],
  ["somebody unknown", [ana, g1, { type: "member", guild: "g1", player: "nobody" }], ["3: player-not-found"]],
  ["no such guild", [ana, { type: "member", guild: "g9", player: "ana" }], ["2: guild-not-found"]],
  ["a leader nobody knows", [{ ...g1, leader: "nobody" }], ["1: player-not-found"]],
  [
    "a member of two guilds of the file",
    [ana, beto, g1, { ...g1, id: "g2", leader: "beto" }, { type: "member", guild: "g1", player: "beto" }],
    ["5: already-in-guild (leader of the guild of line 4)"],
  ],
  ["a leader of two guilds", [ana, g1, { ...g1, id: "g2" }], ["3: already-in-guild (as on line 2)"]],
  [
    "two leaders",
    [ana, beto, g1, { type: "member", guild: "g1", player: "beto", rank: "leader" }],
    ["4: two-leaders (line 3 says ana)"],
  ],
  ["no room", [ana, beto, { ...g1, capacity: 1 }, { type: "member", guild: "g1", player: "beto" }], ["4: guild-full"]],
  [
    "a guild that is there",
    [ana, { ...g1, id: "old" }, { type: "member", guild: "old", player: "ana" }],
    ["2: guild-exists", "3: two-leaders|3: guild-exists"],
  ],
  [
    "a member of a guild that is there",
    [ana, g1, { type: "member", guild: "g1", player: "zoe" }],
    ["3: already-in-guild (old)"],
  ],
  ["a player who is banned", [ana, g1, { type: "member", guild: "old", player: "ban" }], ["3: banned"]],
  [
    "a guest who became an account",
    [ana, g1, { type: "member", guild: "g1", player: "guest" }, { type: "player", id: "guest", balance: 1 }],
    ["4: player-linked", "3: player-linked"],
  ],
  [
    "a balance too high",
    [
      { ...ana, balance: 2 ** 53 - 1 },
      { ...ana, id: "zoe", balance: 2 ** 53 - 1 },
    ],
    ["2: bad-request"],
  ],
];

test.each(wrong)(
  "[IM5, IM6] %s: each line is told, in a dry run too, and the others are done",
  async (_, lines, told) => {
    const { bring, file, guilds, players, contents, keys, ledger, audit } = await anImport(redis);
    for (const name of ["zoe", "ban"]) await players.putProfile(name, { name });
    await guilds.create({ id: "old", name: "Old", tag: "OLD", leader: "zoe" });
    await ledger.move({ book: { player: "zoe" }, key: "k", amount: 1, reason: "quest" });
    await players.putProfile("guest", { name: "Guest" });
    const guest = keys.of("player:guest", "profile");
    await redis.run(guest, ["HSET", guest, "to", "ana"]);
    const bans = keys.of("guild:old", "bans");
    await redis.run(bans, ["HSET", bans, "ban", '{"by":"","at":1}']);
    const before = await contents();
    const path = await file([...lines, { type: "player", id: "last", profile: { name: "Last" } }]);
    const dry = await bring(path, true);
    expect(await contents()).toEqual(before);
    const wet = await bring(path);
    for (const { problems, out } of [dry, wet]) {
      expect(problems).toBe(told.length);
      const lines = out.split("\n").filter((line) => line.startsWith("line "));
      expect(lines).toHaveLength(told.length);
      for (const [index, beginnings] of told.entries())
        expect(
          beginnings.split("|").some((one) => lines[index]?.startsWith(`line ${one}`)),
          lines[index],
        ).toBe(true);
      expect(out).toContain("problems: ");
    }
    expect(`${wet.out}dry run: nothing was written; this is what would be\n`).toBe(dry.out);
    expect(await players.profile("last")).toBeDefined();
    expect((await audit()).differences).toEqual([]);
  },
);

// A line whose type was written with escapes was counted when the file was checked, and then passed over without a word:
// the way through the players looked for the letters `"player"`. With it: a file of another system as it may be, with a
// mark at its beginning, ends of lines of Windows, blank lines, a line of a megabyte and a last one without an end.
test("[IM1, IM5] a line counts however it is written, and one that cannot be read keeps none from it", async () => {
  const { bring, file, guilds, players } = await anImport(redis);
  const escaped = JSON.stringify(beto).replace("type", "\\u0074ype").replace("player", "pl\\u0061yer");
  const path = await file([]);
  await writeFile(
    path,
    [`\ufeff${JSON.stringify(ana)}`, "", escaped, "x".repeat(1 << 20), JSON.stringify(g1)]
      .concat(JSON.stringify({ type: "member", guild: "g1", player: "beto" }))
      .join("\r\n"),
  );
  for (const isDry of [true, false]) {
    const { problems, out } = await bring(path, isDry);
    expect(problems).toBe(1);
    expect(out).toContain("line 4: not-json");
    expect(out).toContain("players: 2 new");
  }
  expect(await players.profile("beto")).toMatchObject({ name: "Beto" });
  expect((await guilds.snapshot("g1")).members.map(({ player }) => player)).toEqual(["ana", "beto"]);
});

test("[IM5] of many problems the first hundred are told, all are counted", async () => {
  const { command, file, contents } = await anImport(redis);
  const { code, out } = await command(await file(Array.from({ length: 250 }, () => "?")), "--dry-run");
  expect(code).toBe(1);
  expect(await contents()).toEqual({});
  expect(out.match(/^line /gm)).toHaveLength(100);
  expect(out).toContain("problems: not-json: 250");
});

test("[IM6] a dry run of a file in order tells what the import then does, and writes nothing", async () => {
  const { bring, file, contents } = await anImport(redis);
  const path = await file(guildsOf(5, 4));
  const dry = await bring(path, true);
  expect(dry.problems).toBe(0);
  expect(await contents()).toEqual({});
  expect(dry.out).toBe(`${(await bring(path)).out}dry run: nothing was written; this is what would be\n`);
});

test("[IM4, IM7] whatever step it dies at, begun again it ends the same", async () => {
  const outcome = async (deathAt: number) => {
    const { bring, file, guilds, ledger, audit } = await anImport(redis);
    const path = await file([g1, { type: "member", guild: "g1", player: "beto", contribution: 7 }, ana, beto]);
    const step = aDeath(deathAt);
    const first = await bring(path, false, dyingRedis(redis, step)).catch((error: unknown) => error);
    if (first instanceof RedisUnavailable) expect((await bring(path)).problems).toBe(0);
    const { members, name, points, earned } = await guilds.snapshot("g1");
    const { entries } = await ledger.page({ guild: "g1" }, 10);
    const moved = entries.map(({ key, amount, balance }) => [key, amount, balance]);
    const rows = members.map(({ player, rank, points }) => [player, rank, points]).toSorted();
    const { differences } = await audit();
    const own = await ledger.balance({ player: "ana" });
    return { died: first instanceof RedisUnavailable, state: { name, points, earned, moved, rows, own, differences } };
  };
  const { state } = await outcome(0);
  expect(state).toMatchObject({ points: 100, earned: 100, own: 5, differences: [] });
  expect(state.moved).toHaveLength(3);
  let at = 1;
  for (let died = true; died; at += STEP) {
    const ended = await outcome(at);
    expect(ended.state, `step ${at}`).toEqual(state);
    died = ended.died;
  }
  expect(at).toBeGreaterThan(20);
});

test("[IM4, IM7] killed in the middle and begun again it ends the same", async () => {
  const { start, bring, command, file, guilds, ledger, audit, keys } = await anImport(redis);
  const path = await file(guildsOf(60, 10));
  // In the midst of players, of guilds and of members.
  for (const [owner, part] of [
    ["player:g20-5", "profile"],
    ["guild:g5", "info"],
    ["guild:g30", "imported"],
  ] as const) {
    const child = start(path);
    const key = keys.of(owner, part);
    await waitFor(async () => (await redis.run(key, ["EXISTS", key])) === 1, `${part} of ${owner}`);
    child.kill("SIGKILL");
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  }
  expect((await command(path)).code).toBe(0);
  const again = await bring(path);
  expect(again.out).toContain("members: 0 new, 0 completed, 0 changed, 600 done before");
  for (let guild = 0; guild < 60; guild++) {
    const { members } = await guilds.snapshot(`g${guild}`);
    expect(members.map(({ points }) => points).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await ledger.balance({ guild: `g${guild}` })).toBe(500);
    expect(await ledger.balance({ player: `g${guild}-9` })).toBe(19);
  }
  expect((await audit()).differences).toEqual([]);
});

test("[IM9] without a file, with a wrong option or setting it ends with 2 and says how it is called", async () => {
  const { command } = await anImport(redis);
  for (const args of [[], ["--wet", EXAMPLE]]) {
    const { code, err } = await command(...args);
    expect(code).toBe(2);
    expect(err).toContain("usage: npm run import -- FILE.ndjson [--dry-run]");
  }
  expect(await command("nowhere.ndjson")).toMatchObject({ code: 2, err: expect.stringContaining("no file") });
});
