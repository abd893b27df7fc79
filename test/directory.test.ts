import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directoryProjection } from "../server/directory/projection.ts";
import { refreshBucket } from "../server/directory/round.ts";
import { makeSearch } from "../server/directory/search.ts";
import { BUCKETS } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type SearchDirectory, searchDirectorySchema } from "../shared/api/directory.ts";
import { aDirectory, idsOf } from "./a-directory.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const DAY_MS = 86_400_000;

describe("searching", () => {
  test("[DI1] every filter finds what fits it, and all that are given must hold", async () => {
    const { guild, search } = aDirectory(redis);
    await guild("lobos", {
      ...{
        name: "Los Ñandúes Rápidos",
        tag: "ÑRÁ",
        language: "es-419",
        region: "MX",
        topics: ["pvp", "late"],
        messages: 12,
      },
      info: { minLevel: 10, level: 7, joinMode: "request" },
    });
    await guild("onzas", { name: "Onças", tag: "ONC", language: "pt-BR", region: "br", topics: ["pvp"], members: 3 });
    await guild("owls", { name: "Night Owls", tag: "OWL", language: "en", info: { capacity: 1, joinMode: "closed" } });
    await guild("plain", { name: "Sin Nada" });
    const found: [Partial<SearchDirectory>, string[]][] = [
      [{}, ["lobos", "onzas", "owls", "plain"]],
      [{ name: "los nand" }, ["lobos"]],
      [{ name: "ÑANDUES r" }, ["lobos"]],
      [{ name: "rap" }, ["lobos"]],
      [{ name: "o" }, ["onzas", "owls"]],
      [{ name: "os" }, []],
      [{ tag: "nr" }, ["lobos"]],
      [{ tag: "on" }, ["onzas"]],
      [{ language: "pt-BR" }, ["onzas"]],
      [{ language: "es-419" }, ["lobos", "plain"]],
      [{ region: "mx" }, ["lobos"]],
      [{ region: "BR", language: "pt-BR" }, ["onzas"]],
      [{ region: "BR", language: "en" }, []],
      [{ topic: "pvp" }, ["lobos", "onzas"]],
      [{ topic: "pvp", language: "es-419", name: "los" }, ["lobos"]],
      [{ free: 1 }, ["lobos", "onzas", "plain"]],
      [{ free: 98 }, ["lobos", "plain"]],
      [{ active: 10 }, ["lobos"]],
      [{ joinMode: "request" }, ["lobos"]],
      [{ joinMode: "open" }, ["onzas", "plain"]],
      [{ level: 9 }, ["onzas", "owls", "plain"]],
      [{ level: 10, free: 1, language: "es-419" }, ["lobos", "plain"]],
      [{ guildLevel: 7 }, ["lobos"]],
      [{ kind: "circle" }, []],
    ];
    for (const [wanted, ids] of found)
      expect(idsOf(await search(wanted)).toSorted(), JSON.stringify(wanted)).toEqual(ids);
    expect((await search({ name: "los" })).results[0]).toMatchObject({
      ...{ kind: "guild", id: "lobos", name: "Los Ñandúes Rápidos", tag: "ÑRÁ", language: "es-419", region: "MX" },
      ...{ topics: ["pvp", "late"], level: 7, minLevel: 10, joinMode: "request", members: 1, capacity: 100 },
      activity: { messages: 12, seen: 0, newcomers: 1 },
    });
  });

  test("[DI2] pages lead on without a repetition or a hole, also when what the page ended with has moved or gone", async () => {
    const { guild, search, say, directory, guilds } = aDirectory(redis);
    const ids = Array.from({ length: 23 }, (_, n) => `g${String(n).padStart(2, "0")}`);
    for (const [index, id] of ids.entries()) await guild(id, { name: `Club ${id}`, messages: index % 4 });
    const all = idsOf(await search({ limit: 50 }));
    expect(all.toSorted()).toEqual(ids);
    for (const wanted of [{}, { name: "club" }, { name: "g" }, { language: "es-419" as const, free: 1 }]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await search({ ...wanted, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.results.length).toBeLessThanOrEqual(4);
        seen.push(...idsOf(page));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen.toSorted(), JSON.stringify(wanted)).toEqual(ids);
    }
    const first = await search({ limit: 6 });
    const [gone, moved] = [all[5] ?? "", all[4] ?? ""];
    await directory.remove(`guild:${gone}`);
    await say(`guild:${moved}`, 40);
    await directory.refresh(`guild:${moved}`);
    const rest = await search({ limit: 50, ...(first.next === undefined ? {} : { cursor: first.next }) });
    expect(idsOf(rest)).toEqual(all.slice(6));
    await guilds.change(all[7] ?? "", { name: "Aparte" });
    await directory.refresh(`guild:${all[7]}`);
    expect(idsOf(await search({ name: "aparte" }))).toEqual([all[7]]);
    expect(idsOf(await search({ name: `club ${all[7]}` }))).toEqual([]);
  });

  test("[DI2] a cursor of other filters, or rubbish in its place, is refused", async () => {
    const { guild, search } = aDirectory(redis);
    for (const id of ["a", "b", "c"]) await guild(id);
    const { next = "" } = await search({ limit: 1 });
    const forged = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
    for (const wanted of [
      { cursor: next, language: "en" as const },
      { cursor: "rubbish" },
      { cursor: forged(["rows", "1:a"]) },
      { cursor: forged(["by:all", "x"]) },
      { cursor: forged(["by:all", { a: 1 }]) },
      { name: "\u0301" },
    ])
      await expect(search(wanted)).rejects.toMatchObject({ code: "bad-request" });
  });

  test("[DI3] the most active come first; activity fades, and what a guild said is counted once however often it is read", async () => {
    const { guild, search, say, directory, keys } = aDirectory(redis);
    await guild("quiet", { messages: 1 });
    await guild("loud", { messages: 30 });
    await guild("calm", { messages: 5 });
    expect(idsOf(await search({}))).toEqual(["loud", "calm", "quiet"]);
    for (let times = 0; times < 3; times++) await directory.refresh("guild:calm");
    await say("guild:calm", 60);
    await Promise.all([1, 2, 3].map(() => directory.refresh("guild:calm")));
    const [calm] = (await search({ limit: 1 })).results;
    expect(calm).toMatchObject({ id: "calm", activity: { messages: 65 } });
    // As if it had last been read two weeks ago.
    const pulses = keys.of("directory:guild", "pulses");
    const pulse: unknown = JSON.parse(String(await redis.run(pulses, ["HGET", pulses, "calm"])));
    const older = { ...(pulse as object), at: Date.now() - 14 * DAY_MS };
    await redis.run(pulses, ["HSET", pulses, "calm", JSON.stringify(older)]);
    expect((await search({ name: "calm" })).results[0]?.activity.messages).toBe(9);
    await directory.refresh("guild:calm");
    expect(idsOf(await search({}))).toEqual(["loud", "calm", "quiet"]);
  });

  test("[DI13] whatever is looked for, little more is looked at than is found", async () => {
    const { guild, directory } = aDirectory(redis);
    for (let n = 0; n < 30; n++)
      await guild(`g${n}`, { tag: `T${n}`, topics: ["many"], messages: 1, info: { capacity: 9 } });
    const lively = { messages: 25, topics: ["few"], language: "en" as const };
    for (const id of ["x", "y"])
      await guild(id, { ...lively, tag: "XY", region: "CL", info: { level: 7, capacity: 90, joinMode: "request" } });
    const filters: Partial<SearchDirectory>[] = [
      ...[
        { active: 20 },
        { guildLevel: 7 },
        { free: 70 },
        { topic: "few" },
        { tag: "x" },
        { joinMode: "request" as const },
      ],
      ...[{ region: "cl" }, { language: "en" as const }, { topic: "many", active: 20 }, { free: 1, guildLevel: 5 }],
    ];
    for (const wanted of filters) {
      let lookedAt = 0;
      const walk: typeof directory.walk = async (...asked) => {
        const walked = await directory.walk(...asked);
        lookedAt += walked.found.length;
        return walked;
      };
      const { results } = await makeSearch({ walk })(searchDirectorySchema.parse(wanted));
      expect([results.length, lookedAt], JSON.stringify(wanted)).toEqual([wanted.topic === "many" ? 0 : 2, 2]);
    }
  });

  test("[DI13] a search that next to nobody fits looks at 120 guilds, and leads on to who does", async () => {
    const { guild, search, keys } = aDirectory(redis);
    await guild("model", { messages: 30, info: { minLevel: 40 } });
    await guild("last");
    const key = (part: string) => keys.of("directory:guild", part);
    const of = async (part: string) => String(await redis.run(key(part), ["HGET", key(part), "model"]));
    const [row, pulse] = [await of("rows"), await of("pulses")];
    const ids = Array.from({ length: 650 }, (_, n) => `h${n}`);
    await redis.run(key("rows"), ["HSET", key("rows"), ...ids.flatMap((id) => [id, row.replaceAll("model", id)])]);
    await redis.run(key("pulses"), ["HSET", key("pulses"), ...ids.flatMap((id) => [id, pulse])]);
    await redis.run(key("by:all"), ["ZADD", key("by:all"), ...ids.flatMap((id) => ["50", id])]);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await search({ level: 39, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(idsOf(page));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages.flat()).toEqual(["last"]);
    expect(pages.length).toBeGreaterThanOrEqual(Math.ceil(650 / 120));
  });

  test("[DI3] members seen in the last seven days count", async () => {
    const { guild, search, keys, directory } = aDirectory(redis);
    await guild("g1", { members: 3 });
    const seen = keys.of("guild:g1", "seen");
    const now = Date.now();
    await redis.run(seen, ["HSET", seen, "g1-0", String(now), "g1-1", String(now - 8 * DAY_MS), "g1-2", String(now)]);
    await directory.refresh("guild:g1");
    expect((await search({})).results[0]?.activity.seen).toBe(2);
  });
});

describe("the index", () => {
  test("[DI4] an older reading never takes the place of a later one; who is gone, or about to end, is not shown to newcomers", async () => {
    const { guild, search, directory, info, keys } = aDirectory(redis);
    await guild("g1");
    await guild("g2");
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        info("guild:g1", { motto: `m${n}` }).then(() => directory.refresh("guild:g1")),
      ),
    );
    await info("guild:g1", { motto: "last" });
    await directory.refresh("guild:g1");
    expect((await search({ name: "g1" })).results[0]?.motto).toBe("last");
    expect((await directory.fits(["open|0|*|*"], 10, 10)).map(({ row }) => row.id).toSorted()).toEqual(["g1", "g2"]);
    await info("guild:g1", { disbandsAt: Date.now() + DAY_MS });
    await directory.refresh("guild:g1");
    expect((await directory.fits(["open|0|*|*"], 10, 10)).map(({ row }) => row.id)).toEqual(["g2"]);
    const gone = keys.of("guild:g2", "info");
    await redis.run(gone, ["DEL", gone]);
    await directory.refresh("guild:g2");
    expect(idsOf(await search({}))).toEqual(["g1"]);
    const left = await redis.run(keys.of("directory:guild", "rows"), ["HKEYS", keys.of("directory:guild", "rows")]);
    expect(left).toEqual(["g1"]);
  });

  test("[DI14] points, ranks and requests have no guild read again; a level, members and facts do, each guild once", async () => {
    const read: string[] = [];
    const { take } = directoryProjection({ refresh: async (channel) => void read.push(channel) });
    const told = (names: readonly string[]) =>
      names.map((event, index) => ({ id: `${index}`, event, at: 1, guild: "g1", channel: "guild:g1" }));
    await take(told(["points-changed", "purchase", "rank-changed", "join-requested", "gift-taken", "season-reward"]));
    expect(read).toEqual([]);
    await take([
      ...told(["level-up", "points-changed", "member-left", "guild-changed"]),
      ...told(["an-event-of-later"]),
    ]);
    expect(read).toEqual(["guild:g1"]);
  });

  test("[DI5] a round finds what the index does not know, what was written since, and what it has not read for long, and leaves the rest", async () => {
    const { guild, search, say, directory, keys, groups } = aDirectory(redis);
    for (const id of ["g1", "g2", "g3"]) await guild(id);
    await groups.found("circle:c1", { name: "Comercio", capacity: 10 });
    await groups.found("team:t1", { name: "Los cinco", capacity: 5 });
    await groups.admit("circle:c1", "g1-0", "member");
    await groups.admit("team:t1", "g1-0", "member");
    await directory.remove("guild:g1");
    await say("guild:g2", 3);
    const round = async (freshMs: number) => {
      let refreshed = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        refreshed += await refreshBucket({ redis, keys, directory }, bucket, freshMs);
      return refreshed;
    };
    expect(await round(DAY_MS)).toBe(3);
    expect(idsOf(await search({})).toSorted()).toEqual(["g1", "g2", "g3"]);
    expect((await search({ name: "g2" })).results[0]?.activity.messages).toBe(3);
    expect(idsOf(await search({ kind: "circle" }))).toEqual(["c1"]);
    expect(await round(DAY_MS)).toBe(0);
    expect(await round(-1)).toBe(4);
  });
});
