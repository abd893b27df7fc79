import { afterAll, beforeAll, expect, test } from "vitest";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { aJoiningWorld } from "./a-joining-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aRedis } from "./a-redis.ts";
import { nonce } from "./a-room.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

/** Guild `g1`, looked after since now; `pass` lets time go by as it does, with somebody looking at every bucket meanwhile. */
const aWorld = async (options: Parameters<typeof aGuildLife>[2] = {}) => {
  const { redis, keys } = await aRedis();
  await redis.close();
  const life = await aGuildLife({ redis: clock.redis, keys }, ["ana", "beto", "caro"], options);
  const look = () => life.upkeep.bucket(life.bucket);
  await look();
  const pass = async (ms: number, step = 9 * MINUTE_MS): Promise<void> => {
    for (let left = ms; left > 0; left -= step) {
      await clock.jump(Math.min(left, step));
      await look();
    }
  };
  const seen = (player: string): Promise<unknown> =>
    clock.redis.run(life.part("seen"), ["HSET", life.part("seen"), player, String(Date.now())]);
  return { ...life, look, pass, seen };
};

// A clock that jumped 20 days ahead once made every leader absent: whoever asked first led the guild, while its leader had been there an hour before.
test("[GU75] nobody is succeeded because the clock jumped or the service was down; who is away as long as time goes by is", async () => {
  const { succeed, pass, guilds, seen } = await aWorld({ leaderAbsentMs: 2 * HOUR_MS });
  await seen("ana");
  await clock.jump(20 * DAY_MS);
  const early = await succeed("g1", "beto").catch((error: unknown) => error);
  expect(early).toMatchObject(byCode("leader-present"));
  await clock.jump(-HOUR_MS);
  await expect(succeed("g1", "beto")).rejects.toMatchObject(byCode("leader-present"));
  await pass(4 * HOUR_MS);
  await succeed("g1", "beto");
  expect((await guilds.snapshot("g1")).members.map(({ rank }) => rank)).toEqual(["officer", "leader", "member"]);
  await clock.jump(-20 * DAY_MS - 3 * HOUR_MS);
});

// A guild whose end had been announced was gone for good as soon as the clock jumped, three days of grace or not.
test("[GU75] a clock that jumps ends no guild before its time of grace was there to take it back", async () => {
  const { disbanding, guilds, look, pass } = await aWorld({ disbandMs: 2 * HOUR_MS });
  const ends = await disbanding.announce("g1", "ana");
  await clock.jump(20 * DAY_MS);
  await look();
  const { disbandsAt, members } = await guilds.snapshot("g1");
  expect(members).toHaveLength(3);
  expect(disbandsAt).toBeGreaterThanOrEqual(ends + 20 * DAY_MS - MINUTE_MS);
  await disbanding.keep("g1", "ana");
  await pass(3 * HOUR_MS);
  expect((await guilds.snapshot("g1")).disbandsAt).toBe(0);
  await disbanding.announce("g1", "ana");
  await pass(HOUR_MS);
  expect((await guilds.snapshot("g1")).members).toHaveLength(3);
  await pass(1.2 * HOUR_MS);
  await expect(guilds.snapshot("g1")).rejects.toMatchObject(byCode("guild-not-found"));
});

// Mail that was sent while the clock was 20 days ahead once counted as today's for 20 days: no leader could write any.
test("[GU75] mail written while the clock was ahead holds up no other, and the quota of the day still holds", async () => {
  const { mails } = await aWorld({ mailPerDay: 2 });
  const send = (n: number) => mails.send("g1", "ana", { nonce: nonce(n), title: `T${n}`, text: "x" });
  await clock.jump(20 * DAY_MS);
  await send(1);
  await send(2);
  await expect(send(3)).rejects.toMatchObject(byCode("mail-quota"));
  await clock.jump(-20 * DAY_MS);
  await send(4);
  await send(5);
  await expect(send(6)).rejects.toMatchObject(byCode("mail-quota"));
  await clock.jump(-HOUR_MS);
  const held = await send(7).catch((error: unknown) => error);
  expect(held).toMatchObject(byCode("mail-quota"));
  await clock.jump(DAY_MS + 2 * HOUR_MS);
  await send(8);
});

test("[GU75] requests, invitations, codes and the wait after leaving end once their time is over, an hour later at most when the clock goes back", async () => {
  const people = ["ana", "beto", "caro", "dino", "eva", "fito"];
  const world = await aJoiningWorld(clock.redis, people, { rejoinMs: 2 * HOUR_MS });
  await world.guild("g1", "request", ["ana", "fito"]);
  const { requests, invitations, doors } = world.joining;
  await world.join("beto");
  await invitations.invite("g1", "caro", "ana");
  const { code } = await invitations.createCode({
    ...{ guild: "g1", nonce: nonce("code"), lifeMs: DAY_MS, uses: 5, caller: "ana" },
  });
  await world.guilds.remove("g1", "fito", "left", { caller: "fito" });
  await clock.jump(-HOUR_MS);
  expect((await requests.list("g1", "ana")).map(({ player }) => player)).toEqual(["beto"]);
  await expect(world.join("fito")).rejects.toMatchObject(byCode("cooldown"));
  expect(await invitations.redeem(code, "dino", true)).toMatchObject({ state: "member" });
  await clock.jump(20 * DAY_MS);
  expect(await requests.list("g1", "ana")).toEqual([]);
  await expect(requests.answer({ guild: "g1", player: "beto", accept: true, caller: "ana" })).rejects.toMatchObject(
    byCode("request-not-found"),
  );
  expect(await world.join("caro")).toMatchObject({ state: "pending" });
  await expect(invitations.redeem(code, "eva", true)).rejects.toMatchObject(byCode("invitation-invalid"));
  expect(await world.join("fito")).toMatchObject({ state: "pending" });
  expect((await doors.of("caro")).invitations).toEqual([]);
  await clock.jump(-19 * DAY_MS);
});
