import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { asTexts } from "../server/redis/reply.ts";
import { aRedis } from "./a-redis.ts";

type Connected = Awaited<ReturnType<typeof aRedis>>;
let connected: Connected;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

/** Guilds in a namespace of the test's own, with the players given. */
const aWorld = async (...names: string[]) => {
  const { redis } = connected;
  const { keys } = await aNamespace();
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  for (const name of names) await players.putProfile(name, { name });
  const kinds = async (id: string) =>
    (await log.before(`guild:${id}`, undefined, undefined, 100)).entries.map(({ kind }) => kind);
  return { redis, keys, players, guilds, rosters: makeRosters(redis, keys), log, kinds };
};

const aNamespace = async () => {
  const { redis, keys } = await aRedis();
  await redis.close();
  return { keys };
};

const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });

describe("a guild", () => {
  test("[GU73] a player founds three within 30 days, whatever became of them; refused ones do not count, the backend's neither", async () => {
    const { guilds, redis, keys } = await aWorld("ana", "beto");
    const found = (id: string, more: object = {}, caller: string | undefined = "ana") =>
      guilds.create({ id, name: "Lobos", tag: "LOB", leader: "ana", ...more }, caller);
    await guilds.create({ id: "taken", name: "Osos", tag: "OSO", leader: "beto" });
    await expect(found("taken")).rejects.toEqual(byCode("guild-exists"));
    for (const id of ["g1", "g2", "g3"]) {
      const tries = await Promise.allSettled([
        found(id),
        found(id),
        found(id, { name: "Otros" }),
        found(id, { tag: "X" }),
      ]);
      expect(tries.some(({ status }) => status === "fulfilled")).toBe(true);
      await expect(found(id, { tag: "Y" })).rejects.toEqual(byCode(id === "g3" ? "rate-limited" : "guild-exists"));
      await guilds.remove(id, "ana", "left", { caller: "ana" });
    }
    await expect(found("g4")).rejects.toMatchObject({
      code: "rate-limited",
      retryAtMs: expect.any(Number),
      details: ["3 guilds in 30 days"],
    });
    await guilds.create({ id: "g4", name: "Lobos", tag: "LOB", leader: "ana" });
    await guilds.remove("g4", "ana", "left");
    // As if the first had been founded 30 days ago.
    const founded = keys.of("player:ana", "guildsfounded");
    const [first] = asTexts(await redis.run(founded, ["ZRANGE", founded, "0", "0"]));
    await redis.run(founded, ["ZADD", founded, String(Date.now() - 30 * 86_400_000), first ?? ""]);
    await found("g5");
  });

  test("[GU1] begins with its leader as first member and says so in its channel", async () => {
    const { guilds, kinds } = await aWorld("ana");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
    expect(await guilds.snapshot("g1")).toMatchObject({
      id: "g1",
      name: "Lobos",
      tag: "LOB",
      points: 0,
      members: [{ player: "ana", number: 1, rank: "leader", points: 0, profile: { name: "ana", version: 1 } }],
      sessions: [],
    });
    expect(await kinds("g1")).toEqual(["joined"]);
    expect(await guilds.guildOf("ana")).toBe("g1");
  });

  test("[GU2] is created once: the same request again changes nothing, another one is refused", async () => {
    const { guilds, kinds } = await aWorld("ana", "beto");
    const lobos = { id: "g1", name: "Lobos", tag: "LOB", leader: "ana" };
    await guilds.create(lobos);
    await guilds.change("g1", { name: "Lobas" });
    await guilds.create(lobos);
    expect((await guilds.snapshot("g1")).name).toBe("Lobas");
    expect(await kinds("g1")).toEqual(["joined"]);
    await expect(guilds.create({ ...lobos, name: "Otros" })).rejects.toEqual(byCode("guild-exists"));
    await expect(guilds.create({ ...lobos, leader: "beto" })).rejects.toEqual(byCode("guild-exists"));
    expect(await guilds.guildOf("ana")).toBe("g1");
    expect(await guilds.guildOf("beto")).toBeUndefined();
    await guilds.create({ id: "g2", name: "Zorros", tag: "ZOR", leader: "beto" });
    expect(await guilds.guildOf("beto")).toBe("g2");
  });

  test("[GU3] a member stays what he is when admitted again; nobody unknown is admitted, nor into no guild", async () => {
    const { guilds, kinds } = await aWorld("ana", "beto");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
    expect(await guilds.admit("g1", "beto", "officer")).toEqual({ number: 2, newly: true });
    expect(await guilds.admit("g1", "beto", "recruit")).toEqual({ number: 2, newly: false });
    expect((await guilds.snapshot("g1")).members.map(({ rank }) => rank)).toEqual(["leader", "officer"]);
    expect(await kinds("g1")).toEqual(["joined", "joined"]);
    await expect(guilds.admit("g1", "nadie", "member")).rejects.toEqual(byCode("player-not-found"));
    await expect(guilds.admit("g0", "ana", "member")).rejects.toEqual(byCode("already-in-guild"));
    await guilds.remove("g1", "beto", "left");
    await expect(guilds.admit("g0", "beto", "member")).rejects.toEqual(byCode("guild-not-found"));
    expect(await guilds.admit("g1", "beto", "member")).toEqual({ number: 2, newly: true });
  });

  test("[GU4] holds at most 100 members; who found no place may join elsewhere", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `p${index}`);
    const { guilds } = await aWorld(...names);
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "p0" });
    const tried = await Promise.allSettled(names.slice(1).map((name) => guilds.admit("g1", name, "member")));
    const refused = tried.flatMap((result, index) => (result.status === "rejected" ? [{ result, index }] : []));
    expect(refused.map(({ result }) => result.reason)).toEqual([byCode("guild-full")]);
    const { members } = await guilds.snapshot("g1");
    expect(members.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const left = names[(refused[0]?.index ?? 0) + 1] ?? "";
    await guilds.create({ id: "g2", name: "Zorros", tag: "ZOR", leader: left });
    expect(await guilds.guildOf(left)).toBe("g2");
  });

  test("[GU5] has one leader: a new one makes the old one officer; the leader neither steps down nor leaves others behind", async () => {
    const { guilds, kinds } = await aWorld("ana", "beto");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
    await guilds.admit("g1", "beto", "member");
    await expect(guilds.setRank("g1", "ana", "member")).rejects.toEqual(byCode("last-leader"));
    await expect(guilds.remove("g1", "ana", "left")).rejects.toEqual(byCode("last-leader"));
    await guilds.setRank("g1", "beto", "leader");
    await guilds.setRank("g1", "beto", "leader");
    const ranks = (await guilds.snapshot("g1")).members.map(({ player, rank }) => [player, rank]);
    expect(ranks).toEqual([
      ["ana", "officer"],
      ["beto", "leader"],
    ]);
    expect(await kinds("g1")).toEqual(["joined", "joined", "rank", "rank"]);
    await guilds.remove("g1", "ana", "kicked");
    await guilds.remove("g1", "beto", "left");
    await expect(guilds.snapshot("g1")).rejects.toEqual(byCode("guild-not-found"));
    expect(await kinds("g1")).toEqual(["joined", "joined", "rank", "rank", "kicked", "left"]);
  });

  test("[GU6] refuses changes to guilds and members that are not there", async () => {
    const { guilds } = await aWorld("ana", "beto");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
    for (const attempt of [
      guilds.snapshot("g0"),
      guilds.change("g0", { name: "X" }),
      guilds.setRank("g0", "ana", "member"),
      guilds.remove("g0", "ana", "left"),
    ])
      await expect(attempt).rejects.toEqual(byCode("guild-not-found"));
    await expect(guilds.setRank("g1", "beto", "member")).rejects.toEqual(byCode("member-not-found"));
    await expect(guilds.remove("g1", "beto", "left")).rejects.toEqual(byCode("member-not-found"));
  });

  test("[GU7] knows people by their numbers, also those who left; numbers are never given to another", async () => {
    const { guilds } = await aWorld("ana", "beto", "caro");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
    await guilds.admit("g1", "beto", "member");
    await guilds.remove("g1", "beto", "left");
    expect(await guilds.admit("g1", "caro", "member")).toMatchObject({ number: 3 });
    const people = await guilds.people("g1", [2, 3, 2, 77]);
    expect(people).toMatchObject([
      { number: 2, player: "beto", profile: { name: "beto" } },
      { number: 3, player: "caro" },
    ]);
    expect(await guilds.people("g1", [])).toEqual([]);
  });

  test("[GU8] shows who has a session open, and its version rises with every change", async () => {
    const { guilds, rosters } = await aWorld("a|b");
    await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "a|b" });
    const versions = [(await guilds.snapshot("g1")).version];
    await rosters.setSession("guild:g1", "a|b", "s1", "process-1");
    const open = await guilds.snapshot("g1");
    expect(open.sessions).toEqual([{ player: "a|b", session: "s1", incarnation: "process-1", matchUntil: 0 }]);
    versions.push(open.version);
    await rosters.setSession("guild:g1", "a|b", "s1", undefined);
    const closed = await guilds.snapshot("g1");
    expect(closed.sessions).toEqual([]);
    versions.push(closed.version);
    await guilds.change("g1", { tag: "NEW" });
    versions.push((await guilds.snapshot("g1")).version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });
});
