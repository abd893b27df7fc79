import { GremioError } from "../../shared/errors.ts";
import { POINTS_OPERATIONS } from "../../shared/operations/points.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Book, Ledger } from "../points/ledger.ts";
import { does, type Handlers } from "./does.ts";

export type PointsOperationsDeps = { ledger: Ledger; guilds: Pick<Guilds, "guildOf"> };

export const makePointsOperations = ({
  ledger,
  guilds,
}: PointsOperationsDeps): Handlers<keyof typeof POINTS_OPERATIONS> => {
  const page = async (book: Book, limit: number, before: string | undefined) => {
    const { entries, next = null } = await ledger.page(book, limit, before);
    return { entries, next };
  };
  const { getGuildEntries, getPlayerEntries, reverseGuildPoints, reversePlayerPoints } = POINTS_OPERATIONS;

  return {
    getGuildEntries: does(getGuildEntries, async ({ guild, limit, before }, caller) => {
      if (caller !== undefined && (await guilds.guildOf(caller)) !== guild) throw new GremioError("not-member");
      return page({ guild }, limit, before);
    }),

    getPlayerEntries: does(getPlayerEntries, async ({ player, limit, before }, caller) => {
      if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
      return page({ player }, limit, before);
    }),

    reverseGuildPoints: does(reverseGuildPoints, async ({ guild, ...reversal }) =>
      ledger.reverse({ book: { guild }, ...reversal }),
    ),

    reversePlayerPoints: does(reversePlayerPoints, async ({ player, ...reversal }) =>
      ledger.reverse({ book: { player }, ...reversal }),
    ),
  };
};
