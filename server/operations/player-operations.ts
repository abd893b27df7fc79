import { PLAYER_OPERATIONS } from "../../shared/operations/players.ts";
import type { Links } from "../link/link.ts";
import { does, type Handlers } from "./does.ts";

export const makePlayerOperations = (links: Pick<Links, "link">): Handlers<keyof typeof PLAYER_OPERATIONS> => ({
  linkPlayer: does(PLAYER_OPERATIONS.linkPlayer, async ({ player, account }) => {
    const { guild = null, balance } = await links.link(player, account);
    return { account, guild, balance };
  }),
});
