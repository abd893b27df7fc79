import { afterAll, beforeAll, expect, test } from "vitest";
import { ownerOfWar, parseWar, type WarRow } from "../server/pvp/war-row.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { GremioError } from "../shared/errors.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";
import { STAGES } from "./war-killed.ts";
import { expectPaidOnce } from "./war-season.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const TAIL_MS = 2_000;
/** What was begun is refused where a master has lost what it rests on. */
const survives = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!(error instanceof GremioError)) throw error;
  });
};

/** Leads a war to its end; the master of `owner` loses what it was told in one stage, or in one look of the settlement. Gives how it ended. */
const ledThrough = async (owner: (war: string) => string, lossy: string): Promise<string> => {
  await clock.redis.run("", ["FLUSHALL"]);
  const world = await aWarWorld(clock.redis, { settleMs: TAIL_MS });
  const war = (await challenge(world)).war;
  const what = `${owner(war)} at ${lossy}`;
  for (const [name, { after, does }] of Object.entries(STAGES)) {
    if (after > 0) await clock.jump(after * MINUTE_MS);
    const tail = name === lossy ? await aRedisToLose(clock.redis, world.keys, owner(war)) : undefined;
    await survives(does(world, war));
    if (tail === undefined) await world.upkeep();
    await tail?.lose();
  }
  for (let look = 0; look < 6; look++) {
    const tail = `look ${look}` === lossy ? await aRedisToLose(clock.redis, world.keys, owner(war)) : undefined;
    await world.upkeep();
    await clock.jump(TAIL_MS - 100);
    await tail?.lose();
    await clock.jump(200);
  }
  for (let look = 0; look < 12; look++) {
    await clock.jump(look < 6 ? 11_000 : 30 * MINUTE_MS);
    await world.upkeep();
  }
  const row = await world.wars.get(war).catch(() => undefined);
  expect(["settled", "cancelled", "expired", undefined], what).toContain(row?.phase);
  for (const guild of ["g0", "g1"]) {
    const { war: bound, challenges } = await world.wars.ofGuild(guild);
    expect([bound, challenges], `${what}: ${guild}`).toEqual([undefined, []]);
    const info = world.keys.of(`guild:${guild}`, "info");
    expect(await clock.redis.run(info, ["HEXISTS", info, "reserved"]), `${what}: ${guild}`).toBe(0);
  }
  const rows: WarRow[] =
    row === undefined ? [] : [parseWar(war, await makeAsk(clock.redis, world.keys)("war_read", ownerOfWar(war), []))];
  await expectPaidOnce(clock.redis, world.keys, rows, world.ids, world.ids.flatMap(world.membersOf));
  return row?.phase ?? "lost";
};
const challenge = ({ wars }: WarWorld) =>
  wars.challenge({ guild: "g0", opponent: "g1", mode: "duel", nonce: "nonce-001" }, "g0-p0");

test("[PV40] [PV41] whichever master loses its tail at whatever stage, the war ends, both guilds are free, and each is given what the result says, once", async () => {
  const stages = [...Object.keys(STAGES).slice(1), ...Array.from({ length: 6 }, (_, look) => `look ${look}`)];
  const ends: Record<string, string[]> = {};
  for (const owner of [() => "guild:g0", () => "guild:g1", ownerOfWar, () => "player:g0-p1"])
    for (const stage of stages) {
      const end = await ledThrough(owner, stage);
      ends[end] = [...(ends[end] ?? []), `${owner("")} ${stage}`];
    }
  expect(ends.settled?.length, JSON.stringify(ends)).toBeGreaterThan(4 * stages.length - 5);
}, 300_000);
