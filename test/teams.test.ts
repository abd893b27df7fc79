import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeChannelsOf } from "../server/moderation/channels-of.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asTexts } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { aRedis } from "./a-redis.ts";
import { aTeamWorld } from "./a-team-world.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
let again: () => Promise<ReturnType<typeof aTeamWorld>>;
beforeAll(async () => {
  ({ redis } = await aRedis());
  again = async () => aTeamWorld(redis, (await aRedisKeys()).keys);
});
afterAll(() => redis.close());

const aRedisKeys = async () => {
  const { redis: other, keys } = await aRedis();
  await other.close();
  return { keys };
};
const code = (expected: string) => ({ code: expected });
const MINUTE_MS = 60_000;

describe("teams", () => {
  test("[TE1] a player makes a team once for each nonce, and leads it; the backend makes one with its members, and is told whom it could not bring in", async () => {
    const { people, teams, kinds, eventNames, groups } = await again();
    await people("ana", "beto", "caro");
    const asked = { nonce: "nonce-first", founder: "ana", topic: "Copa", capacity: 5 };
    const { team } = await teams.create(asked, "ana");
    expect(team).toMatch(/^team:t[a-z0-9]{22}$/);
    expect(await teams.create(asked, "ana")).toEqual({ team, refused: [] });
    await expect(teams.create({ ...asked, topic: "Otra" }, "ana")).rejects.toMatchObject(code("key-reused"));
    expect((await teams.create({ ...asked, founder: "beto" }, "beto")).team).not.toBe(team);
    expect(await teams.view(team)).toMatchObject({
      ...{ team: team.slice(5), name: "ana", by: "ana", topic: "Copa", capacity: 5, open: null, selfRoles: false },
      members: [{ player: "ana", number: 1, rank: "leader", role: "" }],
    });
    expect((await groups.listOf("ana")).has(team)).toBe(true);
    expect(await kinds(team)).toEqual(["joined"]);
    expect(await eventNames(team)).toEqual(["team-created", "member-joined"]);

    const match = {
      ...{
        nonce: "nonce-match",
        name: "Rojo",
        match: "m-1",
        war: `w${"1".repeat(23)}`,
        endsAt: Date.now() + MINUTE_MS,
      },
      members: [{ player: "beto", role: "tanque" }, { player: "nadie" }, { player: "caro" }],
    };
    const made = await teams.create(match);
    expect(made.refused).toEqual([{ player: "nadie", code: "player-not-found" }]);
    const view = await teams.view(made.team);
    expect(view).toMatchObject({ name: "Rojo", match: "m-1", war: match.war, endsAt: match.endsAt });
    expect(view.members).toMatchObject([
      { player: "beto", rank: "leader", role: "tanque" },
      { player: "caro", rank: "member", role: "" },
    ]);
    expect("by" in view).toBe(false);
    expect(await teams.create(match)).toEqual(made);
  });

  test("[TE1] who was brought in and left is not brought in again by the same request", async () => {
    const { people, teams, members } = await again();
    await people("ana", "beto");
    const asked = { nonce: "nonce-again", members: [{ player: "ana" }, { player: "beto" }] };
    const { team } = await teams.create(asked);
    await members.leave(team, "beto", "beto");
    await teams.create(asked);
    expect((await teams.view(team)).members.map(({ player }) => player)).toEqual(["ana"]);
  });

  test("[TE2] a team holds as many as it was made for, also when more come at once; a player is in ten by his own doing, and the backend puts him into more", async () => {
    const { people, teams, members, made, groups, invitations } = await again();
    const names = Array.from({ length: 8 }, (_, n) => `p${n}`);
    await people("ana", ...names);
    const team = await made({ founder: "ana", capacity: 4 }, "ana");
    const given = await invitations.createCode({
      team,
      nonce: "nonce-code",
      lifeMs: MINUTE_MS,
      uses: 40,
      caller: "ana",
    });
    const came = await Promise.allSettled(names.map((name) => invitations.redeem(given.code, name, true)));
    expect(came.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const one of came) if (one.status === "rejected") expect(one.reason).toMatchObject(code("channel-full"));
    expect(
      (await Promise.all(names.map(async (name) => (await groups.listOf(name)).size))).reduce((a, b) => a + b),
    ).toBe(3);
    await expect(teams.change(team, { capacity: 3 }, "ana")).rejects.toMatchObject(code("channel-full"));
    for (let n = 2; n <= LIMITS.teams; n++) await made({ founder: "ana" }, "ana");
    await expect(made({ founder: "ana" }, "ana")).rejects.toMatchObject(code("teams-full"));
    const more = await made({ members: [{ player: "ana" }] });
    expect(await members.isMember(more, "ana")).toBe(true);
    await teams.end(team, "ana");
    await teams.end(more);
    await made({ founder: "ana" }, "ana");
  });

  test("[TE3] a code lets in while it stands: not when it is over, revoked, used up or its maker has left; and ten wrong ones are all a player may try in ten minutes", async () => {
    const { people, made, invitations, members, teams } = await again();
    await people("ana", "beto", "caro", "dino", "elsa");
    const team = await made({ founder: "ana" }, "ana");
    await expect(
      invitations.createCode({ team, nonce: "nonce-1111", lifeMs: MINUTE_MS, uses: 1, caller: "beto" }),
    ).rejects.toMatchObject(code("not-member"));
    const ask = { team, nonce: "nonce-1111", lifeMs: MINUTE_MS, uses: 1, caller: "ana" };
    const first = await invitations.createCode(ask);
    expect(first.code).toMatch(/^[34679CDFHJKMNPQRTVWXY]{8}$/);
    expect(await invitations.createCode(ask)).toEqual(first);
    expect(await invitations.redeem(first.code, "beto", true)).toEqual({ team: team.slice(5), number: 2, newly: true });
    expect(await invitations.redeem(first.code, "beto", true)).toMatchObject({ newly: false });
    await expect(invitations.redeem(first.code, "caro", true)).rejects.toMatchObject(code("invitation-invalid"));
    const his = await invitations.createCode({ ...ask, caller: "beto", nonce: "nonce-2222", uses: 5 });
    expect((await invitations.codes(team, "ana")).map((one) => one.code)).toEqual([his.code]);
    await invitations.redeem(his.code, "caro", true);
    await members.leave(team, "beto", "beto");
    await expect(invitations.redeem(his.code, "dino", true)).rejects.toMatchObject(code("invitation-invalid"));
    const last = await invitations.createCode({ ...ask, nonce: "nonce-3333", uses: 5 });
    await expect(invitations.revokeCode(team, last.code, "caro")).rejects.toMatchObject(code("not-permitted"));
    await invitations.revokeCode(team, last.code, "ana");
    await expect(invitations.redeem(last.code, "dino", true)).rejects.toMatchObject(code("invitation-invalid"));
    // Two of dino's ten tries are gone.
    for (let n = 3; n <= LIMITS.teamCodesTried; n++)
      await expect(invitations.redeem(`3333333${n}`, "dino", true)).rejects.toMatchObject(code("invitation-invalid"));
    const open = await invitations.createCode({ ...ask, nonce: "nonce-4444", uses: 5 });
    await expect(invitations.redeem(open.code, "dino", true)).rejects.toMatchObject({
      ...code("rate-limited"),
      retryAtMs: expect.any(Number),
    });
    await invitations.redeem(open.code, "elsa", true);
    await teams.end(team);
    await expect(invitations.redeem(open.code, "beto", true)).rejects.toMatchObject(code("invitation-invalid"));
  });

  test("[TE4] who is invited is told and finds it listed, and joins; who has blocked whoever invites is told nothing, and who is banned cannot be invited", async () => {
    const { people, made, invitations, blocks, keys, members, teams } = await again();
    await people("ana", "beto", "caro", "dino");
    const team = await made({ founder: "ana", name: "Rojo" }, "ana");
    const told: unknown[] = [];
    const stop = await redis.subscribe(keys.inBucket(bucketOf("player:beto"), "personal"), (text) =>
      told.push(JSON.parse(text)),
    );
    await expect(invitations.invite(team, "beto", "caro")).rejects.toMatchObject(code("not-member"));
    await expect(invitations.invite(team, "nadie", "ana")).rejects.toMatchObject(code("player-not-found"));
    const { endsAt } = await invitations.invite(team, "beto", "ana");
    expect(endsAt).toBeGreaterThan(Date.now() + MINUTE_MS);
    await invitations.invite(team, "beto", "ana");
    expect(await invitations.of("beto")).toMatchObject([{ team: team.slice(5), name: "Rojo", by: "ana" }]);
    expect(told).toEqual([["beto", { type: "team-invited", team: team.slice(5), name: "Rojo", by: "ana" }]]);
    await stop();
    expect(await invitations.mayLookAt(team, "beto")).toBe(true);
    expect(await invitations.mayLookAt(team, "caro")).toBe(false);
    await expect(invitations.join(team, "caro")).rejects.toMatchObject(code("not-invited"));
    expect(await invitations.join(team, "beto")).toEqual({ number: 2, newly: true });
    expect(await invitations.join(team, "beto")).toEqual({ number: 2, newly: false });
    expect(await invitations.of("beto")).toEqual([]);
    await expect(invitations.invite(team, "beto", "ana")).rejects.toMatchObject(code("already-in-team"));
    await invitations.invite(team, "dino", "beto");
    await invitations.decline(team, "dino");
    await expect(invitations.join(team, "dino")).rejects.toMatchObject(code("not-invited"));
    await invitations.invite(team, "dino", "beto");
    await members.leave(team, "beto", "beto");
    await expect(invitations.join(team, "dino")).rejects.toMatchObject(code("not-invited"));
    expect(await invitations.of("dino")).toEqual([]);

    await blocks.set("caro", "ana", true);
    expect((await invitations.invite(team, "caro", "ana")).endsAt).toBeGreaterThan(Date.now());
    expect(await invitations.of("caro")).toEqual([]);
    await expect(invitations.join(team, "caro")).rejects.toMatchObject(code("not-invited"));
    const sanctions = makeSanctions(redis, keys, { historyLength: 100 });
    await sanctions.sanction("dino", "banned", undefined, "spam");
    await expect(invitations.invite(team, "dino", "ana")).rejects.toMatchObject(code("banned"));
    expect((await teams.create({ nonce: "nonce-banned", members: [{ player: "dino" }] })).refused).toEqual([
      { player: "dino", code: "banned" },
    ]);
  });

  // Caro had blocked Ana. Ana invited her twice: of anybody else the second answer would have been the first, of Caro it ended later, so Ana knew; and when Caro came by
  // a code, of her alone it was never said that she is in the team.
  test("[TE4] whoever invites one who has blocked him is answered as ever, asked again and when she has come", async () => {
    const { people, made, invitations, blocks } = await again();
    await people("ana", "beto", "caro", "dino");
    const team = await made({ members: [{ player: "ana" }, { player: "beto" }] });
    await blocks.set("caro", "ana", true);
    const first = await invitations.invite(team, "caro", "ana");
    expect(await invitations.invite(team, "caro", "ana")).toEqual(first);
    expect(await invitations.of("caro")).toEqual([]);
    await expect(invitations.join(team, "caro")).rejects.toMatchObject(code("not-invited"));
    await invitations.invite(team, "caro", "beto");
    expect(await invitations.of("caro")).toMatchObject([{ by: "beto" }]);
    await invitations.join(team, "caro");
    await expect(invitations.invite(team, "caro", "ana")).rejects.toMatchObject(code("already-in-team"));
  });

  // Beto turned Ana's invitation down, and she invited him again, and again: each time his phone rang, sixty times a day for each team.
  test("[TE4] who has turned an invitation down is not told of the next, and finds it listed", async () => {
    const { people, made, invitations, keys } = await again();
    await people("ana", "beto");
    const team = await made({ founder: "ana" }, "ana");
    const other = await made({ founder: "ana" }, "ana");
    const told: string[] = [];
    const stop = await redis.subscribe(keys.inBucket(bucketOf("player:beto"), "personal"), (text) => told.push(text));
    const outbox = keys.inBucket(bucketOf(team), "outbox");
    const pushed = async () =>
      asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"])).filter((row) =>
        JSON.stringify(asTexts(asList(asList(row)[1]))).includes("team-invited"),
      ).length;
    await invitations.invite(team, "beto", "ana");
    expect(await pushed()).toBe(1);
    await invitations.decline(team, "beto");
    expect(await invitations.of("beto")).toEqual([]);
    await expect(invitations.join(team, "beto")).rejects.toMatchObject(code("not-invited"));
    expect(await invitations.mayLookAt(team, "beto")).toBe(false);
    const { endsAt } = await invitations.invite(team, "beto", "ana");
    expect((await invitations.invite(team, "beto", "ana")).endsAt).toBe(endsAt);
    expect(await pushed()).toBe(1);
    expect(await invitations.of("beto")).toMatchObject([{ team: team.slice(5), by: "ana" }]);
    expect(await invitations.join(team, "beto")).toMatchObject({ newly: true });
    await invitations.invite(other, "beto", "ana");
    await waitFor(() => told.some((text) => text.includes(other.slice(5))), "the invitation into another");
    expect(told.filter((text) => text.includes(team.slice(5)))).toHaveLength(1);
    await stop();
  });

  test("[TE5] who is of the guild or circle a team is open to drops in; only one of them opens it", async () => {
    const { people, made, invitations, groups, teams } = await again();
    await people("ana", "beto", "caro");
    await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
    for (const player of ["ana", "beto"]) await groups.admit("circle:c1", player, "member");
    await expect(made({ founder: "caro", open: { circle: "c1" } }, "caro")).rejects.toMatchObject(code("not-member"));
    const team = await made({ founder: "ana" }, "ana");
    await expect(invitations.join(team, "beto")).rejects.toMatchObject(code("not-invited"));
    await expect(teams.change(team, { open: { guild: "g1" } }, "ana")).rejects.toMatchObject(code("not-member"));
    await teams.change(team, { open: { circle: "c1" }, language: "pt-BR" }, "ana");
    expect(await teams.view(team)).toMatchObject({ open: { circle: "c1" }, language: "pt-BR" });
    await expect(invitations.join(team, "caro")).rejects.toMatchObject(code("not-invited"));
    expect(await invitations.join(team, "beto")).toMatchObject({ newly: true });
    await teams.change(team, { open: null, language: "" }, "ana");
    expect(await teams.view(team)).toMatchObject({ open: null });
    await expect(teams.change(team, { topic: "x" }, "beto")).rejects.toMatchObject(code("not-permitted"));
  });

  test("[TE6] a leader who leaves, is taken out or hands over is followed; by whoever is here and longest in the team, else by the longest", async () => {
    const { people, made, members, leaderOf, online, offline, teams, kinds, keys, eventsOf } = await again();
    await people("ana", "beto", "caro", "dino");
    const team = await made({ members: ["ana", "beto", "caro", "dino"].map((player) => ({ player })) });
    for (const player of ["caro", "dino"]) await online(team, player);
    await members.leave(team, "ana", "ana");
    expect(await leaderOf(team)).toBe("caro");
    expect((await kinds(team)).slice(-2)).toEqual(["left", "rank"]);
    expect(await eventsOf(team)).toContainEqual(
      expect.objectContaining({ event: "rank-changed", player: "caro", rank: "leader", reason: "succession" }),
    );
    await expect(teams.handOver(team, "beto", "dino")).rejects.toMatchObject(code("not-permitted"));
    await expect(teams.handOver(team, "ana", "caro")).rejects.toMatchObject(code("member-not-found"));
    await teams.handOver(team, "dino", "caro");
    await teams.handOver(team, "dino", "dino");
    expect((await teams.view(team)).members.map(({ rank }) => rank)).toEqual(["member", "member", "leader"]);
    const sanctions = makeSanctions(redis, keys, { historyLength: 100 });
    await sanctions.kick(team, "dino", { reason: "spam" });
    expect(await leaderOf(team)).toBe("caro");
    await offline(team, "caro");
    await members.leave(team, "caro", undefined);
    expect(await leaderOf(team)).toBe("beto");
  });

  test("[TE7] roles are set by the leader, the backend and, where the team lets him, a member himself", async () => {
    const { people, made, teams } = await again();
    await people("ana", "beto");
    const team = await made({ members: [{ player: "ana" }, { player: "beto", role: "apoyo" }] });
    await expect(teams.setRole(team, "beto", "mid", "beto")).rejects.toMatchObject(code("not-permitted"));
    await teams.setRole(team, "beto", "mid", "ana");
    await teams.setRole(team, "ana", "capitana");
    await teams.change(team, { selfRoles: true }, "ana");
    await teams.setRole(team, "beto", "top", "beto");
    await expect(teams.setRole(team, "ana", "top", "beto")).rejects.toMatchObject(code("not-permitted"));
    await expect(teams.setRole(team, "caro", "top", "ana")).rejects.toMatchObject(code("member-not-found"));
    expect((await teams.view(team)).members.map(({ role }) => role)).toEqual(["capitana", "top"]);
    await teams.setRole(team, "beto", "", "beto");
    expect((await teams.view(team)).members.map(({ role }) => role)).toEqual(["capitana", ""]);
  });

  test("[TE8] a readiness check ends once, with its entry and its event, when the last has answered; whoever came later is not asked", async () => {
    const { people, made, readiness, teams, members, kinds, eventsOf, entriesOf } = await again();
    await people("ana", "beto", "caro", "dino");
    const team = await made({ members: ["ana", "beto", "caro"].map((player) => ({ player })) });
    const start = (id: string, caller?: string) => readiness.start({ team, id, lastsMs: MINUTE_MS, caller });
    await expect(start("check-0", "beto")).rejects.toMatchObject(code("not-permitted"));
    const until = await start("check-1", "ana");
    expect(await start("check-1", "ana")).toBe(until);
    await expect(start("check-2", "ana")).rejects.toMatchObject({ ...code("check-running"), retryAtMs: until });
    await members.admit(team, "dino", { how: "backend" });
    await expect(readiness.answer(team, "dino", "check-1", true)).rejects.toMatchObject(code("check-over"));
    await readiness.answer(team, "beto", "check-1", false);
    expect((await teams.view(team)).members.map(({ ready }) => ready)).toEqual(["yes", "no", "", undefined]);
    expect(await readiness.judge(team)).toBeGreaterThan(0);
    await readiness.answer(team, "beto", "check-1", true);
    await readiness.answer(team, "caro", "check-1", true);
    expect((await teams.view(team)).check).toEqual({ id: "check-1", until, result: "ready" });
    await readiness.answer(team, "caro", "check-1", true);
    await expect(readiness.answer(team, "caro", "check-1", false)).rejects.toMatchObject(code("check-over"));
    expect(await readiness.judge(team)).toBe(-1);

    await start("check-3");
    for (const player of ["ana", "beto", "dino"]) await readiness.answer(team, player, "check-3", player !== "dino");
    // Who goes need not be waited for.
    await members.leave(team, "caro", "caro");
    expect((await teams.view(team)).check).toMatchObject({ id: "check-3", result: "not-ready" });
    expect((await kinds(team)).filter((kind) => kind !== "joined")).toEqual(["team-ready", "left", "team-not-ready"]);
    expect((await entriesOf(team)).find(({ kind }) => kind === "news")?.body).toEqual({
      template: "team-ready",
      params: { ready: "3", count: "3" },
    });
    const told = (await eventsOf(team)).filter(({ event }) => /^team-(not-)?ready$/.test(String(event)));
    expect(told).toMatchObject([
      { event: "team-ready", check: "check-1", ready: 3, count: 3 },
      { event: "team-not-ready", check: "check-3", ready: 2, count: 3, missing: ["dino"] },
    ]);
    readiness.close();
  });

  test("[TE10] a team that ends tells so last and lets all go: their lists are clean, and its keys go within the hour", async () => {
    const { people, teams, kinds, groups, keys, eventsOf, log, readiness, members, round } = await again();
    await people("ana", "beto", "caro");
    const asked = { nonce: "nonce-to-end", name: "Rojo", members: ["ana", "beto"].map((player) => ({ player })) };
    const { team } = await teams.create(asked);
    await log.append({ channel: team, author: "ana", nonce: "nonce-said", kind: "text", body: "hola" });
    await readiness.start({ team, id: "check-1", lastsMs: MINUTE_MS });
    await expect(teams.end(team, "beto")).rejects.toMatchObject(code("not-permitted"));
    await teams.end(team, undefined, "match over");
    await teams.end(team);
    readiness.close();
    expect((await kinds(team)).slice(-3)).toEqual(["team-ended", "left", "left"]);
    for (const player of ["ana", "beto"]) expect((await groups.listOf(player)).has(team)).toBe(false);
    expect(await eventsOf(team)).toContainEqual(
      expect.objectContaining({ event: "team-ended", reason: "ended", why: "match over", players: ["ana", "beto"] }),
    );
    await expect(teams.view(team)).rejects.toMatchObject(code("channel-not-found"));
    await expect(members.admit(team, "caro", { how: "backend" })).rejects.toMatchObject(code("channel-not-found"));
    await expect(teams.create(asked)).rejects.toMatchObject(code("team-ended"));
    const left = await keysOf(keys.of(team, ""));
    expect(left.length).toBeGreaterThan(3);
    for (const key of left) {
      const ttl = asNumber(await redis.run(key, ["PTTL", key]));
      expect([key, ttl > 0 && ttl <= 3_600_000]).toEqual([key, true]);
    }
    // As when the hour is over.
    const due = keys.inBucket(bucketOf(team), "teamdue");
    expect(asTexts(asList(await redis.run(due, ["ZRANGE", due, "0", "-1"])))).toEqual([`gone:${team}`]);
    await redis.run(due, ["ZADD", due, "1", `gone:${team}`]);
    await round(team);
    expect(await keysOf(keys.of(team, ""))).toEqual([]);
    const heads = keys.inBucket(bucketOf(team), "heads");
    expect(await redis.run(heads, ["HEXISTS", heads, team])).toBe(0);
    expect(await redis.run(due, ["ZCARD", due])).toBe(0);
    // The nonce is known for longer, and its team is not made again.
    await expect(teams.create(asked)).rejects.toMatchObject(code("team-ended"));
  });

  // The backend made sure of the channel of a match that had just ended (`putChannel`). It wrote into a log that expired, and within the hour all of it was gone.
  test("[TE10] under the id of a team that has ended nothing is made before its keys are gone", async () => {
    const { people, made, groups, teams } = await again();
    await people("ana");
    const team = await made({ members: [{ player: "ana" }] });
    await teams.end(team);
    await expect(groups.found(team, { name: "Otra", capacity: 5 })).rejects.toMatchObject(code("team-ended"));
    await expect(groups.admit(team, "ana", "member")).rejects.toMatchObject(code("channel-not-found"));
  });

  // The backend put a member into a team as into a bare channel, with a rank: then two led, or nobody did.
  test("[TE6] whoever is put into a team as into any channel does not lead it beside its leader, and leads it when he is the first", async () => {
    const { people, made, groups, ranks, teams } = await again();
    await people("ana", "beto");
    const team = await made({ members: [{ player: "ana" }] });
    await groups.admit(team, "beto", "leader");
    expect(await ranks(team)).toEqual({ ana: "leader", beto: "member" });
    await teams.handOver(team, "beto");
    expect(await ranks(team)).toEqual({ ana: "member", beto: "leader" });
    const empty = await made({});
    await groups.admit(empty, "ana", "member");
    expect(await ranks(empty)).toEqual({ ana: "leader" });
  });

  // Fifty matches in a week, and of where a player had written the circle was forgotten that he left last month: what he wrote there stayed when all of it was deleted.
  test("[MO43] teams, of which one plays in many, do not push out where else a player has been", async () => {
    const { people, made, members, groups, keys } = await again();
    await people("ana", "beto");
    await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
    await groups.admit("circle:c1", "ana", "member");
    await groups.release("circle:c1", "ana", "left");
    const all = await Promise.all(
      Array.from({ length: 45 }, () => made({ members: [{ player: "beto" }, { player: "ana" }] })),
    );
    for (const team of all) await members.leave(team, "ana", "ana");
    const more = await Promise.all(
      Array.from({ length: 10 }, () => made({ members: [{ player: "beto" }, { player: "ana" }] })),
    );
    for (const team of more) await members.leave(team, "ana", "ana");
    const found = await makeChannelsOf(redis, keys, { channels: async () => [] })("ana");
    expect(found).toContain("circle:c1");
    expect(found).toContain(more.at(-1));
  });

  // A row of one team could not be read. Whatever came after it in that bucket was never looked at: checks ran on for ever, and ended teams stood on their players' lists.
  test("[TE9] [TE10] a team that cannot be looked after holds up no other", async () => {
    const { people, made, keys, round, readiness, teams } = await again();
    await people("ana", "beto");
    const team = await made({ members: [{ player: "ana" }, { player: "beto" }] });
    const bucket = bucketOf(team);
    const ids = Array.from({ length: 5_000 }, (_, n) => `team:a${n}`);
    const broken = ids.find((id) => bucketOf(id) === bucket) ?? "";
    const [members, info, due] = [
      keys.of(broken, "members"),
      keys.of(broken, "info"),
      keys.inBucket(bucket, "teamdue"),
    ];
    await redis.run(members, ["HSET", members, "eva", "spoilt"]);
    await redis.run(info, ["HSET", info, "team", "1", "check", "check-0", "checkUntil", "1"]);
    await readiness.start({ team, id: "check-1", lastsMs: 5 });
    readiness.close();
    await redis.run(due, ["ZADD", due, "1", `check:${broken}`]);
    await waitFor(async () => {
      await expect(round(team)).rejects.toThrow();
      await redis.run(due, ["ZADD", due, "1", `check:${broken}`, "2", `check:${team}`]);
      return (await teams.view(team)).check?.result === "not-ready";
    }, "the result");
  });

  test("[TE10] a team whose last member leaves or is kicked has ended", async () => {
    const { people, made, members, keys, eventsOf, kinds } = await again();
    await people("ana", "beto");
    const team = await made({ founder: "ana" }, "ana");
    await members.leave(team, "ana", "ana");
    expect((await kinds(team)).slice(-2)).toEqual(["left", "team-ended"]);
    expect((await eventsOf(team)).at(-1)).toMatchObject({ event: "team-ended", reason: "empty" });
    const other = await made({ founder: "beto" }, "beto");
    await makeSanctions(redis, keys, { historyLength: 100 }).kick(other, "beto", { reason: "spam" });
    expect((await eventsOf(other)).at(-1)).toMatchObject({ event: "team-ended", reason: "empty" });
    const audit = keys.of(other, "audit");
    expect(asNumber(await redis.run(audit, ["PTTL", audit]))).toBeGreaterThan(0);
  });
});

const keysOf = async (prefix: string): Promise<string[]> => {
  const pattern = `${prefix.replaceAll(/[[\]{}*?]/g, "\\$&")}*`;
  return asTexts(asList(await redis.run(prefix, ["KEYS", pattern])));
};
