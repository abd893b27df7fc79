import { expect } from "vitest";
import type { Redis } from "../server/redis/redis.ts";
import { aMode, aWarProcess, aWarWorld } from "./a-war-world.ts";
import { makeDraw } from "./fuzz/draw.ts";
import { interleave } from "./interleaving.ts";

/**
 * Four guilds challenge each other across, and all that was challenged is accepted at once, by processes whose steps come in an order that follows from `seed`. In the end
 * each guild is in the one war it is bound to, and every other challenge is over.
 */
export const crossing = async (redis: Redis, seed: number): Promise<void> => {
  const draw = makeDraw(seed);
  const world = await aWarWorld(redis, { guilds: 4, members: 1, mode: aMode({ rated: false }) });
  const { wars, ids } = world;
  const pairs = ids.flatMap((guild) => ids.filter((other) => other !== guild).map((other) => ({ guild, other })));
  const asked: { war: string; opponent: string }[] = [];
  for (const { guild, other } of draw.shuffled(pairs)) {
    const ask = { guild, opponent: other, mode: "duel", nonce: `nonce-${guild}-${other}` };
    const { war } = await wars.challenge(ask, `${guild}-p0`).catch(() => ({ war: "" }));
    if (war !== "") asked.push({ war, opponent: other });
  }
  const choices = Array.from({ length: 400 }, () => draw.below(10));
  await interleave(
    redis,
    asked.map(({ war, opponent }) => (stepwise: Redis) => {
      const process = aWarProcess(stepwise, world.namespace);
      return process.wars.answer(war, { accept: true }, `${opponent}-p0`);
    }),
    choices,
    async () => {},
  );
  await world.upkeep();
  const found = await Promise.all(asked.map(({ war }) => wars.get(war)));
  expect(
    found.map(({ phase }) => phase),
    `seed ${seed}: agreed on, and called off`,
  ).not.toContain("cancelled");
  const agreed = found.filter(({ phase }) => phase === "preparing");
  const fighting = agreed.flatMap(({ sides }) => sides.map(({ guild }) => guild));
  expect(new Set(fighting).size, `seed ${seed}: a guild in two wars`).toBe(fighting.length);
  expect(agreed.length, `seed ${seed}: nobody got a war`).toBeGreaterThan(0);
  for (const guild of ids) {
    const { war, challenges } = await wars.ofGuild(guild);
    const own = agreed.find(({ sides }) => sides.some((side) => side.guild === guild));
    expect(war?.war, `seed ${seed}: ${guild}`).toBe(own?.war);
    if (own !== undefined) expect(challenges, `seed ${seed}: ${guild}`).toEqual([]);
  }
  // A challenge that is still open is between two who have no war.
  const open = found.filter(({ phase }) => phase === "challenged").flatMap(({ sides }) => sides);
  for (const { guild } of open) expect(fighting, `seed ${seed}`).not.toContain(guild);
};
