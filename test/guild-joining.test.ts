import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../shared/limits.ts";
import { aJoiningWorld, byCode } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";

type Connected = Awaited<ReturnType<typeof aRedis>>;
let connected: Connected;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const world = (names: readonly string[], options = {}) => aJoiningWorld(connected.redis, names, options);
const refusedWith = (code: string) => expect.objectContaining(byCode(code));

describe("joining", () => {
  test("[GU20] an open guild takes whoever wants to, once, with the rank it gives first; others decide, or take nobody", async () => {
    const { guild, guilds, join, bodies } = await world(["ana", "beto", "caro", "dino"]);
    await guild("g1", "open", ["ana"]);
    await guilds.change("g1", { firstRank: "recruit" }, "ana");
    expect(await join("beto")).toEqual({ state: "member", guild: "g1", number: 2, newly: true });
    expect(await join("beto")).toEqual({ state: "member", guild: "g1", number: 2, newly: false });
    expect((await guilds.snapshot("g1")).members.map(({ rank }) => rank)).toEqual(["leader", "recruit"]);
    for (const [mode, outcome] of [
      ["invitation", "guild-closed"],
      ["closed", "guild-closed"],
    ] as const) {
      await guilds.change("g1", { joinMode: mode });
      await expect(join("caro")).rejects.toEqual(refusedWith(outcome));
    }
    await guilds.change("g1", { joinMode: "request" });
    expect(await join("caro")).toEqual({ state: "pending", guild: "g1", newly: false });
    await expect(join("beto", "g0")).rejects.toEqual(refusedWith("guild-not-found"));
    await expect(join("nadie")).rejects.toEqual(refusedWith("player-not-found"));
    expect(await guilds.guildOf("caro")).toBeUndefined();
    expect(await bodies("g1")).toEqual([
      ["joined", { who: 1 }],
      ["joined", { who: 2, how: "open" }],
    ]);
  });

  test("[GU21] the least level and the places count when he becomes a member, whatever way he comes; the game's backend is bound by places alone", async () => {
    const { guild, guilds, players, joining, join } = await world(["ana", "beto", "caro", "dino"]);
    await guild("g1", "open", ["ana"]);
    await guilds.change("g1", { minLevel: 10, capacity: 2 });
    await expect(join("beto")).rejects.toEqual(refusedWith("level-too-low"));
    await joining.invitations.invite("g1", "beto", "ana");
    await expect(join("beto")).rejects.toEqual(refusedWith("level-too-low"));
    await players.putProfile("beto", { level: 10 });
    expect(await join("beto")).toMatchObject({ state: "member" });
    await players.putProfile("caro", { level: 10 });
    await expect(join("caro")).rejects.toEqual(refusedWith("guild-full"));
    await expect(guilds.admit("g1", "dino", "member")).rejects.toEqual(refusedWith("guild-full"));
    await guilds.change("g1", { capacity: 3 });
    await guilds.admit("g1", "dino", "member");
    expect((await guilds.snapshot("g1")).members).toHaveLength(3);
  });

  test("[GU22] a request waits until somebody who may answers it; he is told, and is a member when it was yes", async () => {
    const { guild, guilds, joining, join, bodies, events } = await world(["ana", "beto", "caro", "dino"]);
    await guild("g1", "request", ["ana", "beto"]);
    const { requests, doors } = joining;
    await join("caro", "g1", "¡Hola!");
    await join("caro", "g1", "¿Puedo entrar?");
    await join("dino", "g1");
    expect(await requests.list("g1", "ana")).toMatchObject([
      { player: "caro", text: "¿Puedo entrar?", profile: { name: "caro" } },
      { player: "dino", text: "" },
    ]);
    const answer = (player: string, accept: boolean, caller: string | undefined, reason?: string) =>
      requests.answer({ guild: "g1", player, accept, caller, reason });
    for (const accept of [true, false]) {
      await expect(answer("caro", accept, "beto")).rejects.toEqual(refusedWith("not-permitted"));
      await expect(answer("caro", accept, "dino")).rejects.toEqual(refusedWith("not-member"));
    }
    await expect(requests.list("g1", "beto")).rejects.toEqual(refusedWith("not-permitted"));
    await answer("caro", true, "ana");
    await answer("caro", true, "ana");
    await answer("dino", false, "ana", "Estamos llenos");
    await expect(answer("dino", true, "ana")).rejects.toEqual(refusedWith("request-not-found"));
    expect(await guilds.guildOf("caro")).toBe("g1");
    expect(await guilds.guildOf("dino")).toBeUndefined();
    expect((await bodies("g1")).at(-1)).toEqual(["joined", { who: 3, by: 1, how: "request" }]);
    expect((await doors.of("caro")).requests).toMatchObject([{ guild: "g1", name: "Guild g1", state: "accepted" }]);
    expect((await doors.of("dino")).requests).toMatchObject([{ state: "declined", reason: "Estamos llenos" }]);
    expect((await events("g1")).map(({ event }) => event)).toEqual(
      expect.arrayContaining(["join-requested", "join-declined"]),
    );
  });

  test("[GU23] a player waits for 5 guilds at most; what was answered, taken back or is over makes room", async () => {
    const leaders = Array.from({ length: 8 }, (_, index) => `l${index}`);
    const { guild, joining, join } = await world([...leaders, "p"]);
    const { requests, doors } = joining;
    for (const [index, leader] of leaders.entries()) await guild(`g${index}`, "request", [leader]);
    for (let index = 0; index < LIMITS.requests; index++) await join("p", `g${index}`);
    await join("p", "g0");
    await expect(join("p", "g5")).rejects.toEqual(refusedWith("requests-full"));
    await requests.answer({ guild: "g0", player: "p", accept: false });
    await join("p", "g5");
    await requests.withdraw("g1", "p");
    expect(await requests.list("g1")).toEqual([]);
    await join("p", "g6");
    expect((await doors.of("p")).requests.map(({ guild: id, state }) => `${id} ${state}`).sort()).toEqual(
      ["g0 declined", "g2 pending", "g3 pending", "g4 pending", "g5 pending", "g6 pending"].sort(),
    );
    // Accepted by one, he waits for the others no more: they find him in a guild.
    await requests.answer({ guild: "g2", player: "p", accept: true });
    await expect(requests.answer({ guild: "g3", player: "p", accept: true })).rejects.toEqual(
      refusedWith("already-in-guild"),
    );
    expect(await requests.list("g3")).toEqual([]);
  });

  test("[GU24] requests and invitations end by themselves", async () => {
    const { guild, joining, join } = await world(["ana", "beto", "caro"], { standMs: 1 });
    const { requests, invitations, doors } = joining;
    await guild("g1", "request", ["ana"]);
    await guild("g2", "invitation", ["beto"]);
    await join("caro");
    await invitations.invite("g2", "caro", "beto");
    await expect
      .poll(async () => [await requests.list("g1"), await doors.of("caro")], { interval: 5 })
      .toEqual([[], { requests: [], invitations: [] }]);
    await expect(requests.answer({ guild: "g1", player: "caro", accept: true })).rejects.toEqual(
      refusedWith("request-not-found"),
    );
    await expect(join("caro", "g2")).rejects.toEqual(refusedWith("guild-closed"));
  });

  test("[GU25] of more than 200 requests the oldest gives way", async () => {
    const { guild, redis, keys, joining, join } = await world(["ana", "caro"]);
    await guild("g1", "request", ["ana"]);
    const key = keys.of("guild:g1", "requests");
    const rows = Array.from({ length: LIMITS.guildRequests }, (_, index) => [
      `p${index}`,
      JSON.stringify({ at: 1_000 + index, ends: Date.now() + 60_000, text: "" }),
    ]);
    await redis.run(key, ["HSET", key, ...rows.flat()]);
    await join("caro");
    const waiting = await redis.run(key, ["HKEYS", key]);
    expect(waiting).toHaveLength(LIMITS.guildRequests);
    expect(waiting).toContain("caro");
    expect(waiting).not.toContain("p0");
    expect(await joining.requests.list("g1")).toHaveLength(1);
  });

  test("[GU26] who left, or was removed, waits until he may join the same guild again; the game's backend does not", async () => {
    const { guild, guilds, joining, join } = await world(["ana", "beto", "caro"], { rejoinMs: 3_600_000 });
    await guild("g1", "open", ["ana", "beto"]);
    await guild("g2", "open", ["caro"]);
    await guilds.remove("g1", "beto", "left", { caller: "beto" });
    await expect(join("beto")).rejects.toMatchObject({ code: "cooldown", retryAtMs: expect.any(Number) });
    const { code } = await joining.invitations.createCode({ guild: "g1", nonce: "nonce-1", lifeMs: 60_000, uses: 1 });
    await expect(joining.invitations.redeem(code, "beto", true)).rejects.toEqual(refusedWith("cooldown"));
    expect(await join("beto", "g2")).toMatchObject({ state: "member" });
    await guilds.remove("g2", "beto", "kicked", { caller: "caro" });
    await expect(join("beto", "g2")).rejects.toEqual(refusedWith("cooldown"));
    expect(await joining.requests.join({ guild: "g2", player: "beto", bound: false })).toMatchObject({
      state: "member",
    });
    await guilds.remove("g2", "beto", "left");
    await guilds.admit("g1", "beto", "member");
  });

  test("[GU27] who is banned becomes a member by no way, not by the game's backend either, until the ban is over or lifted", async () => {
    const { guild, guilds, joining, join, bodies } = await world(["ana", "beto", "caro", "dino", "elsa"]);
    const { bans, invitations, requests } = joining;
    await guild("g1", "open", ["ana", "beto", "caro"]);
    const { code } = await invitations.createCode({ guild: "g1", nonce: "nonce-1", lifeMs: 60_000, uses: 9 });
    await invitations.invite("g1", "dino", "ana");
    const ban = (player: string, caller?: string, more: { until?: number; reason?: string } = {}) =>
      bans.ban({ guild: "g1", player, caller, ...more });
    await expect(ban("dino", "beto")).rejects.toEqual(refusedWith("not-permitted"));
    await expect(ban("ana")).rejects.toEqual(refusedWith("last-leader"));
    await expect(ban("nadie")).rejects.toEqual(refusedWith("player-not-found"));
    await expect(ban("dino", "ana", { until: 5 })).rejects.toEqual(refusedWith("bad-request"));
    await guilds.setRank("g1", "beto", "officer");
    await expect(ban("ana", "beto")).rejects.toEqual(refusedWith("not-permitted"));
    await ban("caro", "beto", { reason: "insultos" });
    await ban("dino", "ana");
    await ban("dino", "ana");
    expect((await bodies("g1")).at(-1)).toEqual(["kicked", { who: 3, by: 2 }]);
    expect(await guilds.guildOf("caro")).toBeUndefined();
    for (const player of ["caro", "dino"]) {
      await expect(join(player)).rejects.toEqual(refusedWith("banned"));
      await expect(invitations.redeem(code, player, true)).rejects.toEqual(refusedWith("banned"));
      await expect(invitations.invite("g1", player, "ana")).rejects.toEqual(refusedWith("banned"));
      await expect(guilds.admit("g1", player, "member")).rejects.toEqual(refusedWith("banned"));
    }
    await guilds.change("g1", { joinMode: "request" });
    await expect(join("caro")).rejects.toEqual(refusedWith("banned"));
    await join("elsa");
    await ban("elsa", "beto", { until: Date.now() + 60_000 });
    expect(await requests.list("g1")).toEqual([]);
    await bans.unban("g1", "caro", { caller: "beto" });
    await bans.unban("g1", "caro", { caller: "beto" });
    expect(await join("caro")).toMatchObject({ state: "pending" });
  });
});

describe("invitations", () => {
  test("[GU28] who was invited becomes a member by himself, also where nobody else may, while who invited him may invite", async () => {
    const { guild, guilds, joining, join, bodies } = await world(["ana", "beto", "caro", "dino", "elsa"]);
    const { invitations, doors } = joining;
    await guild("g1", "invitation", ["ana", "beto"]);
    const first = await invitations.invite("g1", "caro", "beto");
    expect(await invitations.invite("g1", "caro", "ana")).toEqual(first);
    await expect(invitations.invite("g1", "beto", "ana")).rejects.toEqual(refusedWith("already-in-guild"));
    await expect(invitations.invite("g1", "dino", "caro")).rejects.toEqual(refusedWith("not-member"));
    await expect(invitations.invite("g1", "nadie", "ana")).rejects.toEqual(refusedWith("player-not-found"));
    expect((await doors.of("caro")).invitations).toMatchObject([{ guild: "g1", name: "Guild g1", by: "beto" }]);
    expect(await join("caro")).toMatchObject({ state: "member" });
    expect((await doors.of("caro")).invitations).toEqual([]);
    expect((await bodies("g1")).at(-1)).toEqual(["joined", { who: 3, by: 2, how: "invitation" }]);
    expect((await guilds.snapshot("g1")).members.at(-1)).toMatchObject({ player: "caro", invitedBy: "beto" });

    await invitations.invite("g1", "dino", "beto");
    await invitations.invite("g1", "elsa", "beto");
    await invitations.decline("g1", "elsa");
    await expect(join("elsa")).rejects.toEqual(refusedWith("guild-closed"));
    await guilds.setRank("g1", "beto", "recruit");
    await expect(join("dino")).rejects.toEqual(refusedWith("guild-closed"));
    expect((await doors.of("dino")).invitations).toEqual([]);
    await expect(invitations.invite("g1", "elsa", "beto")).rejects.toEqual(refusedWith("not-permitted"));
  });

  test("[GU29] a member makes 50 invitations and codes a day", async () => {
    const names = Array.from({ length: LIMITS.invitationsPerDay }, (_, index) => `p${index}`);
    const { guild, joining } = await world(["ana", "beto", ...names]);
    const { invitations } = joining;
    await guild("g1", "invitation", ["ana", "beto"]);
    const code = (caller?: string) =>
      invitations.createCode({ guild: "g1", nonce: `nonce-${caller}`, lifeMs: 60_000, uses: 1, caller });
    await code("beto");
    const tried = await Promise.allSettled(names.map((name) => invitations.invite("g1", name, "beto")));
    const refused = tried.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refused).toMatchObject([{ code: "invitations-full", retryAtMs: expect.any(Number) }]);
    await code("beto");
    await code("ana");
    await expect(
      invitations.createCode({ guild: "g1", nonce: "nonce-other", lifeMs: 60_000, uses: 1, caller: "beto" }),
    ).rejects.toEqual(refusedWith("invitations-full"));
  });

  test("[GU30] a code lets in exactly as many as it has uses, however many try at once", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
    const { guild, guilds, joining } = await world(["ana", ...names], { capacity: 200 });
    await guild("g1", "invitation", ["ana"]);
    const { invitations } = joining;
    const { code } = await invitations.createCode({
      guild: "g1",
      nonce: "nonce-1",
      lifeMs: 60_000,
      uses: 10,
      caller: "ana",
    });
    const tried = await Promise.allSettled(names.map((name) => invitations.redeem(code, name, true)));
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    for (const result of tried)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "invitation-invalid" });
    const { members } = await guilds.snapshot("g1");
    expect(members).toHaveLength(11);
    expect(new Set(members.slice(1).map(({ invitedBy }) => invitedBy))).toEqual(new Set(["ana"]));
    const inside = members[5]?.player ?? "";
    expect(await invitations.redeem(code, inside, true).catch((error: unknown) => error)).toMatchObject({
      newly: false,
    });
    const out = names.filter((name) => !members.some(({ player }) => player === name));
    for (const name of out.slice(0, 5)) expect(await guilds.guildOf(name)).toBeUndefined();
    expect(await invitations.codes("g1", "ana")).toEqual([]);
  });

  test("[GU31] a code is of no use once it is revoked, over, or of somebody who may not invite any more", async () => {
    const { guild, guilds, joining } = await world(["ana", "beto", "caro", "dino"]);
    const { invitations } = joining;
    await guild("g1", "invitation", ["ana", "beto", "caro"]);
    const make = (nonce: string, caller?: string, lifeMs = 60_000) =>
      invitations.createCode({ guild: "g1", nonce, lifeMs, uses: 5, caller });
    const [of, ofBeto, ofCaro, brief] = [
      await make("nonce-1"),
      await make("nonce-2", "beto"),
      await make("nonce-3", "caro"),
      await make("nonce-4", "ana", 1),
    ];
    expect(await make("nonce-2", "beto")).toEqual(ofBeto);
    await expect(make("nonce-2", "beto", 70_000)).rejects.toEqual(refusedWith("key-reused"));
    expect(new Set([of, ofBeto, ofCaro, brief].map(({ code }) => code)).size).toBe(4);
    await expect(invitations.revokeCode("g1", of.code, "ana")).rejects.toEqual(refusedWith("not-permitted"));
    await expect(invitations.revokeCode("g1", ofBeto.code, "caro")).rejects.toEqual(refusedWith("not-permitted"));
    await expect(invitations.revokeCode("g1", ofBeto.code, "dino")).rejects.toEqual(refusedWith("not-member"));
    await guilds.remove("g1", "beto", "kicked");
    await guilds.setRank("g1", "caro", "recruit");
    const invalid = async (code: string) =>
      expect(invitations.redeem(code, "dino", true)).rejects.toEqual(refusedWith("invitation-invalid"));
    await invalid(ofBeto.code);
    await invalid(ofCaro.code);
    await invalid(brief.code);
    await invalid("3333333333");
    expect((await invitations.codes("g1", "ana")).map(({ code }) => code)).toEqual([of.code]);
    await guilds.setRank("g1", "caro", "member");
    await invitations.revokeCode("g1", ofCaro.code, "ana");
    await invalid(ofCaro.code);
    await guilds.change("g1", { joinMode: "closed" });
    await expect(invitations.redeem(of.code, "dino", true)).rejects.toEqual(refusedWith("guild-closed"));
    await guilds.change("g1", { joinMode: "request" });
    expect(await invitations.redeem(of.code, "dino", true)).toMatchObject({ state: "member", guild: "g1" });
    await invitations.revokeCode("g1", of.code);
    expect(await invitations.codes("g1")).toEqual([]);
  });

  test("[GU32] a guild has 50 codes that can be used; one that cannot makes room", async () => {
    const { guild, joining } = await world(["ana"]);
    const { invitations } = joining;
    await guild("g1", "invitation", ["ana"]);
    const make = (index: number) =>
      invitations.createCode({ guild: "g1", nonce: `nonce-${index}`, lifeMs: 60_000, uses: 1 });
    const made = await Promise.all(Array.from({ length: LIMITS.codes }, (_, index) => make(index)));
    await expect(make(50)).rejects.toEqual(refusedWith("codes-full"));
    await invitations.revokeCode("g1", made[7]?.code ?? "");
    expect(await make(50)).toMatchObject({ left: 1 });
  });
});
