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
  /** Tells of all that are open once more, since others took this process for dead and may have swept its sessions away. */
  tellAgain(): Promise<void>;
  close(): void;
};

/** What Redis is to know of a session, and what it was told last. */
type Wish = { visitor: Visitor; channel: ChannelId; open: boolean; told: boolean | undefined; busy: boolean };

const RETRY_MS = 2_000;
/** Sessions told of again at once, so that Redis has time for others. */
const AGAIN_AT_ONCE = 100;

export const makeSessions = (
  { presence, guilds, logger }: { presence: Presence; guilds: Guilds; logger: Logger },
  incarnation: string,
): Sessions => {
  const open = new Map<string, { visitor: Visitor; channel: ChannelId }>();
  /** Those Redis has not been told of yet. */
  const wishes = new Map<string, Wish>();

  const tell = ({ visitor: { player, session, reading }, channel }: Wish, isOpen: boolean): Promise<unknown> =>
    Promise.all([
      isOpen ? presence.put(player, { session, channel, reading }) : presence.remove(player, session),
      guilds.setSession(guildOfChannel(channel), player, session, isOpen ? incarnation : undefined),
    ]);

  const settle = async (wish: Wish): Promise<void> => {
    if (wish.busy) return;
    wish.busy = true;
    const { channel } = wish;
    const { player, session } = wish.visitor;
    try {
      while (wish.told !== wish.open) {
        const isOpen = wish.open;
        wish.told = undefined;
        await tell(wish, isOpen);
        wish.told = isOpen;
      }
      wishes.delete(session);
    } catch (error) {
      logger.warn({ event: "session-not-told", channel, player, open: wish.open, error: String(error) });
    } finally {
      wish.busy = false;
    }
  };

  const want = (visitor: Visitor, channel: ChannelId, isOpen: boolean): Promise<void> => {
    const wish = wishes.get(visitor.session) ?? { visitor, channel, open: isOpen, told: undefined, busy: false };
    wish.open = isOpen;
    wishes.set(visitor.session, wish);
    return settle(wish);
  };

  const timer = setInterval(() => {
    for (const wish of wishes.values()) void settle(wish);
  }, RETRY_MS);

  return {
    begin: (visitor, channel) => {
      open.set(visitor.session, { visitor, channel });
      void want(visitor, channel, true);
    },
    end: (visitor, channel) => {
      open.delete(visitor.session);
      void want(visitor, channel, false);
    },
    tellAgain: async () => {
      const sessions = [...open.keys()];
      while (sessions.length > 0)
        await Promise.all(
          sessions.splice(0, AGAIN_AT_ONCE).map((session) => {
            const held = open.get(session);
            return held && want(held.visitor, held.channel, true);
          }),
        );
    },
    close: () => clearInterval(timer),
  };
};
