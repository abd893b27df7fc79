import type { Logger } from "pino";
import { type ChannelId, guildOfChannel } from "../../shared/id.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Presence } from "../presence/presence.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Tells Redis which sessions are open in this process. What Redis could not be told is told later, for as long as this process lives: a player who left during an
 * outage would else stay online, and without digests, until it ends.
 */
export type Sessions = {
  begin(visitor: Visitor, channel: ChannelId): void;
  end(visitor: Visitor, channel: ChannelId): void;
  close(): void;
};

/** What Redis is to know of a session, and what it was told last. */
type Wish = { visitor: Visitor; channel: ChannelId; open: boolean; told: boolean | undefined; busy: boolean };

const RETRY_MS = 2_000;

export const makeSessions = (
  { presence, guilds, logger }: { presence: Presence; guilds: Guilds; logger: Logger },
  incarnation: string,
): Sessions => {
  /** Those Redis has not been told of yet. */
  const wishes = new Map<string, Wish>();

  const tell = ({ visitor: { player, session, reading }, channel }: Wish, open: boolean): Promise<unknown> =>
    Promise.all([
      open ? presence.put(player, { session, channel, reading }) : presence.remove(player, session),
      guilds.setSession(guildOfChannel(channel), player, session, open ? incarnation : undefined),
    ]);

  const settle = async (wish: Wish): Promise<void> => {
    if (wish.busy) return;
    wish.busy = true;
    const { channel } = wish;
    const { player, session } = wish.visitor;
    try {
      while (wish.told !== wish.open) {
        const { open } = wish;
        wish.told = undefined;
        await tell(wish, open);
        wish.told = open;
      }
      wishes.delete(session);
    } catch (error) {
      logger.warn({ event: "session-not-told", channel, player, open: wish.open, error: String(error) });
    } finally {
      wish.busy = false;
    }
  };

  const want = (visitor: Visitor, channel: ChannelId, open: boolean): void => {
    const wish = wishes.get(visitor.session) ?? { visitor, channel, open, told: undefined, busy: false };
    wish.open = open;
    wishes.set(visitor.session, wish);
    void settle(wish);
  };

  const timer = setInterval(() => {
    for (const wish of wishes.values()) void settle(wish);
  }, RETRY_MS);

  return {
    begin: (visitor, channel) => want(visitor, channel, true),
    end: (visitor, channel) => want(visitor, channel, false),
    close: () => clearInterval(timer),
  };
};
