import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys } from "../server/redis/bucket.ts";
import { LIMITS } from "../shared/limits.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aTeamProcess, aTeamWorld, TIMES } from "./a-team-world.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const MINUTE_MS = 60_000;
const aWorld = () => aTeamWorld(clock.redis, makeKeys(`t-${randomUUID().slice(0, 12)}`));
const code = (expected: string) => ({ code: expected });
const members = (...players: string[]) => players.map((player) => ({ player }));

test("[TE9] a check ends by itself within a second of its time, and once, also when whoever began it is dead and several look", async () => {
  const world = aWorld();
  const { people, made, readiness, kinds, eventNames, teams, round, redis, keys } = world;
  await people("ana", "beto");
  const team = await made({ members: members("ana", "beto") });
  await readiness.start({ team, id: "check-1", lastsMs: 40, caller: "ana" });
  await waitFor(async () => (await teams.view(team)).check?.result === "not-ready", "the result", within(1_000));

  await readiness.start({ team, id: "check-2", lastsMs: MINUTE_MS });
  readiness.close();
  await round(team);
  expect((await teams.view(team)).check).toEqual({ id: "check-2", until: expect.any(Number) });
  await clock.jump(MINUTE_MS);
  const others = [1, 2, 3].map(() => aTeamProcess(redis, keys));
  await Promise.all([
    ...others.map((other) => other.readiness.judge(team)),
    ...others.map(() => round(team)),
    others[0]?.readiness.answer(team, "beto", "check-2", true).catch(() => undefined),
  ]);
  expect((await teams.view(team)).check).toMatchObject({ result: "not-ready" });
  expect((await kinds(team)).filter((kind) => kind === "team-not-ready")).toHaveLength(2);
  expect((await eventNames(team)).filter((name) => name === "team-not-ready")).toHaveLength(2);
  // A room that shows the check has its own timer.
  const { until } = (await teams.view(team)).check ?? { until: 0 };
  const [watching] = others;
  const third = await watching?.readiness.start({ team, id: "check-3", lastsMs: 40 });
  expect(third).toBeGreaterThan(until);
  watching?.readiness.close();
  others[1]?.readiness.watch(team, third ?? 0);
  others[1]?.readiness.watch(team, 1);
  await waitFor(async () => (await teams.view(team)).check?.result === "not-ready", "the result", within(1_000));
  for (const other of others) other.readiness.close();
});

test("[TE10] a team ends some minutes after its match was to be over, when nothing happened for two hours, and when nobody ever entered it", async () => {
  const { people, made, round, eventsOf, online, offline, log, teams, groups, members: of } = aWorld();
  await people("ana", "beto");
  const reason = async (team: string) => (await eventsOf(team)).find(({ event }) => event === "team-ended")?.reason;
  const startedAt = Number((await teams.view(await made({ members: members("ana") }))).createdAt);
  const match = await made({ members: members("ana", "beto"), endsAt: startedAt + 30 * MINUTE_MS });
  const [long, longer] = [
    await made({ members: members("ana"), endsAt: startedAt + 245 * MINUTE_MS }),
    await made({ members: members("ana"), endsAt: startedAt + 72 * 60 * MINUTE_MS }),
  ];
  const [quiet, spoken, open] = [
    await made({ members: members("ana") }),
    await made({ members: members("ana", "beto") }),
    await made({ members: members("beto") }),
  ];
  const nobodys = await made({});
  const again = async () => {
    for (const team of [match, long, longer, quiet, spoken, open, nobodys]) await round(team);
  };
  await online(open, "beto");
  await again();
  await clock.jump(2 * MINUTE_MS);
  await again();
  expect(await Promise.all([match, quiet, nobodys].map(reason))).toEqual([undefined, undefined, "empty"]);
  await clock.jump(27 * MINUTE_MS);
  await again();
  expect(await reason(match)).toBeUndefined();
  await clock.jump(12 * MINUTE_MS);
  await again();
  expect(await reason(match)).toBe("over");
  for (const player of ["ana", "beto"]) expect((await groups.listOf(player)).has(match)).toBe(false);
  await clock.jump(60 * MINUTE_MS);
  await log.append({ channel: spoken, author: "beto", nonce: "nonce-spoken", kind: "text", body: "hola" });
  await clock.jump(30 * MINUTE_MS);
  await again();
  // What is to end with a match may be quiet until then, for a day.
  expect(await Promise.all([quiet, spoken, open, long].map(reason))).toEqual(["idle", ...Array(3)]);
  await online(open, "beto", "dead");
  await clock.jump(TIMES.idleMs);
  await again();
  expect(await Promise.all([spoken, open, long, longer].map(reason))).toEqual(["idle", undefined, "idle", undefined]);
  await clock.jump(1_440 * MINUTE_MS);
  await round(longer);
  expect(await reason(longer)).toBe("idle");
  // He is here by one process, though a dead one is said to hold a session of his, too.
  await offline(open, "beto");
  await of.leave(open, "beto", "beto");
  expect(await reason(open)).toBe("empty");
});

test("[TE6] a leader who is gone is followed by who is here and longest in the team; not before his time, nor by who is away", async () => {
  const { people, made, succeed, online, offline, leaderOf } = aWorld();
  await people("ana", "beto", "caro");
  const team = await made({ members: members("ana", "beto", "caro") });
  for (const player of ["ana", "caro"]) await online(team, player);
  await offline(team, "ana");
  expect(await succeed(team, "ana")).toBe(false);
  for (let looked = 0; looked < TIMES.leaderGoneMs; looked += MINUTE_MS / 4) {
    expect(await succeed(team, "ana")).toBe(false);
    await clock.jump(MINUTE_MS / 4);
  }
  expect(await succeed(team, "beto")).toBe(false);
  expect((await Promise.all([succeed(team, "ana"), succeed(team, "ana")])).filter(Boolean)).toHaveLength(1);
  expect(await leaderOf(team)).toBe("caro");
  await offline(team, "caro");
  await online(team, "caro", "dead");
  await clock.jump(TIMES.leaderGoneMs);
  expect(await succeed(team, "caro")).toBe(false);
  expect(await leaderOf(team)).toBe("caro");
});

// Ana led from her home connection and never opened the team's room, so the team had last seen her when she joined, an hour ago. She went through a tunnel for two
// seconds, and Beto, who sat in the room, led. Nor had her minute begun when the process died that held her session.
test("[TE6] a leader's minute begins when he is first found away, however long ago his team's room saw him, and anew when nobody looked meanwhile", async () => {
  const { people, made, succeed, online, leaderOf } = aWorld();
  await people("ana", "beto");
  const team = await made({ members: members("ana", "beto") });
  await online(team, "ana", "dead");
  await online(team, "beto");
  await clock.jump(60 * MINUTE_MS);
  expect(await succeed(team, "ana")).toBe(false);
  await clock.jump(TIMES.leaderGoneMs);
  expect(await succeed(team, "ana")).toBe(false);
  for (const seconds of [20, 20, 19]) {
    await clock.jump(seconds * 1_000);
    expect(await succeed(team, "ana")).toBe(false);
  }
  await clock.jump(2_000);
  expect(await succeed(team, "ana")).toBe(true);
  expect(await leaderOf(team)).toBe("beto");
});

test("[TE3] [TE4] codes and invitations are over when their time is", async () => {
  const { people, made, invitations } = aWorld();
  await people("ana", "beto");
  const team = await made({ founder: "ana" }, "ana");
  const given = await invitations.createCode({ team, nonce: "nonce-code", lifeMs: MINUTE_MS, uses: 5, caller: "ana" });
  await invitations.invite(team, "beto", "ana");
  await clock.jump(MINUTE_MS);
  await expect(invitations.redeem(given.code, "beto", true)).rejects.toMatchObject(code("invitation-invalid"));
  expect(await invitations.codes(team, "ana")).toEqual([]);
  expect(await invitations.of("beto")).toHaveLength(1);
  await clock.jump(LIMITS.teamInvitedMs);
  expect(await invitations.of("beto")).toEqual([]);
  await expect(invitations.join(team, "beto")).rejects.toMatchObject(code("not-invited"));
});
