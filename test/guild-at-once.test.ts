import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys } from "../server/redis/bucket.ts";
import { type GremioError, isErrorCode } from "../shared/errors.ts";
import { aGuildLife } from "./a-guild-life.ts";
import { aJoiningWorld } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";
import { nonce } from "./a-room.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

/** What came of each: `ok`, or the code with which it was refused. */
const all = async (tried: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(tried)).map((one) => {
    if (one.status === "fulfilled") return "ok";
    const { code }: Partial<GremioError> = Object(one.reason);
    if (!isErrorCode(code)) throw one.reason;
    return code;
  });
const count = (codes: readonly string[], code: string): number => codes.filter((one) => one === code).length;
const DAYS = { joined: 90, seen: 20 };

// Who succeeded over HTTP was never noted as seen, so the next who asked took his place at once, and the next his.
test("[GU76] of all who would succeed an absent leader at the same moment one does, and keeps his place", async () => {
  const people = ["ana", ...Array.from({ length: 12 }, (_, n) => `p${n}`)];
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const { succeed, away, guilds, entries } = await aGuildLife({ redis: connected.redis, keys }, people);
  await away(Object.fromEntries(people.map((player) => [player, DAYS])));
  const codes = await all(people.slice(1).flatMap((player) => [succeed("g1", player), succeed("g1", player)]));
  const ranks = (await guilds.snapshot("g1")).members.map(({ rank }) => rank);
  expect(count(ranks, "leader")).toBe(1);
  expect(ranks[0]).toBe("officer");
  // He himself may ask twice.
  expect(count(codes, "ok")).toBe(2);
  expect(await entries("rank")).toHaveLength(2);
  const rest = await all(people.slice(1).map((player) => succeed("g1", player)));
  expect(count(rest, "ok")).toBe(1);
});

test("[GU76] a leader who hands over and leaves at once is gone or stays, and the guild has one leader", async () => {
  for (let round = 0; round < 10; round++) {
    const { guilds, guild } = await aJoiningWorld(connected.redis, ["ana", "beto", "caro"]);
    await guild("g1", "open", ["ana", "beto", "caro"]);
    await all([
      guilds.setRank("g1", "beto", "leader", "ana"),
      guilds.remove("g1", "ana", "left", { caller: "ana" }),
      guilds.setRank("g1", "caro", "leader", "ana"),
      guilds.remove("g1", "beto", "left", { caller: "beto" }),
      guilds.remove("g1", "ana", "left", { caller: "ana" }),
    ]);
    const { members } = await guilds.snapshot("g1");
    expect(
      count(
        members.map(({ rank }) => rank),
        "leader",
      ),
    ).toBe(1);
    for (const player of ["ana", "beto", "caro"])
      expect(await guilds.guildOf(player)).toBe(members.some((one) => one.player === player) ? "g1" : undefined);
  }
});

test("[GU76] two officers who answer the same request give one answer: he is a member once, or none, and is told so", async () => {
  const told = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const { guilds, guild, join, joining, events } = await aJoiningWorld(connected.redis, ["ana", "beto", "solo"]);
    await guild("g1", "request", ["ana", "beto"]);
    await guilds.setRank("g1", "beto", "officer");
    await join("solo");
    const answer = (caller: string, accept: boolean) =>
      joining.requests.answer({ guild: "g1", player: "solo", accept, caller });
    const tries = [answer("ana", true), answer("beto", round % 2 === 0), answer("ana", round % 3 === 0)];
    const codes = await all(round % 4 < 2 ? tries : tries.toReversed());
    const isMember = (await guilds.guildOf("solo")) === "g1";
    const state = isMember ? "accepted" : "declined";
    told.add(state);
    expect((await joining.doors.of("solo")).requests, codes.join()).toMatchObject([{ state }]);
    const happened = await events("g1");
    const of = (event: string) => happened.filter((one) => one.event === event && one.player === "solo").length;
    expect([of("member-joined"), of("join-declined")]).toEqual(isMember ? [1, 0] : [0, 1]);
  }
  expect(told.size).toBeGreaterThan(0);
});

test("[GU76] of 50 who use a code for the last place one comes in, a use each who came, and the others are free for another guild", async () => {
  const crowd = Array.from({ length: 50 }, (_, n) => `n${n}`);
  const { guilds, guild, joining } = await aJoiningWorld(connected.redis, ["ana", "beto", "caro", ...crowd]);
  await guild("g1", "invitation", ["ana", "beto"]);
  await guild("g2", "open", ["caro"]);
  await guilds.change("g1", { capacity: 3 });
  const { code } = await joining.invitations.createCode({
    ...{ guild: "g1", nonce: nonce("code"), lifeMs: 60_000, uses: 40, caller: "ana" },
  });
  const codes = await all(crowd.map((player) => joining.invitations.redeem(code, player, true)));
  expect([count(codes, "ok"), count(codes, "guild-full")]).toEqual([1, 49]);
  expect(await joining.invitations.codes("g1", "ana")).toMatchObject([{ uses: 40, left: 39 }]);
  const others = crowd.filter((_, index) => codes[index] !== "ok");
  const [inside = ""] = crowd.filter((_, index) => codes[index] === "ok");
  expect(await all(others.map((player) => joining.joinOpen("g2", player)))).toEqual(others.map(() => "ok"));
  expect(await guilds.guildOf(inside)).toBe("g1");
});

test("[GU76] who is kicked, or banned, while he joins is a member or none, and can join again where he may", async () => {
  for (let round = 0; round < 20; round++) {
    const { guilds, guild, join, joining } = await aJoiningWorld(connected.redis, ["ana", "caro", "solo"]);
    await guild("g1", "open", ["ana"]);
    await guild("g2", "open", ["caro"]);
    const isBan = round % 2 === 0;
    const out = () =>
      isBan
        ? joining.bans.ban({ guild: "g1", player: "solo", caller: "ana" })
        : guilds.remove("g1", "solo", "kicked", { caller: "ana" });
    await all([join("solo"), out(), join("solo"), out(), join("solo", "g2"), out()]);
    const of = await guilds.guildOf("solo");
    const inside = await Promise.all(
      ["g1", "g2"].map(async (id) => (await guilds.snapshot(id)).members.some(({ player }) => player === "solo")),
    );
    expect(inside).toEqual([of === "g1", of === "g2"]);
    if (isBan) expect(of).not.toBe("g1");
    if (of === undefined) await joining.joinOpen("g2", "solo");
  }
});
