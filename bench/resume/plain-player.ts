import { unpack } from "msgpackr";
import { z } from "zod";
import { type ColyseusSocket, openColyseusSocket } from "../fanout/colyseus-socket.ts";
import { CHAT, chatSchema, type JoinOptions } from "../plain-colyseus/chat.ts";
import { post } from "./post.ts";
import { keepComing, type Returner } from "./returner.ts";

const seatSchema = z.object({ sessionId: z.string(), roomId: z.string(), processId: z.string() });
const CHAT_AT = 2 + CHAT.length;

type PlainPlayer = Returner & {
  say(text: string): Promise<void>;
  /** Texts that came, in their order, since they were last taken. */
  takeHeard(): string[];
};

/** A player of the plain server, which keeps nothing for him while he is away. */
export const makePlainPlayer = (port: number, options: JoinOptions): PlainPlayer => {
  let socket: ColyseusSocket | undefined;
  let heard: string[] = [];
  let putOff = 0;

  const comeOnce = async (): Promise<void> => {
    const { status, body } = await post(port, "/matchmake/joinOrCreate/guild", options);
    if (status !== 200) throw new Error(`joining was answered ${status}`);
    const { promise: shown, resolve: onState, reject: onClose } = Promise.withResolvers<void>();
    shown.catch(() => {});
    socket = await openColyseusSocket(port, seatSchema.parse(body), {
      dataType: CHAT,
      onData: (bytes, at, length) =>
        void heard.push(chatSchema.parse(unpack(bytes.subarray(at + CHAT_AT, at + length))).body),
      onState: () => onState(),
      onClose: () => onClose(new Error("closed before he was back")),
    });
    await shown;
  };

  return {
    comeBack: () =>
      keepComing(comeOnce, () => {
        putOff += 1;
      }),
    cut: () => socket?.close(),
    say: (text) =>
      new Promise((resolve, reject) =>
        socket?.ask(CHAT, text, (ok) => (ok ? resolve() : reject(new Error("a message was refused")))),
      ),
    takeHeard: () => {
      const taken = heard;
      heard = [];
      return taken;
    },
    get putOff() {
      return putOff;
    },
  };
};
