import { pack } from "msgpackr";
import { type OnFrame, openRawSocket, type RawSocket } from "./raw-socket.ts";

/** Codes of Colyseus' protocol 0.18: the first byte of every frame. */
const [JOIN_ROOM, ROOM_DATA, STATE, PATCH, REQUEST, RESPONSE] = [10, 13, 14, 15, 21, 22];
/** Ids of requests take one byte of their varint; so many can be under way. */
const REQUEST_IDS = 128;

/** A seat in a Colyseus room, as matchmaking answers. */
export type ReservedSeat = { sessionId: string; roomId: string; processId: string };

/** The answer to a request: the whole frame's payload, of which the first three bytes are code, id and status. */
export type OnAnswer = (ok: boolean, bytes: Buffer, at: number, length: number) => void;

/** A connection to a Colyseus room at the lowest level that still is one. */
export type ColyseusSocket = {
  ask(type: string, payload: unknown, onAnswer?: OnAnswer): void;
  close(): void;
};

/** `onData` gets the messages of type `dataType`; all else the room sends by itself is passed over. */
export type RoomListener = {
  dataType: string | number;
  onData: OnFrame;
  onState?: OnFrame;
  /** Gets every frame, before the others. */
  onAny?: OnFrame;
  onClose: () => void;
};

/** Settles when the room has accepted the seat. */
export const openColyseusSocket = async (
  port: number,
  { processId, roomId, sessionId }: ReservedSeat,
  { dataType, onData, onState, onAny, onClose }: RoomListener,
): Promise<ColyseusSocket> => {
  const { promise: joined, resolve: setJoined, reject: setClosed } = Promise.withResolvers<void>();
  // One that is closed before it was open is told of by `openRawSocket`.
  joined.catch(() => {});
  const type = Buffer.from(
    typeof dataType === "number" ? [dataType] : [0xa0 | dataType.length, ...Buffer.from(dataType)],
  );
  const waiting: (OnAnswer | undefined)[] = [];
  const socket = await openRawSocket(
    { port, path: `/${processId}/${roomId}?sessionId=${sessionId}` },
    (bytes, at, length, frameLength) => {
      onAny?.(bytes, at, length, frameLength);
      const code = bytes[at];
      if (code === ROOM_DATA) {
        if (type.compare(bytes, at + 1, at + 1 + type.length) === 0) onData(bytes, at, length, frameLength);
      } else if (code === RESPONSE) waiting[bytes[at + 1] ?? 0]?.(bytes[at + 2] === 0, bytes, at, length);
      else if (code === STATE || code === PATCH) onState?.(bytes, at, length, frameLength);
      else if (code === JOIN_ROOM) setJoined();
    },
    () => {
      setClosed(new Error("closed before the room had accepted"));
      onClose();
    },
  );
  await joined;
  socket.send(Uint8Array.of(JOIN_ROOM));
  let asked = 0;
  return {
    ask: (name, payload, onAnswer) => {
      const id = asked++ % REQUEST_IDS;
      waiting[id] = onAnswer;
      sendRequest(socket, id, name, payload);
    },
    close: () => socket.close(),
  };
};

const sendRequest = (socket: RawSocket, id: number, name: string, payload: unknown): void =>
  socket.send(Buffer.concat([Uint8Array.of(REQUEST, id, 0xa0 | name.length), Buffer.from(name), pack(payload)]));
