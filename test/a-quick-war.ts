import { type PutWarMode, putWarModeSchema } from "../shared/api/war-mode.ts";
import type { aMovedClock } from "./a-moved-clock.ts";
import { aMode, aWarWorld, MINUTE_MS } from "./a-war-world.ts";

const OFTEN = { wars: 100, days: 1 };

/** Two guilds of three, whose wars of an hour begin when they are agreed on. */
export const quickWars = async (
  clock: Awaited<ReturnType<typeof aMovedClock>>,
  { guilds = 2, members = 3 }: { guilds?: number; members?: number } = {},
) => {
  const world = await aWarWorld(clock.redis, { guilds, members });
  const { wars, modes } = world;
  let made = 0;
  return {
    ...world,
    begun: async (more: Partial<PutWarMode> = {}): Promise<string> => {
      const mode = aMode({ preparationMinutes: 0, lockMinutes: 0, rematch: OFTEN, ...more });
      await modes.put("duel", putWarModeSchema.parse(mode));
      const war = await world.accepted(`nonce-war-${++made}`);
      await wars.advance(war, true);
      return war;
    },
    /** Its time is up, and that of results that come late. */
    over: async (war: string) => {
      await clock.jump(66 * MINUTE_MS);
      await wars.advance(war, true);
      return wars.get(war);
    },
  };
};
export type QuickWars = Awaited<ReturnType<typeof quickWars>>;
