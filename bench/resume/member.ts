import { unpack } from "msgpackr";
import { z } from "zod";
import type { Cursor } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { decodeFrame } from "../../shared/frame.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { Asker } from "../checker/log-since.ts";
import type { Take } from "../checker/round-watch.ts";
import { type ColyseusSocket, type OnAnswer, openColyseusSocket } from "../fanout/colyseus-socket.ts";
import { joinInTurn } from "./join-in-turn.ts";
import { keepComing, type Returner } from "./returner.ts";

/** As much of a page as is checked here; `unread` positions, marks and former members cost the load, and tell nothing of what is lost. */
const pageSchema = z.object({
  lineage: z.object({ epoch: z.int(), head: z.int() }),
  complete: z.boolean(),
  more: z.boolean(),
  frames: z.array(z.unknown()),
});

/** Of a room's message, Colyseus' code and the type stand before the frame; of an answer, code, id and status. */
const FRAME_AT = 2;
const ANSWER_AT = 3;

/** A member of a guild, with a cursor as clients have one; `onShown` gets what he would be shown, as soon as he would. */
export const makeMember = (port: number, token: string, onShown: Take): Returner & Asker => {
  let cursor: Cursor | undefined;
  let origin = 0;
  let socket: ColyseusSocket | undefined;
  let live = false;
  let early: Entry[] = [];
  let putOff = 0;

  const take = (entries: readonly Entry[]): void => {
    onShown(entries);
    cursor = entries.at(-1) ?? cursor;
  };
  const onFrame = (bytes: Buffer, at: number, length: number): void => {
    const entries = decodeFrame(unpack(bytes.subarray(at + FRAME_AT, at + length)), origin);
    if (entries === undefined) throw new Error("a frame could not be read");
    // What is sent once he is live may be here before the page is taken.
    if (live) take(entries);
    else early.push(...entries);
  };

  const resume = async (): Promise<boolean> => {
    const asked = cursor ?? { epoch: 0, seq: 0 };
    const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof pageSchema>>();
    socket?.ask("resume", { cursor: asked }, (ok, bytes, at, length) => {
      if (ok) resolve(pageSchema.parse(unpack(bytes.subarray(at + ANSWER_AT, at + length))));
      else reject(new Error(bytes.toString("latin1", at + ANSWER_AT, at + length)));
    });
    const { lineage, complete, more, frames } = await promise;
    if (!complete && cursor !== undefined) throw new Error("what was missed is not kept any more");
    const entries = frames.flatMap((frame) => decodeFrame(frame, origin) ?? []);
    if (cursor === undefined) cursor = { epoch: lineage.epoch, seq: (entries[0]?.seq ?? lineage.head + 1) - 1 };
    take(entries);
    return more;
  };

  const comeOnce = async (): Promise<void> => {
    live = false;
    early = [];
    const answer = await joinInTurn(port, token, () => {
      putOff += 1;
    });
    origin = answer.origin;
    const { promise: closed, reject: onClose } = Promise.withResolvers<never>();
    closed.catch(() => {});
    const { promise: shown, resolve: onState } = Promise.withResolvers<void>();
    socket = await openColyseusSocket(port, answer.seat, {
      dataType: MESSAGES.frame,
      onData: onFrame,
      onState: () => onState(),
      onClose: () => onClose(new Error("closed before he was back")),
    });
    while (await Promise.race([resume(), closed]));
    live = true;
    take(early);
    await Promise.race([shown, closed]);
  };

  return {
    comeBack: () =>
      keepComing(comeOnce, () => {
        putOff += 1;
      }),
    cut: () => socket?.close(),
    ask: (name: string, input: object, onAnswer?: OnAnswer) => socket?.ask(name, input, onAnswer),
    get putOff() {
      return putOff;
    },
  };
};
