import { firstWar } from "../points/earning/own-events.ts";
import { makeLineUp } from "../pvp/line-up.ts";
import { makeModes } from "../pvp/modes.ts";
import { makeWarQueue } from "../pvp/queue.ts";
import { makeWarSeeking } from "../pvp/seeking.ts";
import { startWarUpkeep, type WarUpkeep } from "../pvp/war-upkeep.ts";
import { makeWars } from "../pvp/wars.ts";
import { readDurability, TAIL_MS } from "../redis/durability.ts";
import type { Base } from "./base.ts";
import type { Points } from "./points.ts";

export type War = ReturnType<typeof makeWar>;

/** Guilds against guilds. */
export const makeWar = ({ config, redis, keys, logger }: Base, { ledger, earning }: Points) => {
  let upkeep: WarUpkeep | undefined;
  const modes = makeModes(redis, keys);
  const lineUp = makeLineUp(redis, keys, { zone: config.warZone });
  const wars = makeWars(
    { redis, keys, logger, ledger, modes, lineUp },
    {
      historyLength: config.historyLength,
      settleMs: async () => TAIL_MS[(await readDurability(redis)).fsync],
      onFought: async (player) => void (await earning.take(firstWar(player))),
      onSoon: (war) => upkeep?.look(war),
    },
  );
  const queue = makeWarQueue(redis, keys);
  const seeking = makeWarSeeking(redis, keys, { queue, modes, lineUp }, { waitMs: config.warSeekMs });
  return {
    ...{ modes, lineUp, wars, queue, seeking },
    startUpkeep: (): WarUpkeep => {
      upkeep = startWarUpkeep(redis, keys, wars, logger);
      return upkeep;
    },
  };
};
