import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRosters } from "../server/channel/rosters.ts";
import { isBusyMoment } from "../server/notifier/digests/digest-moment.ts";
import { nextTurn, weekAt, weekMoment } from "../server/notifier/digests/week-moment.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aDigestWorld } from "./a-digest-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[DG11] who leads a guild is told once a week how it has done: people, talk against the week before, points, who is about to fall asleep", async () => {
  const world = await aDigestWorld(clock.redis, makeKeys(`t-${randomUUID().slice(0, 12)}`), clock.jump);
  const { weekly, guild, guilds, later } = world;
  await world.players.putProfile("leader", { zone: "America/Bogota" });
  await world.member("ana");
  await weekly.begin("g1");
  const begun = later.at(-1);
  expect(begun?.item).toEqual({ type: "weekly", guild: "g1" });
  await world.wait((begun?.at ?? 0) - world.now() + 1);
  await weekly.turn("g1");
  expect(later.at(-1)?.item).toEqual({ type: "weekly", guild: "g1" });
  // From now on nobody sees these two any more.
  await world.member("caro");
  const rosters = makeRosters(clock.redis, world.keys);
  for (const incarnation of ["a-process", undefined]) await rosters.setSession(guild, "leader", "s1", incarnation);
  const told = async () => {
    const { item, at } = later.findLast((one) => one.item.type === "week") ?? {};
    if (item?.type !== "week" || at === undefined) throw new Error("no week was begun");
    await world.wait(Math.max(0, at - world.now()));
    world.queued.length = 0;
    await weekly.consider(item.player, item);
    const job = world.queued[0];
    if (job?.type !== "digest" || job.weekly === undefined) return undefined;
    const [due] = await weekly.compose(job.players, job.weekly);
    return due;
  };
  // In the first week there is nothing to compare with.
  expect(await told()).toBeUndefined();
  expect(await world.why("leader")).toBe("read");

  const turn = async () => {
    const { at = 0 } = later.findLast((one) => one.item.type === "weekly") ?? {};
    await world.wait(at - world.now() + 1);
    await weekly.turn("g1");
  };
  const talk = async (count: number) => {
    for (let index = 0; index < count; index++) await world.say(guild, `line ${index}`);
  };
  await world.member("beto");
  await guilds.remove("g1", "ana", "left");
  await talk(8);
  await turn();
  const first = await told();
  expect(first?.push).toMatchObject({ kind: "digest", title: "Lobos: your week", cursor: { channel: guild } });
  expect(first?.push.body).toBe(
    "8 messages, 1 active\n2 members joined, 1 left\n2 members are about to fall asleep: caro, leader",
  );
  // A run that was cut short composes the same; once it is told, no run does.
  expect((await told())?.mark).toBe(first?.mark);
  await world.tell(first);
  await world.tell(first);
  expect(await told()).toBeUndefined();
  expect(await world.why("leader")).toBe("told");
  const digests = world.keys.of("player:leader", "digests");
  expect(await clock.redis.run(digests, ["ZCARD", digests])).toBe(1);

  // The same week drawn twice says the same.
  await talk(6);
  await turn();
  await talk(3);
  await weekly.turn("g1");
  await world.players.putPreferences("leader", { previews: false, quietHours: { from: "09:00", to: "13:00" } });
  expect(await told()).toBeUndefined();
  const held = later.at(-1);
  expect(held?.item).toMatchObject({ type: "week", player: "leader" });
  expect((await told())?.push.body.split("\n")[0]).toBe("6 messages, 0 active (-25% against the week before)");
  await world.players.putPreferences("leader", { weekly: false });
  expect(await told()).toBeUndefined();
  expect(await world.why("leader")).toBe("kind-off");
});

test("[DG11] weeks end on Sundays at noon UTC, guilds turn spread over four hours, leaders are told on Monday mornings of their zones", () => {
  const sunday = Date.UTC(2026, 10, 22, 12);
  expect(weekAt(sunday)).toBe("2026-11-22");
  expect(weekAt(sunday - 1)).toBe("2026-11-15");
  for (const guild of ["g1", "g2", "g3"]) {
    const turn = nextTurn(guild, sunday - 1);
    expect(turn).toBeGreaterThanOrEqual(sunday);
    expect(turn).toBeLessThan(sunday + 4 * HOUR_MS + 240_000);
    expect(weekAt(turn)).toBe("2026-11-22");
    expect(nextTurn(guild, turn)).toBeGreaterThan(sunday + 7 * DAY_MS - 1);
  }
  for (const zone of [
    "America/Bogota",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Europe/Madrid",
    "no/zone",
  ])
    for (const player of ["a", "b", "c", "d"]) {
      const at = weekMoment(player, "2026-11-22", zone);
      const timeZone = zone === "no/zone" ? "America/Mexico_City" : zone;
      const local = new Intl.DateTimeFormat("en-GB", {
        timeZone,
        weekday: "long",
        hour: "2-digit",
        hourCycle: "h23",
      }).format(at);
      expect(local).toMatch(/^Monday,? (at )?(10|11|12)$/);
      expect(isBusyMoment(at)).toBe(false);
    }
});
