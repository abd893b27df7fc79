import { startSweeping } from "../channel/sweep.ts";
import { startFriends } from "../guild/friends.ts";
import { startLinkUpkeep } from "../link/link-upkeep.ts";
import { type Purges, startPurging } from "../moderation/purges.ts";
import { startReportUpkeep } from "../moderation/report-upkeep.ts";
import { friendStayed } from "../points/earning/own-events.ts";
import { startUpkeep as startBooksUpkeep } from "../points/upkeep.ts";
import { startMatching } from "../pvp/match-upkeep.ts";
import { startRewardUpkeep } from "../reward/upkeep.ts";
import { startSeasons } from "../season/start-seasons.ts";
import type { MakeTeams } from "../team/make-teams.ts";
import type { Base } from "./base.ts";
import type { People } from "./people.ts";
import type { Points } from "./points.ts";
import type { War } from "./war.ts";

/** What any process does for all from time to time: it ends what others began and left, and what is due. */
export const startUpkeep = (
  { config, redis, keys, logger, warn }: Base,
  { people, points, war, team }: { people: People; points: Points; war: War; team: Pick<MakeTeams, "startUpkeep"> },
  purges: Purges,
): { close(): void } => {
  const { life } = people;
  const { archive, earning, seasons, rewards, links } = points;
  const folding = archive === undefined ? undefined : { archive, keep: config.ledger.keep };
  const parts = [
    life.startUpkeep(logger),
    startBooksUpkeep(redis, keys, logger, { folding }),
    startSeasons(redis, keys, seasons, logger, { historyLength: config.historyLength }),
    startFriends(redis, keys, logger, {
      onFriendStayed: async ({ inviter, friend }) => void (await earning.take(friendStayed(inviter, friend))),
    }),
    startRewardUpkeep({ ...rewards, logger }),
    startLinkUpkeep(links, logger),
    team.startUpkeep(logger),
    startSweeping(redis, keys, logger, { historyMs: config.historyMs }),
    startReportUpkeep(redis, keys, logger, { waitMs: config.reportWaitMs }),
    war.startUpkeep(),
    startMatching(redis, keys, { ...war, pair: war.wars.pair }, logger, { historyLength: config.historyLength }),
    startPurging(purges, warn("purge-failed")),
  ];
  return {
    close: () => {
      for (const { close } of parts) close();
    },
  };
};
