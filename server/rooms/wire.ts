import { getMessageBytes, Protocol } from "@colyseus/core";

/** How a message to a client is written: all of a Colyseus message. */
export type Wire = (type: string | number, payload: unknown) => Uint8Array;

/** In rooms of our own, where every type is ours. */
export const ownWire: Wire = (type, payload) => getMessageBytes.raw(Protocol.ROOM_DATA, type, payload);

/** In a room of somebody else's: all that is ours comes under one type, as `[type, payload]`, so that it meets none of the room's own. */
export const wireUnder =
  (name: string): Wire =>
  (type, payload) =>
    getMessageBytes.raw(Protocol.ROOM_DATA, name, [type, payload]);
