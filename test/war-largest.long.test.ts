import { afterAll, beforeAll, expect, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { aMode, aWarWorld, MINUTE_MS } from "./a-war-world.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const FIGHTERS = 500;
const ATTEMPTS = 100;
/** All that a side can fight and score, each battle against a target of its own; ids as long as they may be. */
const FILL = `
  local owner, id = ARGV[1], 'a-fighter-whose-id-is-as-long.as|can-be-and-some-more-of-'
  for side = 0, 1 do
    for n = 1, ${FIGHTERS} do
      local player = id .. side .. string.format('%04d', n)
      redis.call('HSET', owner .. 'roster:' .. side, player, '{"number":' .. n .. ',"name":"' .. string.rep('N', 32) .. '","avatar":"","level":1,"power":4294967295}')
      redis.call('HSET', owner .. 'members', player, side .. ':${ATTEMPTS}:${ATTEMPTS}:${ATTEMPTS}000000000:5')
      for a = 1, ${ATTEMPTS} do
        local what = side .. '-' .. n .. '-' .. a
        redis.call('HSET', owner .. 'battles', 'b-' .. what, side .. ':1000000000:1:' .. string.format('%d', 1000000 + (side * ${FIGHTERS} + n) * 1000 + a) .. ':c:0123456789abcdef:' .. player .. ':t' .. what)
      end
    end
    redis.call('HSET', owner .. 'info', 'score:' .. side, '50000000000000', 'battles:' .. side, '${FIGHTERS * ATTEMPTS}')
  end
  redis.call('HSET', owner .. 'info', 'roster', '${FIGHTERS},${FIGHTERS}')
`;

test("[PV24] a battle is taken back from the largest war there can be, and it is settled to the point, with its last reward", async () => {
  const items = Array.from({ length: 20 }, (_, n) => ({ item: `an-item-with-a-long-name-${n}`, count: 1_000_000 }));
  const reward = { guild: { points: 1e12, season: true }, members: { points: 1e12, items, least: 1 } };
  const mode = aMode({
    ...{ scoring: "best-of-target", attempts: ATTEMPTS, roster: { least: 1, most: FIGHTERS, equal: true } },
    rewards: { win: reward, draw: reward, loss: reward },
  });
  const world = await aWarWorld(clock.redis, { mode });
  const war = await world.accepted();
  await clock.jump(6 * MINUTE_MS);
  await world.upkeep();
  const [owner = ""] = world.keys.prefixes(`war:${war}`);
  await clock.redis.run(owner, ["EVAL", FILL, "0", owner]);
  await clock.jump(5 * MINUTE_MS);
  await world.upkeep();
  const beganMs = performance.now();
  const { sides } = await world.wars.voidBattle(war, "b-1-3-3", false, "cheated");
  // Redis does nothing else meanwhile, and whoever waits for it gives up after 10 s.
  expect(performance.now() - beganMs).toBeLessThan(6_000);
  expect(sides.map(({ score }) => score)).toEqual([50_000_000_000_000, 49_999_000_000_000]);
  await clock.jump(70 * MINUTE_MS);
  await world.upkeep();
  const { phase, result } = await world.wars.get(war);
  expect([phase, result?.scores]).toEqual(["settled", [50_000_000_000_000, 49_999_000_000_000]]);
  expect(await world.told("war-settled")).toMatchObject([{ scores: [50_000_000_000_000, 49_999_000_000_000] }]);
  expect(result?.payments).toHaveLength(2 + 2 * FIGHTERS);
  expect((await world.newsOf("g0")).at(-1)).toBe("war-result");
});
