import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePresets } from "../server/channel/circle-presets.ts";
import { makeCircles } from "../server/channel/circles.ts";
import { makeEnterCircle } from "../server/channel/preset-family.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { aDirectory, idsOf } from "./a-directory.ts";
import { aHomeClient, isLive, urlOf } from "./a-home.ts";
import { aRedis } from "./a-redis.ts";
import { aStudio } from "./a-studio.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const scene = () => {
  const world = aDirectory(redis);
  const circles = makeCircles(redis, world.keys, world.groups, { historyLength: 1_000 });
  const found = async (id: string, facts: object = {}, founder?: string, caller?: string) => {
    await circles.found(`circle:${id}`, { name: id, capacity: 100, ...facts }, founder, caller);
    await world.directory.refresh(`circle:${id}`);
  };
  return { ...world, circles, foundCircle: found };
};
const code = (expected: string) => ({ code: expected });

describe("circles", () => {
  test("[CI1] whoever has the level and the language joins at once and leaves at will; the game's backend brings in anybody", async () => {
    const { circles, foundCircle, person } = scene();
    await foundCircle("c1", { minLevel: 10, language: "pt-BR" });
    await person("ana", { level: 10, locale: "pt-BR" });
    await person("beto", { level: 9, locale: "pt-BR" });
    await person("caro", { level: 50, locale: "en" });
    expect(await circles.join("circle:c1", "ana", "ana")).toEqual({ number: 1, newly: true });
    expect(await circles.join("circle:c1", "ana", "ana")).toEqual({ number: 1, newly: false });
    await expect(circles.join("circle:c1", "beto", "beto")).rejects.toMatchObject(code("level-too-low"));
    await expect(circles.join("circle:c1", "caro", "caro")).rejects.toMatchObject(code("other-language"));
    expect(await circles.join("circle:c1", "beto")).toMatchObject({ newly: true });
    await circles.change("circle:c1", { language: "", minLevel: 0 });
    expect(await circles.join("circle:c1", "caro", "caro")).toMatchObject({ newly: true });
    await circles.leave("circle:c1", "caro", "caro");
    await expect(circles.leave("circle:c1", "caro", "caro")).rejects.toMatchObject(code("member-not-found"));
    await expect(circles.join("circle:none", "ana", "ana")).rejects.toMatchObject(code("channel-not-found"));
    await expect(circles.leave("circle:none", "ana", "ana")).rejects.toMatchObject(code("channel-not-found"));
  });

  test("[CI2] a circle holds as many as it was made for, also when more come at once, and who was refused has nothing of it", async () => {
    const { circles, foundCircle, person, groups } = scene();
    await foundCircle("c1", { capacity: 5 });
    const players = await Promise.all(Array.from({ length: 12 }, (_, n) => person(`p${n}`)));
    const joined = await Promise.allSettled(players.map((player) => circles.join("circle:c1", player, player)));
    expect(joined.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    for (const one of joined) if (one.status === "rejected") expect(one.reason).toMatchObject(code("channel-full"));
    const listed = await Promise.all(players.map(async (player) => (await groups.listOf(player)).size));
    expect(listed.reduce((sum, size) => sum + size, 0)).toBe(5);
  });

  test("[CI3] its founder leads it, ranks are as in guilds, and a leader goes last", async () => {
    const { circles, foundCircle, person } = scene();
    for (const player of ["ana", "beto", "caro"]) await person(player);
    await foundCircle("c1", {}, "ana");
    for (const player of ["beto", "caro"]) await circles.join("circle:c1", player, player);
    await expect(circles.setRank("circle:c1", "caro", "officer", "beto")).rejects.toMatchObject(code("not-permitted"));
    await expect(circles.change("circle:c1", { name: "Otro" }, "beto")).rejects.toMatchObject(code("not-permitted"));
    await expect(circles.change("circle:c1", { name: "Otro" }, "dino")).rejects.toMatchObject(code("not-member"));
    await expect(circles.change("circle:none", { name: "Otro" })).rejects.toMatchObject(code("channel-not-found"));
    await circles.change("circle:c1", { name: "Otro" }, "ana");
    await circles.setRank("circle:c1", "beto", "officer", "ana");
    await expect(circles.leave("circle:c1", "ana", "ana")).rejects.toMatchObject(code("last-leader"));
    await circles.setRank("circle:c1", "beto", "leader", "ana");
    await circles.leave("circle:c1", "ana", "ana");
    await expect(circles.setRank("circle:none", "ana", "officer")).rejects.toMatchObject(code("channel-not-found"));
    await circles.leave("circle:c1", "caro", "caro");
    await circles.leave("circle:c1", "beto", "beto");
  });

  test("[CI4] a circle is founded once; a player founds so many within so long, and one that was refused does not count", async () => {
    const { circles, foundCircle, person, keys } = scene();
    for (const player of ["ana", "beto"]) await person(player);
    await foundCircle("c1", {}, "ana", "ana");
    await foundCircle("c1", {}, "ana", "ana");
    await expect(foundCircle("c1", {}, "beto", "beto")).rejects.toMatchObject(code("circle-exists"));
    // Once, whoever was refused another circle of an id he had founded was given that one back, and founded as many as he liked.
    await expect(foundCircle("c1", { topic: "other" }, "ana", "ana")).rejects.toMatchObject(code("circle-exists"));
    for (let n = 2; n <= LIMITS.circlesFounded; n++) await foundCircle(`c${n}`, {}, "ana", "ana");
    for (let n = 1; n <= LIMITS.circlesFounded; n++) await foundCircle(`b${n}`, {}, "beto", "beto");
    const again = foundCircle("c9", {}, "ana", "ana");
    await expect(again).rejects.toMatchObject({ code: "rate-limited", retryAtMs: expect.any(Number) });
    await foundCircle("c9", {}, "ana");
    await expect(circles.found("circle:x", { name: "x", capacity: 5 }, "nadie")).rejects.toMatchObject(
      code("player-not-found"),
    );
    const members = keys.of("circle:c1", "members");
    expect(await redis.run(members, ["HLEN", members])).toBe(1);
  });

  test("[CI4] a founder who cannot be in another channel founds nothing: a circle would be nobody's, and its name taken", async () => {
    const { foundCircle, directory, person, groups } = scene();
    await person("ana");
    for (let n = 0; n < LIMITS.channels; n++) {
      await groups.found(`team:t${n}`, { name: "t", capacity: 5 });
      await groups.admit(`team:t${n}`, "ana", "member");
    }
    await expect(foundCircle("c1", {}, "ana", "ana")).rejects.toMatchObject(code("channels-full"));
    expect(await directory.read("circle:c1")).toBeUndefined();
    await groups.release("team:t0", "ana", "left");
    await foundCircle("c1", {}, "ana", "ana");
    expect(await directory.read("circle:c1")).toMatchObject({ members: 1 });
  });

  test("[CI5] circles are found in the same directory, by what they are about", async () => {
    const { foundCircle, search, circles, directory, person } = scene();
    await foundCircle("trade", { name: "Comercio justo", topic: "trade", language: "es-419", region: "MX" });
    await foundCircle("lore", { name: "Historias", topic: "lore", minLevel: 20 });
    const ids = async (wanted: object) => idsOf(await search({ kind: "circle", ...wanted })).toSorted();
    expect(await ids({})).toEqual(["lore", "trade"]);
    expect(await ids({ topic: "trade" })).toEqual(["trade"]);
    expect(await ids({ name: "justo" })).toEqual(["trade"]);
    expect(await ids({ language: "es-419" })).toEqual(["lore", "trade"]);
    expect(await ids({ language: "en" })).toEqual(["lore"]);
    expect(await ids({ level: 5 })).toEqual(["trade"]);
    expect(await ids({ kind: "guild" })).toEqual([]);
    await circles.join("circle:lore", await person("ana"));
    await directory.refresh("circle:lore");
    expect((await search({ kind: "circle", name: "hist" })).results).toMatchObject([
      { id: "lore", members: 1, capacity: 100, minLevel: 20, joinMode: "open", topics: ["lore"] },
    ]);
  });

  test("[CI6] presets are one circle for each language, made once, and nobody is in them", async () => {
    const { circles, search, directory, keys } = scene();
    await makePresets(circles, []);
    for (let times = 0; times < 2; times++) await makePresets(circles, ["world", "recruitment"]);
    for (const id of ["world-es-419", "world-pt-BR", "recruitment-en"]) await directory.refresh(`circle:${id}`);
    const { results } = await search({ kind: "circle", topic: "world" });
    expect(results.map(({ id, members, capacity }) => [id, members, capacity]).toSorted()).toEqual([
      ["world-es-419", 0, 5000],
      ["world-pt-BR", 0, 5000],
    ]);
    const log = keys.of("circle:recruitment-en", "log");
    expect(await redis.run(log, ["XLEN", log])).toBe(0);
  });

  const WORLD = "circle:world-es-419";
  const aWorldCircle = async (capacity: number) => {
    const world = scene();
    const { circles, groups, keys } = world;
    await makePresets(circles, ["world"]);
    await circles.change(WORLD, { capacity, minLevel: 3 });
    const enter = makeEnterCircle({ redis, keys, circles, groups }, ["world"]);
    const people = await Promise.all(Array.from({ length: 30 }, (_, n) => world.person(`p${n}`, { level: 5 })));
    const sizeOf = async (n: number): Promise<number> => {
      const members = keys.of(n === 1 ? WORLD : `${WORLD}-${n}`, "members");
      return asNumber(await redis.run(members, ["HLEN", members]));
    };
    return { ...world, enter, people, sizeOf };
  };

  test("[CI8] when a preset's circle is full the next one opens, like the first; many who come at once fill one after the other", async () => {
    const { enter, people, sizeOf, directory, person } = await aWorldCircle(4);
    const entered = await Promise.all(people.slice(0, 10).map((player) => enter(WORLD, player, player)));
    const sizes = await Promise.all([1, 2, 3, 4, 5].map(sizeOf));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10);
    expect(Math.max(...sizes)).toBe(4);
    expect(sizes.filter((size) => size > 0).length).toBeLessThanOrEqual(4);
    expect(new Set(entered.map(({ circle }) => circle)).size).toBeGreaterThanOrEqual(3);
    expect(await directory.read(`${WORLD}-2`)).toMatchObject({
      name: "Mundo 2",
      topics: ["world"],
      capacity: 4,
      minLevel: 3,
    });
    await person("novice", { level: 1 });
    await expect(enter(WORLD, "novice", "novice")).rejects.toMatchObject(code("level-too-low"));
  });

  test("[CI8] who comes enters the fullest with a place, stays where he is, and enters none when he is banned from one", async () => {
    const { enter, people, sizeOf, circles, keys } = await aWorldCircle(3);
    const [again = "", banned = ""] = people;
    for (const player of people.slice(0, 8)) await enter(WORLD, player, player);
    expect(await Promise.all([1, 2, 3].map(sizeOf))).toEqual([3, 3, 2]);
    for (const player of people.slice(3, 5)) await circles.leave(`${WORLD}-2`, player, player);
    expect(await enter(WORLD, people[9] ?? "", people[9])).toMatchObject({ circle: `${WORLD}-3`, newly: true });
    expect(await enter(WORLD, people[10] ?? "", people[10])).toMatchObject({ circle: `${WORLD}-2` });
    expect(await enter(WORLD, again, again)).toMatchObject({ circle: WORLD, newly: false });
    await circles.leave(WORLD, banned, banned);
    const bans = keys.of(`${WORLD}-3`, "bans");
    await redis.run(bans, ["HSET", bans, banned, JSON.stringify({ by: "", reason: "", at: 1 })]);
    await expect(enter(WORLD, banned, banned)).rejects.toMatchObject(code("banned"));
  });
});

test("[CI7] a player without a guild founds, finds, joins and leaves circles over his home connection, and hears what is said there", async () => {
  const studio = await aStudio();
  const chat = await studio.chat({ GREMIO_PLAYERS_FOUND_CIRCLES: "1", GREMIO_CIRCLE_PRESETS: "world" });
  for (const player of ["ana", "solo"]) await studio.players.putProfile(player, { name: player });
  const [ana, solo] = ["ana", "solo"].map((player) => aHomeClient(urlOf(chat.port), player));
  if (ana === undefined || solo === undefined) throw new Error("no clients");
  await Promise.all([ana.live(), solo.live()]);
  const founded = await ana.ask("createCircle", { id: "trade", name: "Comercio", topic: "trade" });
  expect(founded).toMatchObject({ kind: "circle", id: "trade", members: 1, topics: ["trade"] });
  expect(idsOf(await solo.ask("searchDirectory", { kind: "circle", topic: "trade" }))).toEqual(["trade"]);
  expect(await solo.ask("joinCircle", { circle: "trade", player: "me" })).toEqual({
    player: "solo",
    circle: "trade",
    number: 2,
    newly: true,
  });
  expect(await solo.ask("joinCircle", { circle: "world-es-419", player: "me" })).toMatchObject({ number: 1 });
  const [his, hers] = [solo.follow("circle:trade"), ana.follow("circle:trade")];
  await waitFor(() => isLive(his) && isLive(hers), "the circle");
  await hers.send("vendo madera").settled;
  await waitFor(() => his.entries.some(({ body }) => body === "vendo madera"), "what is said");
  await solo.ask("leaveCircle", { circle: "trade", player: "me" });
  await waitFor(() => his.status.phase === "closed", "the end of it");
  expect((await solo.channels()).map(({ channel }) => channel)).toEqual(["circle:world-es-419"]);
  // Whoever had founded it would own what overflows.
  const squat = ana.ask("createCircle", { id: "world-es-419-2", name: "Mío" });
  await expect(squat).rejects.toMatchObject({ refusal: code("circle-exists") });
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  expect((await askOverHttp(chat.port, key, "getCircle", { circle: "trade" })).body).toMatchObject({ members: 1 });
});

test("[CI4] players found circles only where the studio allows it", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  const ana = { authorization: `Bearer ${await studio.token("ana")}` };
  const circle = { id: "c1", name: "Comercio" };
  const refused = await askOverHttp(chat.port, ana, "createCircle", { ...circle, player: "me" });
  expect(refused.body).toMatchObject({ error: { code: "not-permitted" } });
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  expect((await askOverHttp(chat.port, key, "createCircle", circle)).body).toMatchObject({ id: "c1", members: 0 });
});
