import type { CommandAnswer } from "../../shared/commands.ts";
import type { Cursor } from "../../shared/cursor.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Turn } from "./admission.ts";
import type { Handler, HomeHandler } from "./commands.ts";
import type { Following } from "./followings.ts";
import type { SeatHouse } from "./house.ts";
import { toPage } from "./page.ts";
import { refusalFor } from "./refusal.ts";
import type { Visitor } from "./visitor.ts";

type FollowCommand = "channels" | "follow" | "unfollow" | "people";
type Answer = CommandAnswer<"follow">["channels"][number];

/**
 * Entries of one answer, of all its channels together, so that no line has to swallow more at once than it can within a request; `more` leads on. Of many channels each
 * still gives its newest.
 */
const MOST_TOGETHER = 400;
const FEWEST_EACH = 20;

/** How many commands a request to follow is worth: it is some reads of the log. */
export const followCost = (channels: number): number => Math.max(1, Math.ceil(channels / 4));

const NOBODY: ReadonlySet<number> = new Set();

/** What a player asks about channels other than the one his room is for. */
export const makeFollowCommands = (
  house: SeatHouse,
): { [N in Exclude<FollowCommand, "people">]: HomeHandler<N> } & { people: Handler<"people"> } => {
  const { followings, admission, home, rosters, origin, logger } = house;

  const followingOf = async (visitor: Visitor, channel: ChannelId): Promise<Following> => {
    const known = visitor.followed.get(channel);
    if (known !== undefined) return known;
    const following = await followings.follow(channel, visitor);
    if (visitor.ended) {
      following.stop();
      throw new GremioError("unavailable");
    }
    visitor.followed.set(channel, following);
    return following;
  };

  const followOne = async (
    visitor: Visitor,
    channel: ChannelId,
    cursor: Cursor,
    { turn, limit }: { turn: Turn; limit: number },
  ): Promise<Answer> => {
    try {
      const { ref, page } = await admission.admit(
        turn,
        async () => {
          const following = await followingOf(visitor, channel);
          return { ref: following.ref, page: await following.resume(cursor, limit) };
        },
        () => visitor.ended,
      );
      return { channel, ref, page: await toPage(channel, page, origin, NOBODY, rosters) };
    } catch (error) {
      visitor.followed.get(channel)?.stop();
      visitor.followed.delete(channel);
      // Nothing is thrown: while the others are still under way no other command may begin.
      return { channel, refusal: refusalFor(error, logger, { command: "follow", channel, player: visitor.player }) };
    }
  };

  return {
    channels: async (_request, { visitor }) => ({ channels: await home.channels(visitor.player) }),

    follow: async ({ channels }, { visitor, own }) => {
      const cursors = new Map(channels.map(({ channel, cursor }) => [channel, cursor]));
      // The room's own channel is resumed, not followed: it would come twice.
      if (own !== undefined && cursors.has(own))
        throw new GremioError("bad-request", { details: [`channels: ${own} is the room's own`] });
      const limit = Math.max(FEWEST_EACH, Math.min(LIMITS.pageEntries, Math.floor(MOST_TOGETHER / cursors.size)));
      // A client at home asks first for what is looked at, and says so only when it has it.
      const open =
        visitor.looksAt ?? (own === undefined && visitor.followed.size === 0 ? channels[0]?.channel : undefined);
      return {
        channels: await Promise.all(
          [...cursors].map(([channel, cursor]) =>
            followOne(visitor, channel, cursor, { turn: channel === open ? "resume" : "follow", limit }),
          ),
        ),
      };
    },

    unfollow: async ({ channels }, { visitor }) => {
      for (const channel of channels) {
        visitor.followed.get(channel)?.stop();
        visitor.followed.delete(channel);
      }
      return {};
    },

    people: async ({ numbers }, { visitor, channel }) => {
      await house.reads.numberOf(channel, visitor.player);
      return { people: await rosters.people(channel, numbers) };
    },
  };
};
