import { Client, type Room } from "@colyseus/sdk";
import type { JoinAnswer } from "../shared/protocol.ts";
import { bytesOf } from "./bytes-of.ts";
import type { Clock } from "./clock.ts";
import { CursorReports } from "./cursor-reports.ts";
import { type Line, type LineListener, lineOver, listenTo, type RoomWire } from "./line.ts";
import { NoAnswer } from "./refused.ts";

const OPEN_TIMEOUT_MS = 10_000;
/** A line on which nothing came for this long is asked for a sign of life: a phone that changed networks keeps a socket nobody is at the other end of. */
const SILENCE_MS = 25_000;
const PONG_TIMEOUT_MS = 8_000;

/** Close codes: ours when leaving on purpose (Colyseus calls it "consented"), and that of a line that was lost (RFC 6455). */
const CONSENTED = 4000;
const LOST = 1006;

/** The SDK makes the room within `consumeSeatReservation`; it is wanted before its socket opens, so that no message comes unheard. */
class SeatClient extends Client {
  readonly #onRoom: (room: Room) => void;

  constructor(url: URL, onRoom: (room: Room) => void) {
    super(url.href);
    this.#onRoom = onRoom;
  }

  protected override createRoom<T>(name: string) {
    const room = super.createRoom<T>(name);
    this.#onRoom(room);
    return room;
  }
}

/** Takes a reserved seat. Rejects with `NoAnswer` when that has not succeeded within 10 s. */
export const openLine = async (
  url: URL,
  seat: JoinAnswer["seat"],
  listener: LineListener,
  clock: Clock,
): Promise<Line> => {
  let ended = false;
  let made: Room | undefined;
  const client = new SeatClient(url, (room) => {
    made = room;
    // One path for every loss: join again and resume. The SDK's own reconnecting loses messages both ways.
    room.reconnection.enabled = false;
    listenTo(wireOf(room), listener, () => ended);
    room.onMessage("*", () => {});
    room.onStateChange(() => {
      if (!ended) listener.onState(() => room.state);
    });
  });
  const taking = client.consumeSeatReservation(seat);
  const room = await within(taking, OPEN_TIMEOUT_MS, clock).catch((error: unknown) => {
    ended = true;
    taking.catch(() => {});
    made?.connection.close();
    throw new NoAnswer(error);
  });

  const end = (code: number): void => {
    if (ended) return;
    ended = true;
    watch.stop();
    listener.onEnd(code);
  };
  const lost = (): void => {
    end(LOST);
    room.connection.close();
  };
  const watch = watchForSilence(clock, () => room.ping(() => {}), lost);
  const reports = new CursorReports();
  const { events } = room.connection;
  const { onmessage } = events;
  events.onmessage = (event: unknown) => {
    watch.heard();
    reports.received(bytesOf(event));
    onmessage?.(event);
  };
  room.onLeave((code) => end(code));

  return lineOver(wireOf(room), {
    reports,
    isOver: () => ended,
    ask: () => watch.ask(),
    close: () => {
      ended = true;
      watch.stop();
      room.connection.close(CONSENTED);
    },
  });
};

const wireOf = (room: Room): RoomWire => ({
  hear: (type, heard) => void room.onMessage(type, heard),
  request: (name, payload, timeout) => room.request(name, payload, { timeout }),
  send: (type, payload) => room.send(type, payload),
});

/** Calls `lost` when nothing came for long and the question after that was not answered either. */
const watchForSilence = (clock: Clock, ping: () => void, lost: () => void) => {
  let heardAt = clock.now();
  let asking = false;
  let cancel = (): void => {};
  const ask = (): void => {
    if (asking) return;
    asking = true;
    cancel();
    const askedAt = clock.now();
    ping();
    cancel = clock.after(PONG_TIMEOUT_MS, () => {
      asking = false;
      if (heardAt < askedAt) lost();
      else wait();
    });
  };
  const wait = (): void => {
    const leftMs = heardAt + SILENCE_MS - clock.now();
    if (leftMs <= 0) ask();
    else cancel = clock.after(leftMs, wait);
  };
  wait();
  return {
    heard: () => {
      heardAt = clock.now();
    },
    ask,
    stop: () => cancel(),
  };
};

const within = <T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(`nothing came for ${ms} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
