import type { z } from "zod";
import { type rewardsSchema, wrongReward } from "../../shared/api/reward.ts";
import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { REWARD_OPERATIONS as OPERATIONS } from "../../shared/operations/rewards.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Offer, Offers } from "../reward/catalogue.ts";
import { orderOf, placeOfOrder } from "../reward/order.ts";
import { bookOf, whyClosed } from "../reward/purchases.ts";
import type { Rewards } from "../reward/rewards.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export type RewardOperationsDeps = { rewards: Rewards; guilds: Pick<Guilds, "guildOf"> };
type Listed = z.infer<typeof rewardsSchema>["rewards"][number];

export const makeRewardOperations = ({ rewards, guilds }: RewardOperationsDeps): Handlers<keyof typeof OPERATIONS> => {
  const { catalogue, purchases, orders, gifts } = rewards;

  /** The catalogue as it is for one player. */
  const forPlayer = async ({ version, now, offers }: Offers, player: PlayerId, caller: Caller) => {
    const guild = await guilds.guildOf(player);
    const shown = offers.filter(({ item }) => item.enabled && (item.until === undefined || now < item.until));
    const [own, shared_] = [shown.filter(({ item }) => item.book === "own"), shown.filter(isGuilds)];
    const buyer = { player, caller };
    const mine = await purchases.may({ book: { player }, ...buyer }, own);
    const ours = guild === undefined ? undefined : await purchases.may({ book: { guild }, ...buyer }, shared_);
    const rows = new Map([
      ...own.map(({ id }, index) => [id, mine.rows[index]] as const),
      ...shared_.map(({ id }, index) => [id, ours?.rows[index] ?? { bought: 0, refused: "no-guild" }] as const),
    ]);
    return {
      version,
      points: { own: mine.points, ...(ours !== undefined && { guild: ours.points }) },
      rewards: shown.map((offer) => {
        const { bought = 0, refused = "" } = rows.get(offer.id) ?? {};
        // Who has never done anything has no points either.
        const against = refused === "player-not-found" ? "points-insufficient" : refused;
        const why = whyClosed(offer.item, now)?.code ?? (offer.left === 0 ? "reward-sold-out" : against);
        return { ...listed(offer), bought, ...(why !== "" && { refused: why }) };
      }),
    };
  };

  /** A player sees his own orders, and those of his guild. */
  const mustSee = async (book: ReturnType<typeof placeOfOrder>["book"], caller: Caller): Promise<void> => {
    if (caller === undefined) return;
    if ("player" in book && !(await orders.playersOf(caller)).includes(book.player))
      throw new GremioError("not-permitted");
    if ("guild" in book && (await guilds.guildOf(caller)) !== book.guild) throw new GremioError("not-member");
  };

  return {
    putReward: does(OPERATIONS.putReward, async ({ reward, ...item }) => {
      const wrong = wrongReward(item);
      if (wrong !== undefined) throw new GremioError("bad-request", { details: [wrong] });
      await catalogue.put(reward, item);
      return {};
    }),
    removeReward: does(OPERATIONS.removeReward, async ({ reward }) => {
      await catalogue.remove(reward);
      return {};
    }),
    listRewards: does(OPERATIONS.listRewards, async ({ player }, caller) => {
      const offers = await catalogue.list();
      const whom = caller ?? player;
      if (whom !== undefined) return forPlayer(offers, whom, caller);
      return { version: offers.version, rewards: offers.offers.map(listed) };
    }),
    purchase: does(OPERATIONS.purchase, async ({ reward, player, guild, ...rest }, caller) => {
      const buyer = himself(player, caller);
      const book = bookOf(buyer, guild);
      const bought = await purchases.buy({ ...rest, reward, book, player: buyer, caller });
      return { ...orderOf(bought.book, rest.key, bought.row), repeated: bought.repeated };
    }),
    getOrder: does(OPERATIONS.getOrder, async ({ order }, caller) => {
      await mustSee(placeOfOrder(order).book, caller);
      return orders.read(order);
    }),
    getPlayerOrders: does(OPERATIONS.getPlayerOrders, async ({ player, limit, before }, caller) => {
      await mustSee({ player }, caller);
      return orders.page({ player }, limit, before);
    }),
    getGuildOrders: does(OPERATIONS.getGuildOrders, async ({ guild, limit, before }, caller) => {
      await mustSee({ guild }, caller);
      return orders.page({ guild }, limit, before);
    }),
    orderDelivered: does(OPERATIONS.orderDelivered, ({ order }) => orders.delivered(order)),
    refundOrder: does(OPERATIONS.refundOrder, ({ order, reason, restock }) => orders.refund(order, reason, restock)),
    dropGift: does(OPERATIONS.dropGift, ({ player, ...gift }, caller) =>
      gifts.drop({ ...gift, player: himself(player, caller), caller }),
    ),
    getGift: does(OPERATIONS.getGift, ({ guild, gift }, caller) => gifts.read(guild, gift, caller)),
    endGift: does(OPERATIONS.endGift, ({ guild, gift }, caller) => gifts.end(guild, gift, { caller })),
  };
};

const isGuilds = ({ item }: Offer): boolean => item.book === "guild";

const listed = ({ id, version, item, left }: Offer): Listed => ({
  id,
  version: Number(version),
  ...item,
  ...(left !== undefined && { left }),
});

/** Who does it: a player does it for himself, the backend for whomever it names. */
const himself = (player: PlayerId | undefined, caller: Caller): PlayerId | undefined => {
  if (caller !== undefined && player !== undefined && player !== caller) throw new GremioError("not-permitted");
  return caller ?? player;
};
