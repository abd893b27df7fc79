import { makePresets } from "../channel/circle-presets.ts";
import { makeCircles } from "../channel/circles.ts";
import { makeGroups } from "../channel/groups.ts";
import { makeEnterCircle } from "../channel/preset-family.ts";
import { makeRosters } from "../channel/rosters.ts";
import { startDirectory } from "../directory/start-directory.ts";
import { makeGuildLife } from "../guild/guild-life.ts";
import { makeGuilds } from "../guild/guilds.ts";
import { makeGuildJoining } from "../guild/joining.ts";
import { makeHome } from "../home/home.ts";
import { makeBlocks } from "../moderation/blocks.ts";
import { makePlayers } from "../player/players.ts";
import type { Leases } from "../presence/lease.ts";
import type { Base } from "./base.ts";
import type { Speech } from "./speech.ts";

export type People = Awaited<ReturnType<typeof makePeople>>;

/** Players, and where they belong. */
export const makePeople = async (base: Base, { cards, reads }: Speech, leases: Leases) => {
  const { config, redis, keys, logger } = base;
  const { historyLength } = config;
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, {
    ...{ historyLength, capacity: config.guildCapacity, joinMode: config.guildJoinMode, rejoinMs: config.rejoinMs },
    foundedEach: config.guildsFounded,
  });
  const joining = makeGuildJoining({ redis, keys, players, historyLength });
  const groups = makeGroups(redis, keys, players, { historyLength });
  const circles = makeCircles(redis, keys, groups, { historyLength });
  await makePresets(circles, config.circlePresets);
  const enterCircle = makeEnterCircle({ redis, keys, circles, groups }, config.circlePresets);
  const directory = startDirectory(
    {
      ...{ redis, keys, players, guilds, cards, join: joining.joinOpen, request: joining.joinOrAsk },
      standing: { membershipOf: guilds.membershipOf, asked: joining.doors.asked, wayIn: joining.wayIn },
    },
    logger,
  );
  const life = makeGuildLife(redis, keys, leases, { historyLength, ...config.guildLife });
  return {
    ...{ players, guilds, joining, groups, circles, enterCircle, directory, life },
    blocks: makeBlocks(redis, keys),
    rosters: makeRosters(redis, keys),
    home: makeHome({ guilds, groups, reads }),
    close: () => directory.close(),
  };
};
