import { makeCards } from "../server/card/cards.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { CardBody } from "../shared/card.ts";
import { fromMember, type MemberCard, memberCardSchema } from "../shared/cards/member-card.ts";
import { aGuildChannel, channel, historyLength, nonce } from "./a-guild-channel.ts";

export const anAction = { undo: false, by: "all" as const, webhook: false, closes: false };

const text = (words: string) => ({ "es-419": words, "pt-BR": words, en: words });
/** A card of the studio. */
export const aBody = (more: Partial<CardBody>): CardBody => ({
  ...{ card: "gift", data: { item: 7 }, fallback: text("Un regalo"), actions: [{ ...anAction, id: "take" }] },
  ...more,
});

/** The channel of a guild, and what is done with cards in it. */
export const aCardChannel = async (redis: Redis, people?: string[]) => {
  const guild = await aGuildChannel(redis, people === undefined ? {} : { people });
  const { keys, log } = guild;
  const cards = makeCards({ redis, keys, log }, { historyLength });
  const newest = async (reader = "caro") => log.before(channel, reader, undefined, 200);
  return {
    ...guild,
    ...{ cards, newest },
    /** As a member; the seq. */
    post: async (author: string, asked: MemberCard) => {
      const body = fromMember(memberCardSchema.parse(asked), Date.now());
      return (await cards.post({ channel, author, nonce: nonce(), body })).seq;
    },
    postBySystem: async (body: Partial<CardBody>) =>
      (await cards.post({ channel, nonce: nonce(), body: aBody(body) })).seq,
    act: (player: string, seq: number, action: string, on = true) => cards.act({ channel, player, seq, action, on }),
    markOf: async (seq: number, reader: string) => (await newest(reader)).marks.find((mark) => mark.seq === seq)?.card,
  };
};
