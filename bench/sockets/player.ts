import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { joinAnswerSchema, MESSAGES, PROTOCOL } from "../../shared/protocol.ts";
import { openColyseusSocket, type ReservedSeat } from "../fanout/colyseus-socket.ts";
import type { OnFrame } from "../fanout/raw-socket.ts";
import { CHAT } from "../plain-colyseus/chat.ts";
import { post } from "../resume/post.ts";
import type { PlayerOrder } from "./orders.ts";

export type Listener = { onFrame(bytes: number, messages: number): void; onRefused(): void; onClose(): void };
/** A player with all his connections. `channels`: where he may speak. */
export type Player = { readonly channels: readonly string[]; say(channel: string, text: string): void };

const ROOM_DATA = 13;
const [OWN, FOLLOWED] = [MESSAGES.frame, MESSAGES.followedFrame];
const seatSchema = z.object({ sessionId: z.string(), roomId: z.string(), processId: z.string() });
const followedSchema = z.tuple([z.int(), z.unknown()]);
const followAnswerSchema = z.object({ channels: z.array(z.object({ ref: z.int() })) });
const START = { epoch: 0, seq: 0 };

const textsIn = (frame: unknown): number => decodeFrame(frame, 0)?.filter(({ kind }) => kind === "text").length ?? 0;

/** Messages in a frame of ours: of the seat's own channel, or of one that is followed. */
const messagesIn = (bytes: Buffer): number => {
  if (bytes[0] !== ROOM_DATA) return 0;
  if (bytes[1] === OWN) return textsIn(unpack(bytes.subarray(2)));
  return bytes[1] === FOLLOWED ? textsIn(followedSchema.parse(unpack(bytes.subarray(2)))[1]) : 0;
};

const seatIn = async (port: number, path: string, body: object, headers = {}): Promise<unknown> => {
  const { status, body: answer } = await post(port, path, body, headers);
  if (status !== 200) throw new Error(`joining was answered ${status}: ${JSON.stringify(answer)}`);
  return answer;
};

const openSocket = (port: number, seat: ReservedSeat, dataType: string | number, onAny: OnFrame, listener: Listener) =>
  openColyseusSocket(port, seat, { dataType, onAny, onData: () => {}, onClose: listener.onClose });
type Socket = Awaited<ReturnType<typeof openSocket>>;

const answerOf = (socket: Socket, command: string, input: object): Promise<unknown> =>
  new Promise((resolve, reject) =>
    socket.ask(command, input, (ok, bytes, at, length) => {
      const answer: unknown = unpack(bytes.subarray(at + 3, at + length));
      if (ok) resolve(answer);
      else reject(new Error(`${command} was refused: ${JSON.stringify(answer)}`));
    }),
  );

/** Settles when he is live everywhere. */
export const openPlayer = async (port: number, order: PlayerOrder, listener: Listener): Promise<Player> => {
  const sockets = new Map<string, Socket>();
  if ("rooms" in order) {
    const onAny: OnFrame = (bytes, at, _length, frameLength) =>
      listener.onFrame(frameLength, bytes[at] === ROOM_DATA ? 1 : 0);
    for (const options of order.rooms) {
      const seat = seatSchema.parse(await seatIn(port, "/matchmake/joinOrCreate/guild", options));
      sockets.set(options.room, await openSocket(port, seat, CHAT, onAny, listener));
    }
    return {
      channels: [...sockets.keys()],
      say: (channel, text) => sockets.get(channel)?.ask(CHAT, text, (ok) => (ok ? undefined : listener.onRefused())),
    };
  }
  const onAny: OnFrame = (bytes, at, length, frameLength) =>
    listener.onFrame(frameLength, messagesIn(bytes.subarray(at, at + length)));
  const { guild, second, follow, token } = order;
  for (const channel of second === undefined ? [guild] : [guild, second]) {
    const asked = { protocol: PROTOCOL, channel };
    const { seat } = joinAnswerSchema.parse(
      await seatIn(port, "/v1/join", asked, { authorization: `Bearer ${token}` }),
    );
    const socket = await openSocket(port, seat, OWN, onAny, listener);
    await answerOf(socket, "resume", { cursor: START });
    sockets.set(channel, socket);
  }
  const home = sockets.get(guild);
  if (home === undefined) throw new Error("no connection");
  const channels = follow.map((channel) => ({ channel, cursor: START }));
  followAnswerSchema.parse(await answerOf(home, "follow", { channels }));
  return {
    channels: [...sockets.keys(), ...follow],
    say: (channel, text) => {
      const input = { nonce: randomUUID(), text, ...(sockets.has(channel) ? {} : { channel }) };
      (sockets.get(channel) ?? home).ask("send", input, (ok) => (ok ? undefined : listener.onRefused()));
    },
  };
};
