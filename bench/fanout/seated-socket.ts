import { pack } from "msgpackr";
import {
  type CommandInput,
  type CommandName,
  type JoinAnswer,
  joinAnswerSchema,
  MESSAGES,
  PROTOCOL,
} from "../../shared/protocol.ts";
import { openRawSocket, type RawSocket } from "./raw-socket.ts";

/** Codes of Colyseus' protocol 0.18: the first byte of every frame. */
const [JOIN_ROOM, ROOM_DATA, REQUEST, RESPONSE] = [10, 13, 21, 22];
/** `ROOM_DATA` and the type of our frames, as they begin on the wire. */
const FRAME_TYPE = [0xa0 | MESSAGES.frame.length, ...Buffer.from(MESSAGES.frame)];

/** A member's connection at the lowest level that still is one: joined, resumed and live. */
export type SeatedSocket = {
  ask<N extends CommandName>(name: N, input: CommandInput<N>): void;
  close(): void;
};

/** Joins over HTTP, takes the seat and resumes; settles when the seat is live. `onEntries` is called for each frame of entries with its length. */
export const openSeatedSocket = async (
  port: number,
  token: string,
  onEntries: (length: number) => void,
  onClose: () => void,
): Promise<SeatedSocket> => {
  const { seat } = await joinOver(port, token);
  const { promise: joined, resolve: setJoined } = Promise.withResolvers<void>();
  const { promise: live, resolve: setLive, reject } = Promise.withResolvers<void>();
  const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  const socket = await openRawSocket(
    { port, path },
    (bytes, at, length) => {
      const code = bytes[at];
      if (code === ROOM_DATA && FRAME_TYPE.every((byte, index) => bytes[at + 1 + index] === byte)) onEntries(length);
      else if (code === JOIN_ROOM) setJoined();
      else if (code === RESPONSE && bytes[at + 2] === 0) setLive();
      else if (code === RESPONSE) reject(new Error(bytes.toString("latin1", at, at + length)));
    },
    onClose,
  );
  await joined;
  socket.send(Uint8Array.of(JOIN_ROOM));
  ask(socket, "resume", { cursor: { epoch: 0, seq: 0 } });
  await live;
  return { ask: (name, input) => ask(socket, name, input), close: () => socket.close() };
};

/** All with the request id 0: whoever asks here does not wait for his answer. */
const ask = <N extends CommandName>(socket: RawSocket, name: N, input: CommandInput<N>): void =>
  socket.send(Buffer.concat([Uint8Array.of(REQUEST, 0, 0xa0 | name.length), Buffer.from(name), pack(input)]));

const joinOver = async (port: number, token: string): Promise<JoinAnswer> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/join`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ protocol: PROTOCOL }),
  });
  if (!response.ok) throw new Error(`joining was answered ${response.status}: ${await response.text()}`);
  return joinAnswerSchema.parse(await response.json());
};
