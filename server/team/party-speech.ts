import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Cards } from "../card/cards.ts";
import type { Changes } from "../channel/changes.ts";
import type { Log } from "../channel/log.ts";
import type { SendSignal } from "../channel/signals.ts";
import type { PartyOf } from "./party-of.ts";

type Speech = { changes: Changes; cards: Cards; sendSignal: SendSignal };

/**
 * The same ways to write, where whoever is not of a party's guild or circle any more is refused with `not-member`, though he may not have been put out of the party yet.
 * What was written before is still acknowledged under its nonce. Costs a reading of a field in parties, and nothing elsewhere.
 */
export const partyLog = (log: Log, { belongs }: Pick<PartyOf, "belongs">): Log => ({
  ...log,
  append: async (entry) => {
    const isIn = entry.author === undefined || (await belongs(entry.channel, entry.author));
    return log.append(isIn ? entry : { ...entry, refused: new GremioError("not-member") });
  },
});

export const partyChanges = ({ changes, cards, sendSignal }: Speech, { belongs }: Pick<PartyOf, "belongs">): Speech => {
  const mustBelong = async (channel: ChannelId, player: PlayerId | undefined): Promise<void> => {
    if (player !== undefined && !(await belongs(channel, player))) throw new GremioError("not-member");
  };
  return {
    changes: {
      ...changes,
      edit: async (change) => {
        await mustBelong(change.channel, change.author);
        return changes.edit(change);
      },
      delete: async (change) => {
        await mustBelong(change.channel, change.player);
        return changes.delete(change);
      },
      pin: async (change) => {
        await mustBelong(change.channel, change.player);
        return changes.pin(change);
      },
      react: async (channel, player, ...rest) => {
        await mustBelong(channel, player);
        return changes.react(channel, player, ...rest);
      },
    },
    cards: {
      ...cards,
      act: async (tap) => {
        await mustBelong(tap.channel, tap.player);
        return cards.act(tap);
      },
      settle: async (channel, player, ...rest) => {
        await mustBelong(channel, player);
        return cards.settle(channel, player, ...rest);
      },
    },
    sendSignal: async (channel, player, signal) => {
      await mustBelong(channel, player);
      return sendSignal(channel, player, signal);
    },
  };
};
