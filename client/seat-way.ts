import type { ChannelId } from "../shared/id.ts";
import type { Clock } from "./clock.ts";
import { join } from "./join.ts";
import { openLine } from "./open-line.ts";
import { keepTokenFresh } from "./token-renewal.ts";
import type { Way } from "./way.ts";

export type SeatWayOptions = {
  url: URL;
  /** Left out: the player's own guild, at the time of the first joining. */
  channel: ChannelId | undefined;
  /** A seat at the player's guild or, when he has none, of no channel. */
  home: boolean;
  /** A token of the player's; `fresh` asks for a new one, since the last is about to end or was refused. */
  getToken(fresh: boolean): Promise<string>;
  clock: Clock;
};

/** Joins over HTTP with the player's token, and takes the seat. */
export const seatWay = ({ url, channel, home, getToken, clock }: SeatWayOptions): Way => {
  let place = channel;
  return {
    begin: async (fresh) => {
      const answer = await join(url, await getToken(fresh), home ? { home } : { channel: place });
      if (!home) place = answer.channel;
      return {
        opening: answer,
        open: async (listener) => {
          const line = await openLine(url, answer.seat, listener, clock);
          return { line, stop: keepTokenFresh(line, answer.tokenExpiresAtMs, { getToken, clock }).stop };
        },
      };
    },
  };
};
