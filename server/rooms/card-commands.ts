import { fromMember } from "../../shared/cards/member-card.ts";
import type { Handler } from "./commands.ts";
import type { SeatHouse } from "./house.ts";

/** What members do with cards. */
export const makeCardCommands = ({
  cards,
  spendTap,
}: SeatHouse): { card: Handler<"card">; act: Handler<"act">; close: Handler<"close"> } => ({
  card: async ({ nonce, ...asked }, { visitor, channel }) => {
    const { epoch, seq, at } = await cards.post({
      ...{ channel, author: visitor.player, nonce },
      body: fromMember(asked, Date.now()),
      asked,
    });
    return { epoch, seq, at };
  },

  act: async ({ seq, action, on, nonce }, { visitor, channel }) => {
    spendTap(visitor.player);
    return cards.act({ channel, player: visitor.player, seq, action, on, nonce });
  },

  close: async ({ seq, replay, reason }, { visitor, channel }) =>
    replay === undefined
      ? cards.settle(channel, visitor.player, seq, { close: true, reason })
      : cards.settle(channel, visitor.player, seq, { close: false, result: { replay } }),
});
