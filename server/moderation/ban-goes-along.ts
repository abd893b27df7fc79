import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Ask } from "../redis/ask.ts";
import { asText } from "../redis/reply.ts";

/** Has a ban go along when the player becomes an account, or has become one; after the ban, so that only who may ban has it noted. Whoever dies before asks for the ban again. */
export const banGoesAlong = async (ask: Ask, channel: ChannelId, player: PlayerId): Promise<void> => {
  const [account] = await ask("player_been", `player:${player}`, [channel]);
  if (asText(account) !== "") await ask("link_former", channel, [player, asText(account)]);
};
