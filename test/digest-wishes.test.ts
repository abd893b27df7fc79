import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { makeKeys } from "../server/redis/bucket.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { aDigestWorld } from "./a-digest-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";

const HOUR_MS = 3_600_000;
/** Longest that the end of something is spread over, for who waited for it. */
const SPREAD_MS = 15 * 60_000;

test("[DG1, PP6] quiet hours, the studio's too, and do not disturb hold a digest until they end; a minor's quotes nobody", async () => {
  const clock = await aMovedClock();
  onTestFinished(clock.stop);
  const world = await aDigestWorld(clock.redis, makeKeys(`t-${randomUUID().slice(0, 12)}`), clock.jump);
  const begun = Math.floor(world.now() / HOUR_MS) * HOUR_MS;
  const hour = (by: number) => new Date(begun + by * HOUR_MS);
  const time = (by: number) => hour(by).toISOString().slice(11, 16);
  const prefers = (player: string, part: object) => world.players.putPreferences(player, preferencesSchema.parse(part));
  for (const player of ["night", "studio", "awake", "busy", "minor"]) await world.member(player);
  world.policy({ quietHours: { from: time(-1), to: time(3) } });
  await prefers("night", { quietHours: { from: time(0), to: time(2) } });
  for (const player of ["awake", "minor"]) await prefers(player, { quietHours: null });
  const busyUntil = world.now() + 4 * HOUR_MS;
  await prefers("busy", { doNotDisturbUntil: busyUntil });
  await world.players.setMinor("minor", true);
  await prefers("minor", { quietHours: null, previews: true });
  await world.say(world.guild, "secret");

  expect(await world.digest("awake")).toMatchObject({ lines: ["1 new message", "leader: secret"] });
  expect((await world.digest("minor"))?.lines).toEqual(["1 new message"]);
  for (const [player, reason, end] of [
    ["night", "quiet-hours", hour(2).getTime()],
    ["studio", "quiet-hours", hour(3).getTime()],
    ["busy", "do-not-disturb", busyUntil],
  ] as const) {
    expect(await world.digest(player)).toBeUndefined();
    expect(await world.why(player)).toBe(reason);
    const { item, at = 0 } = world.later.at(-1) ?? {};
    expect(item).toEqual({ type: "digest", player });
    expect(at).toBeGreaterThanOrEqual(end);
    expect(at).toBeLessThanOrEqual(end + SPREAD_MS);
  }
  await world.wait(hour(3).getTime() + SPREAD_MS - world.now());
  for (const player of ["night", "studio"]) expect(await world.digest(player), player).toBeDefined();
  expect(await world.digest("busy")).toBeUndefined();
});
