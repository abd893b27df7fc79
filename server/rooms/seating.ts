import { matchMaker } from "@colyseus/core";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, kindOfChannel } from "../../shared/id.ts";
import type { JoinAnswer } from "../../shared/protocol.ts";
import type { Seat } from "./seat.ts";

export const GUILD_ROOM = "guild";
export const TEAM_ROOM = "team";
export const HOME_ROOM = "home";

/** What a room shows: a channel, or none. */
export type Shows = ChannelId | typeof HOME_ROOM;

export type Seating = {
  /**
   * A seat in a room of the channel, in this process: in the first one opened that has a free place, else in a new one. However many ask at once, no room gets more
   * than its seats and none is opened while another has a place. Throws `unavailable` when no room could be opened.
   */
  reserve(channel: Shows, seat: Seat): Promise<JoinAnswer["seat"]>;
};

type Room = NonNullable<ReturnType<typeof matchMaker.getLocalRoomById>>;
type Listing = Awaited<ReturnType<typeof matchMaker.createRoom>>;
type OpenedRoom = { readonly listing: Listing; readonly room: Room };
/** A channel's rooms in the order of their opening, and the one that opens now, for which everyone waits who finds no place. */
type Shown = { rooms: OpenedRoom[]; opening: Promise<void> | undefined };

/** Rooms opened between two looks for channels that have none any more. */
const FORGET_EVERY = 1_000;

/** `seats`: most readers of one room, those included who have a seat and have not taken it yet. */
export const makeSeating = (seats: number): Seating => {
  const channels = new Map<Shows, Shown>();
  let opened = 0;

  const shownOf = (channel: Shows): Shown => {
    const shown = channels.get(channel) ?? { rooms: [], opening: undefined };
    channels.set(channel, shown);
    shown.rooms = shown.rooms.filter(isThere);
    return shown;
  };

  /** Forgets channels whose rooms are gone, so that what is remembered stays as small as what is open. */
  const forgetGone = (): void => {
    for (const [channel, { rooms, opening }] of channels)
      if (opening === undefined && !rooms.some(isThere)) channels.delete(channel);
  };

  const open = async (channel: Shows, shown: Shown): Promise<void> => {
    opened += 1;
    if (opened % FORGET_EVERY === 0) forgetGone();
    try {
      const listing = await matchMaker.createRoom(roomTypeOf(channel), { channel });
      const room = matchMaker.getLocalRoomById(listing.roomId);
      if (room === undefined) throw new Error("the room is gone");
      room.maxClients = seats;
      shown.rooms.push({ listing, room });
    } catch (cause) {
      // Colyseus wraps what went wrong while a room opened; most likely Redis did not answer. Nothing has been done.
      throw new GremioError("unavailable", { cause });
    } finally {
      shown.opening = undefined;
    }
  };

  return {
    reserve: async (channel, seat) => {
      for (;;) {
        const shown = shownOf(channel);
        // A room that is closing, since its last reader has just left, counts as full.
        const free = shown.rooms.find(({ room }) => !room.hasReachedMaxClients());
        if (free === undefined) {
          shown.opening ??= open(channel, shown);
          await shown.opening;
          continue;
        }
        // Looking for a place and taking it happen in one turn of the event loop, so nobody takes it in between.
        const { sessionId, roomId, processId, publicAddress } = await matchMaker.reserveSeatFor(free.listing, {}, seat);
        return {
          name: roomTypeOf(channel),
          sessionId,
          roomId,
          processId: processId ?? matchMaker.processId,
          ...(publicAddress === undefined ? {} : { publicAddress }),
        };
      }
    },
  };
};

const isThere = ({ listing, room }: OpenedRoom): boolean => matchMaker.getLocalRoomById(listing.roomId) === room;

const roomTypeOf = (shows: Shows): string => {
  if (shows === HOME_ROOM) return HOME_ROOM;
  return kindOfChannel(shows) === "team" ? TEAM_ROOM : GUILD_ROOM;
};
