import { join } from "node:path";
import { makeLinks } from "../link/link.ts";
import { folderArchive } from "../points/archive-folder.ts";
import { startEarning } from "../points/earning/start-earning.ts";
import { makeLedger } from "../points/ledger.ts";
import { makeRanking } from "../ranking/ranking.ts";
import { startRanking } from "../ranking/start-ranking.ts";
import { makeRewards } from "../reward/rewards.ts";
import { makeSeasons } from "../season/seasons.ts";
import type { Base } from "./base.ts";
import type { People } from "./people.ts";

export type Points = Awaited<ReturnType<typeof makePoints>>;

/** Books of points: how they are earned, spent, ranked, and go from a guest to an account. */
export const makePoints = async ({ config, redis, keys, logger }: Base, { guilds, players, groups }: People) => {
  const { historyLength } = config;
  const { folder } = config.ledger;
  const archive = folder === undefined ? undefined : folderArchive(join(folder, config.redis.namespace));
  const ledger = makeLedger(redis, keys, archive);
  const earning = await startEarning({ redis, keys, guilds, players }, config.earning, logger);
  const seasons = makeSeasons(redis, keys);
  const rankings = startRanking(redis, keys, logger);
  return {
    ...{ archive, ledger, earning, seasons, rankings },
    ranking: makeRanking(redis, keys, seasons),
    rewards: makeRewards(redis, keys, guilds, { historyLength }),
    links: makeLinks(redis, keys, { players, groups, ledger }, { historyLength }),
    close: () => {
      earning.close();
      rankings.close();
    },
  };
};
