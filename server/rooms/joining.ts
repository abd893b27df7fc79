import { matchMaker } from "@colyseus/core";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, guildChannel } from "../../shared/id.ts";
import { type JoinAnswer, type JoinRequest, negotiate } from "../../shared/protocol.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { Players } from "../player/players.ts";
import type { Seat } from "./seat.ts";

export const GUILD_ROOM = "guild";

/** Rooms opened between two looks for those that are gone. */
const FORGET_EVERY = 1_000;

export type Joining = {
  /**
   * A seat for the bearer of a token in his guild's channel. Everything is checked before the seat is reserved; the token's profile is taken over. Throws
   * `token-invalid`, `token-expired`, `upgrade-required`, `no-guild`, `not-member`.
   */
  join(token: string, request: JoinRequest): Promise<JoinAnswer>;
};

type RoomListing = Awaited<ReturnType<typeof matchMaker.createRoom>>;

/** Joining takes place in this process: any process can show any channel, so the one the player has reached seats him. */
export const makeJoining = (house: {
  verifyToken: VerifyToken;
  players: Players;
  guilds: Guilds;
  origin: number;
}): Joining => {
  const rooms = new Map<ChannelId, Promise<RoomListing>>();
  let opened = 0;

  /** Forgets rooms that are gone, so that what is remembered stays as small as what is open. */
  const forgetGone = (): void => {
    for (const [channel, open] of rooms)
      void open.then(
        ({ roomId }) => {
          if (matchMaker.getLocalRoomById(roomId) === undefined && rooms.get(channel) === open) rooms.delete(channel);
        },
        () => undefined,
      );
  };

  const roomOf = (channel: ChannelId): Promise<RoomListing> => {
    const known = rooms.get(channel);
    if (known !== undefined) return known;
    opened += 1;
    if (opened % FORGET_EVERY === 0) forgetGone();
    const open = matchMaker.createRoom(GUILD_ROOM, { channel });
    rooms.set(channel, open);
    open.catch(() => rooms.delete(channel));
    return open;
  };

  /** The room may be disposing, since its last reader has just left; then another one is opened. */
  const reserve = async (channel: ChannelId, seat: Seat): Promise<JoinAnswer["seat"]> => {
    for (let tries = 1; ; tries++) {
      const open = roomOf(channel);
      // Colyseus wraps what went wrong while a room opened; most likely Redis did not answer. Nothing has been done.
      const listing = await open.catch((cause: unknown) => {
        throw new GremioError("unavailable", { cause });
      });
      try {
        if (matchMaker.getLocalRoomById(listing.roomId) === undefined) throw new Error("the room is gone");
        const { sessionId, roomId, processId, publicAddress } = await matchMaker.reserveSeatFor(listing, {}, seat);
        return {
          name: GUILD_ROOM,
          sessionId,
          roomId,
          processId: processId ?? matchMaker.processId,
          ...(publicAddress === undefined ? {} : { publicAddress }),
        };
      } catch (error) {
        if (rooms.get(channel) === open) rooms.delete(channel);
        if (tries === 3) throw error;
      }
    }
  };

  return {
    join: async (token, request) => {
      const identity = await house.verifyToken(token);
      const protocol = negotiate(request.protocol);
      if (protocol === undefined) throw new GremioError("upgrade-required");
      const { player, expiresAtMs } = identity;
      await house.players.meet(identity);
      const membership = await house.guilds.membershipOf(player);
      if (membership === undefined) throw new GremioError("no-guild");
      const channel = guildChannel(membership.guild);
      if (request.channel !== undefined && request.channel !== channel) throw new GremioError("not-member");
      const seat = await reserve(channel, {
        player,
        number: membership.number,
        tokenExpiresAtMs: expiresAtMs,
        protocol,
      });
      return { protocol, channel, player, origin: house.origin, tokenExpiresAtMs: expiresAtMs, seat };
    },
  };
};
