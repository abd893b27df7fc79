import type { Room } from "@colyseus/sdk";
import * as z from "zod";
import { ATTACH, type AttachAnswer, attachAnswerSchema, PROTOCOL, ROOM_END } from "../shared/protocol.ts";
import { bytesOf } from "./bytes-of.ts";
import { CursorReports } from "./cursor-reports.ts";
import { type LineListener, lineOver, listenTo, parseAnswer, type RoomWire, toError } from "./line.ts";
import { NoAnswer } from "./refused.ts";
import type { Way } from "./way.ts";

const ATTACH_TIMEOUT_MS = 10_000;
/** How a line ends that was lost (RFC 6455). */
const LOST = 1006;

const messageSchema = z.tuple([z.union([z.string(), z.int()]), z.unknown()]);
const endSchema = z.tuple([z.int()]);

type Current = {
  heard: Map<string | number, (payload: unknown) => void>;
  reports: CursorReports;
  end(code: number): void;
};

/**
 * Lines over a room that the game has joined itself: each is attached to anew, and ends with the room's connection or when the server says so. The connection is the
 * game's: it is never closed from here. `onBack` is called when the room has its connection again, `onLeft` when it is left for good.
 */
export const roomWay = (
  room: Room,
  { type, onBack, onLeft }: { type: string; onBack(): void; onLeft(): void },
): Omit<Way, "begin"> & {
  begin(): Promise<{ opening: AttachAnswer } & Pick<Awaited<ReturnType<Way["begin"]>>, "open">>;
} => {
  let current: Current | undefined;
  const request: RoomWire["request"] = (name, payload, timeout) => room.request(type, [name, payload], { timeout });
  room.onMessage(type, (message: unknown) => {
    const [what, payload] = messageSchema.safeParse(message).data ?? [];
    if (what === ROOM_END) current?.end(endSchema.safeParse(payload).data?.[0] ?? LOST);
    else if (what !== undefined) current?.heard.get(what)?.(payload);
  });
  const { events } = room.connection;
  const { onmessage } = events;
  events.onmessage = (event: unknown) => {
    current?.reports.received(bytesOf(event));
    onmessage?.(event);
  };
  room.onDrop(() => current?.end(LOST));
  room.onReconnect(onBack);
  room.onLeave(() => {
    current?.end(LOST);
    onLeft();
  });

  return {
    begin: async () => {
      if (!room.connection.isOpen) throw new NoAnswer("the room has no connection now");
      const answer = await request(ATTACH, { protocol: PROTOCOL }, ATTACH_TIMEOUT_MS).catch((error: unknown) => {
        throw toError(error);
      });
      return {
        opening: parseAnswer(attachAnswerSchema, answer),
        open: async (listener: LineListener) => {
          let over = false;
          const reports = new CursorReports();
          const heard: Current["heard"] = new Map();
          const line: Current = {
            ...{ heard, reports },
            end: (code) => {
              if (over) return;
              over = true;
              listener.onEnd(code);
            },
          };
          current = line;
          if (!room.connection.isOpen) line.end(LOST);
          listenTo({ hear: (what, tell) => void heard.set(what, tell) }, listener, () => over);
          const wire: RoomWire = {
            ...{ request, hear: () => undefined },
            send: (name, payload) => room.send(type, [name, payload]),
          };
          return {
            line: lineOver(wire, {
              ...{ reports, isOver: () => over, ask: () => undefined },
              close: () => {
                over = true;
              },
            }),
            stop: () => undefined,
          };
        },
      };
    },
  };
};
