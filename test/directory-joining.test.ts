import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { type Fit, fitOf } from "../server/directory/fit.ts";
import { makeQuickJoin } from "../server/directory/quick-join.ts";
import { seekerOf } from "../server/directory/seeker.ts";
import { makeSuggest } from "../server/directory/suggest.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeGuildJoining } from "../server/guild/joining.ts";
import type { Redis } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { aDirectory } from "./a-directory.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const historyLength = 1_000;
const NONCE = "nonce-quick-1";

const scene = () => {
  const world = aDirectory(redis);
  const { keys, players, guilds, directory, matches, log } = world;
  const joining = makeGuildJoining({ redis, keys, players, historyLength });
  const { joinOpen, joinOrAsk, wayIn, doors } = joining;
  const cards = makeCards({ redis, keys, log }, { historyLength });
  const standing = { membershipOf: guilds.membershipOf, asked: doors.asked, wayIn };
  const deps = {
    ...{ redis, keys, directory, matches, players, guilds, cards, standing },
    ...{ join: joinOpen, request: joinOrAsk },
  };
  const welcomesIn = async (guild: string) =>
    (await log.before(`guild:${guild}`, undefined, undefined, 200)).entries.filter(({ kind }) => kind === "card");
  return { ...world, joining, deps, quickJoin: makeQuickJoin(deps), suggest: makeSuggest(deps), welcomesIn };
};

const mexican = { locale: "es-419", zone: "America/Mexico_City", level: 12 } as const;

describe("suggestions", () => {
  test("[DI6] each fits the player and says why, in every language; what he cannot join is not suggested", async () => {
    const { guild, suggest } = scene();
    await guild("near", { language: "es-419", region: "MX", members: 2, messages: 4 });
    await guild("level", { language: "es-419", region: "CO", info: { minLevel: 10, joinMode: "request" } });
    await guild("lively", { language: "es-419", region: "PE", messages: 90 });
    await guild("other", { language: "pt-BR", region: "BR", messages: 30 });
    await guild("too-high", { language: "es-419", region: "MX", info: { minLevel: 13 } });
    await guild("full", { language: "es-419", region: "MX", info: { capacity: 1 } });
    await guild("closed", { language: "es-419", region: "MX", info: { joinMode: "invitation" } });
    const { suggestions } = await suggest(seekerOf("solo", mexican, {}, Date.now()), 10);
    expect(suggestions.map(({ guild: { id } }) => id).toSorted()).toEqual(["level", "lively", "near", "other"]);
    expect(suggestions[0]).toMatchObject({ guild: { id: "near" }, reason: { code: "same-language-and-region" } });
    expect(suggestions.at(-1)?.guild.id).toBe("other");
    const reasons = new Map(suggestions.map(({ guild: { id }, reason }) => [id, reason.code]));
    expect(reasons.get("level")).toBe("fits-your-level");
    expect(new Set(reasons.values()).size).toBeGreaterThanOrEqual(3);
    for (const { reason } of suggestions)
      for (const text of [reason.text["es-419"], reason.text["pt-BR"], reason.text.en]) expect(text).toMatch(/\S/);
    const brazilian = await suggest(seekerOf("solo", mexican, { language: "pt-BR", region: "BR" }, Date.now()), 3);
    expect(brazilian.suggestions[0]?.guild.id).toBe("other");
    expect(brazilian.suggestions).toHaveLength(3);
  });

  test("[DI12] neither his own guild is suggested, nor one he has asked, one that said no, or one that would refuse him now", async () => {
    const { guild, suggest, joining, guilds, person, keys, players } = scene();
    const { requests, bans } = joining;
    const asking = { info: { joinMode: "request" } };
    for (const id of ["own", "left", "banned", "fits"]) await guild(id, { language: "es-419" });
    for (const id of ["asked", "no"]) await guild(id, { language: "es-419", ...asking });
    await guild("filled", { language: "es-419" });
    await person("solo", mexican);
    for (const id of ["asked", "no"]) await requests.join({ guild: id, player: "solo", bound: true });
    await requests.answer({ guild: "no", player: "solo", accept: false, caller: "no-0" });
    await bans.ban({ guild: "banned", player: "solo" });
    await guilds.change("filled", { capacity: 1 });
    const waiting = makeGuilds(redis, keys, players, { historyLength, rejoinMs: 60_000 });
    await guilds.admit("left", "solo", "member");
    await waiting.remove("left", "solo", "left");
    await guilds.admit("own", "solo", "member");
    const ids = async () =>
      (await suggest(seekerOf("solo", mexican, {}, Date.now()), 10)).suggestions.map(({ guild: { id } }) => id);
    expect(await ids()).toEqual(["fits"]);
    await bans.unban("banned", "solo");
    expect((await ids()).toSorted()).toEqual(["banned", "fits"]);
  });

  test("[DI6] when a guild plays, and when the player does, is told in his hours", () => {
    // 20:00 in Mexico City, which is six hours behind.
    const evening = Date.UTC(2026, 5, 2, 2);
    const hours = (block: number) => Array.from({ length: 8 }, (_, index) => (index === block ? 100 : 0));
    const row = {
      ...{
        kind: "guild" as const,
        id: "g",
        name: "g",
        tag: "",
        motto: "",
        emblem: "",
        topics: [],
        level: 1,
        minLevel: 0,
      },
      ...{ joinMode: "open" as const, members: 10, capacity: 100, createdAt: 0, language: "en" as const },
    };
    const judged = (block: number): Fit | undefined =>
      fitOf(
        { row, pulse: { at: evening, m: 100, w: 0, s: 5, h: hours(block) } },
        seekerOf("p", mexican, {}, evening),
        evening,
      );
    expect(judged(0)?.reasons).toContain("active-at-your-hours");
    expect(judged(4)?.reasons).toEqual(["active"]);
    expect((judged(0)?.score ?? 0) > (judged(4)?.score ?? 0)).toBe(true);
  });
});

describe("quickJoin", () => {
  test("[DI7] one request makes him a member of the best guild, with a card that presents him and can be tapped; the same request again is the same", async () => {
    const { guild, quickJoin, person, guilds, deps, welcomesIn } = scene();
    await guild("near", { language: "es-419", region: "MX", members: 3, messages: 20, name: "Cercanos" });
    await guild("far", { language: "pt-BR", region: "BR", members: 3, messages: 20 });
    await person("solo", mexican);
    const answer = await quickJoin({ player: "solo", nonce: NONCE });
    expect(answer).toMatchObject({
      guild: "near",
      name: "Cercanos",
      number: 4,
      reason: { code: "same-language-and-region" },
    });
    expect(await guilds.guildOf("solo")).toBe("near");
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toEqual(answer);
    const [card, ...others] = await welcomesIn("near");
    expect(others).toEqual([]);
    expect(card?.body).toMatchObject({
      card: "welcome",
      data: { who: 4 },
      fallback: { en: "solo is here! Say hello" },
    });
    await deps.cards.act({ channel: "guild:near", player: "near-1", seq: card?.seq ?? 0, action: "hello", on: true });
    await expect(quickJoin({ player: "solo", nonce: "nonce-quick-2" })).rejects.toMatchObject({
      code: "already-in-guild",
    });
    await expect(quickJoin({ player: "nadie", nonce: NONCE })).rejects.toMatchObject({ code: "player-not-found" });
  });

  test("[DI7] where nobody may be presented he is a member all the same, and tries no other guild", async () => {
    const { guild, person, deps, guilds } = scene();
    for (const id of ["one", "two"]) await guild(id, { members: 2 });
    await person("solo", mexican);
    const post = () => Promise.reject(new GremioError("read-only"));
    const answer = await makeQuickJoin({ ...deps, cards: { post } })({ player: "solo", nonce: NONCE });
    expect(await guilds.guildOf("solo")).toBe(answer.guild);
  });

  test("[DI7] where nothing has been settled, by studio or guild, `quickJoin` finds a place", async () => {
    const { guilds, person, directory, quickJoin } = scene();
    await guilds.create({ id: "plain", name: "Plain", tag: "PL", leader: await person("ana") });
    await directory.refresh("guild:plain");
    await person("solo", mexican);
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toMatchObject({ guild: "plain" });
  });

  test("[DI7] who died between the steps is a member once, presented once, when he asks again", async () => {
    const { guild, person, guilds, deps, quickJoin, welcomesIn } = scene();
    await guild("g1", { members: 2 });
    await person("solo", mexican);
    const dying = makeQuickJoin({ ...deps, cards: { post: () => Promise.reject(new Error("died")) } });
    await expect(dying({ player: "solo", nonce: NONCE })).rejects.toThrow("died");
    expect(await guilds.guildOf("solo")).toBe("g1");
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toMatchObject({ guild: "g1", number: 3 });
    await quickJoin({ player: "solo", nonce: NONCE });
    expect(await welcomesIn("g1")).toHaveLength(1);
  });

  test("[DI8] a guild that is full, closed or gone by then gives way to the next, and is offered to nobody any more", async () => {
    const { guild, quickJoin, person, info, keys, directory } = scene();
    const best = { language: "es-419" as const, region: "MX", messages: 60 };
    await guild("full", best);
    await guild("closed", best);
    await guild("gone", best);
    await guild("next", { language: "es-419" });
    await info("guild:full", { capacity: 1 });
    await info("guild:closed", { joinMode: "invitation" });
    const gone = keys.of("guild:gone", "info");
    await redis.run(gone, ["DEL", gone]);
    await person("solo", mexican);
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toMatchObject({ guild: "next" });
    expect((await directory.fits(["open|0|*|*"], 10, 10)).map(({ row }) => row.id)).toEqual(["next"]);
    await person("late", { ...mexican, level: 0 });
    await info("guild:next", { minLevel: 5 });
    await expect(quickJoin({ player: "late", nonce: NONCE })).rejects.toMatchObject({ code: "no-guild-fits" });
  });

  test("[DI11] where no open guild takes him the best of the others is asked, once under a nonce; he is told what comes of it", async () => {
    const { guild, quickJoin, person, joining, guilds } = scene();
    const asking = { joinMode: "request" };
    await guild("near", { language: "es-419", region: "MX", messages: 20, info: asking });
    await guild("far", { language: "pt-BR", info: asking });
    await guild("full", { language: "es-419", region: "MX", info: { capacity: 1 } });
    await person("solo", mexican);
    const answer = await quickJoin({ player: "solo", nonce: NONCE });
    expect(answer).toEqual({ state: "pending", guild: "near", name: "near", reason: expect.anything() });
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toEqual(answer);
    expect((await joining.doors.of("solo")).requests).toMatchObject([{ guild: "near", state: "pending" }]);
    expect(await quickJoin({ player: "solo", nonce: "nonce-quick-2" })).toMatchObject({
      state: "pending",
      guild: "far",
    });
    await expect(quickJoin({ player: "solo", nonce: "nonce-quick-3" })).rejects.toMatchObject({
      code: "no-guild-fits",
    });
    await joining.requests.answer({ guild: "near", player: "solo", accept: true, caller: "near-0" });
    expect(await guilds.guildOf("solo")).toBe("near");
  });

  test("[DI11] who died before he was told that a guild was asked has asked that one alone", async () => {
    const { guild, person, joining, deps, quickJoin } = scene();
    for (const id of ["one", "two"]) await guild(id, { info: { joinMode: "request" } });
    await person("solo", mexican);
    const dying = makeQuickJoin({
      ...deps,
      request: async (of, player) => {
        await deps.request(of, player);
        throw new Error("died");
      },
    });
    await expect(dying({ player: "solo", nonce: NONCE })).rejects.toThrow("died");
    const answer = await quickJoin({ player: "solo", nonce: NONCE });
    expect((await joining.doors.of("solo")).requests.map((request) => request.guild)).toEqual([answer.guild]);
  });

  test("[DI8] of a guild he is banned from another is tried, and others are still offered it", async () => {
    const { guild, quickJoin, person, keys, guilds } = scene();
    await guild("best", { language: "es-419", region: "MX", messages: 60 });
    await guild("next", { language: "es-419" });
    for (const player of ["solo", "other"]) await person(player, mexican);
    const bans = keys.of("guild:best", "bans");
    await redis.run(bans, ["HSET", bans, "solo", JSON.stringify({ by: "", reason: "", at: Date.now() })]);
    expect(await quickJoin({ player: "solo", nonce: NONCE })).toMatchObject({ guild: "next" });
    expect(await quickJoin({ player: "other", nonce: NONCE })).toMatchObject({ guild: "best" });
    expect(await guilds.guildOf("solo")).toBe("next");
  });

  test("[DI9] of many who come at once each gets one guild, none is overfull, and nobody is refused while there are places", async () => {
    const { guild, quickJoin, person, guilds } = scene();
    const places = [2, 3, 2, 4, 3];
    for (const [index, free] of places.entries())
      await guild(`g${index}`, { language: "es-419", region: "MX", info: { capacity: 1 + free } });
    const newcomers = Array.from({ length: 14 }, (_, n) => `n${n}`);
    for (const player of newcomers) await person(player, mexican);
    const asked = newcomers.flatMap((player) => [1, 2].map((n) => quickJoin({ player, nonce: `nonce-quick-${n}` })));
    const answers = await Promise.allSettled(asked);
    for (const answer of answers)
      if (answer.status === "rejected")
        expect(answer.reason).toMatchObject({ code: expect.stringMatching(/already-in-guild|outcome-unknown/) });
    const of = await Promise.all(newcomers.map((player) => guilds.guildOf(player)));
    expect(of.filter((one) => one === undefined)).toEqual([]);
    for (const [index, free] of places.entries())
      expect((await guilds.snapshot(`g${index}`)).members.length, `g${index}`).toBe(1 + free);
    await person("last", mexican);
    await expect(quickJoin({ player: "last", nonce: NONCE })).rejects.toMatchObject({ code: "no-guild-fits" });
  });
});
