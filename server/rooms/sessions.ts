import type { Logger } from "pino";
import type { ChannelId } from "../../shared/id.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { Presence } from "../presence/presence.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Tells Redis which sessions are open in this process. What Redis could not be told is told later, for as long as this process lives: a player who left during an
 * outage would else stay online, and without digests, until it ends.
 */
export type Sessions = {
  begin(visitor: Visitor, channel: ChannelId | undefined): void;
  /** Settles when the session has begun, and at the latest after so many milliseconds. */
  begun(session: string, withinMs: number): Promise<void>;
  /** Tells what the visitor does now, and that he is still there; of one who has gone meanwhile nothing. */
  renew(visitor: Visitor): Promise<void>;
  /** The visitor has done something himself: told at once when nobody was at his screen before, else at most once a minute. */
  touch(visitor: Visitor): void;
  end(visitor: Visitor, channel: ChannelId | undefined): void;
  /** Tells of all that are open once more, since others took this process for dead and may have swept its sessions away. */
  tellAgain(): Promise<void>;
  close(): void;
};

/** A session of which Redis is to know `wanted`, the last of several revisions, and knows `told`. */
type Wish = {
  readonly visitor: Visitor;
  readonly channel: ChannelId | undefined;
  open: boolean;
  /** What his channel shows of him is to be told, too. */
  shows: boolean;
  wanted: number;
  told: number;
  telling: Promise<void> | undefined;
};

const RETRY_MS = 2_000;
/** Well below the time without a sign after which a screen counts as idle. */
const TOUCH_MS = 60_000;
/** Sessions told of again at once, so that Redis has time for others. */
const AGAIN_AT_ONCE = 100;

export const makeSessions = (
  { presence, rosters, logger }: { presence: Presence; rosters: Rosters; logger: Logger },
  incarnation: string,
): Sessions => {
  const open = new Map<string, { visitor: Visitor; channel: ChannelId | undefined }>();
  /** Those Redis has not been told of yet. */
  const wishes = new Map<string, Wish>();

  const awaited = new Map<string, () => void>();

  const begin = async (visitor: Visitor, channel: ChannelId | undefined, shows: boolean): Promise<void> => {
    const { player, session, looksAt, matchUntil, activeAt, idle } = visitor;
    const show = async (): Promise<void> => {
      const until = Math.max(matchUntil, visitor.toldMatchUntil);
      if (channel !== undefined) await rosters.setSession(channel, player, session, incarnation, until);
    };
    const shown = visitor.toldMatchUntil;
    const looks = { channel: looksAt ?? channel ?? "", reading: looksAt !== undefined } as const;
    const is = { session, ...looks, matchUntil, activeAt, idle };
    const [told] = await Promise.all([presence.put(player, is), shows ? show() : undefined]);
    visitor.toldActiveAt = activeAt;
    if (told === shown) return;
    visitor.toldMatchUntil = told;
    await show();
  };

  const tell = ({ visitor, channel, open: isOpen, shows }: Wish): Promise<unknown> => {
    if (isOpen) return begin(visitor, channel, shows);
    const { player, session } = visitor;
    return Promise.all([
      presence.remove(player, session),
      channel === undefined ? undefined : rosters.setSession(channel, player, session, undefined),
    ]);
  };

  /** One session is told of by one call at a time, so that its end is never overtaken. */
  const tellUntilKnown = async (wish: Wish): Promise<void> => {
    const { channel, visitor } = wish;
    try {
      while (wish.told !== wish.wanted) {
        const revision = wish.wanted;
        await tell(wish);
        wish.told = revision;
      }
      wishes.delete(visitor.session);
    } catch (error) {
      const { player } = visitor;
      logger.warn({ event: "session-not-told", channel, player, open: wish.open, error: String(error) });
    } finally {
      wish.telling = undefined;
    }
  };

  const settle = (wish: Wish): Promise<void> => {
    wish.telling ??= tellUntilKnown(wish);
    return wish.telling;
  };

  const want = (visitor: Visitor, channel: ChannelId | undefined, isOpen: boolean, shows = true): Promise<void> => {
    const known = { visitor, channel, open: isOpen, shows, wanted: 0, told: 0, telling: undefined };
    const wish: Wish = wishes.get(visitor.session) ?? known;
    wish.open = isOpen;
    wish.shows ||= shows;
    wish.wanted += 1;
    wishes.set(visitor.session, wish);
    return settle(wish);
  };

  const wantAgain = async (session: string, shows = true): Promise<void> => {
    const held = open.get(session);
    if (held !== undefined) await want(held.visitor, held.channel, true, shows);
  };

  const timer = setInterval(() => {
    for (const wish of wishes.values()) void settle(wish);
  }, RETRY_MS);

  return {
    begin: (visitor, channel) => {
      open.set(visitor.session, { visitor, channel });
      awaited.get(visitor.session)?.();
      void want(visitor, channel, true);
    },
    end: (visitor, channel) => {
      open.delete(visitor.session);
      void want(visitor, channel, false);
    },
    begun: async (session, withinMs) => {
      if (open.has(session)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      awaited.set(session, resolve);
      await promise;
      clearTimeout(timer);
      awaited.delete(session);
    },
    renew: (visitor) => wantAgain(visitor.session),
    touch: (visitor) => {
      const wasIdle = visitor.idle;
      visitor.activeAt = Date.now();
      visitor.idle = false;
      if (!wasIdle && visitor.activeAt - visitor.toldActiveAt < TOUCH_MS) return;
      visitor.toldActiveAt = visitor.activeAt;
      void wantAgain(visitor.session, false);
    },
    tellAgain: async () => {
      const sessions = [...open.keys()];
      while (sessions.length > 0)
        await Promise.all(sessions.splice(0, AGAIN_AT_ONCE).map((session) => wantAgain(session)));
    },
    close: () => {
      clearInterval(timer);
      for (const end of awaited.values()) end();
    },
  };
};
