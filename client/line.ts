import { Client, type Room } from "@colyseus/sdk";
import type { z } from "zod";
import { COMMANDS, type CommandAnswer, type CommandInput, type CommandName } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import { CURSOR_REPORT, encodeCursorReport, OWN_REF } from "../shared/cursor-report.ts";
import type { ChannelId } from "../shared/id.ts";
import { OPERATIONS, type OperationAnswer, type OperationInput, type OperationName } from "../shared/operations.ts";
import { type JoinAnswer, MESSAGES, meSchema, type Personal, personalSchema } from "../shared/protocol.ts";
import type { OwnListener } from "./channel-line.ts";
import type { Clock } from "./clock.ts";
import { CursorReports } from "./cursor-reports.ts";
import { type Deliver, followedReaders, ownReaders, readEnd } from "./hear.ts";
import { NoAnswer, parseRefusal, Refused } from "./refused.ts";

/** One connection to one room, from the seat to its end; it never comes back by itself. */
export type Line = {
  /** `channel`: another than the seat's own. Rejects with `Refused`, or with `NoAnswer` when the line ended or 10 s passed. */
  request<N extends CommandName>(name: N, input: CommandInput<N>, channel?: ChannelId): Promise<CommandAnswer<N>>;
  /** An operation, as the player. Rejects like `request`. */
  operate<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationAnswer<N>>;
  /** Everything up to the cursor has arrived, so many entries more than before; told to the server now and then. `ref`: of another channel than the seat's own. */
  tookIn(cursor: Cursor, entries: number, ref?: number): void;
  /** The channel that this number stood for is not followed any more. */
  forget(ref: number): void;
  /** Asks for a sign of life; if none comes within seconds, the line has ended. */
  ask(): void;
  /** Ends the line from this side. Its listener hears nothing more. */
  close(): void;
};

export type LineListener = OwnListener & {
  /** Something for the channel that this number stands for. */
  onFollowed(ref: number, deliver: Deliver): void;
  /** That channel is followed no more: the player is no member. */
  onFollowedEnd(ref: number): void;
  /** For the player, on all his devices. */
  onPersonal(personal: Personal): void;
  /** The line has ended, with its WebSocket close code (1006 when it just went silent). Called once, unless closed from this side. */
  onEnd(code: number): void;
};

const OPEN_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 10_000;
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

type AnswerSchemas = { [N in CommandName]: z.ZodType<CommandAnswer<N>> };
const operationAnswers: { [N in OperationName]: { answer: z.ZodType<OperationAnswer<N>> } } = OPERATIONS;

const answers: AnswerSchemas = {
  resume: COMMANDS.resume.answer,
  history: COMMANDS.history.answer,
  send: COMMANDS.send.answer,
  announce: COMMANDS.announce.answer,
  sticker: COMMANDS.sticker.answer,
  phrase: COMMANDS.phrase.answer,
  edit: COMMANDS.edit.answer,
  delete: COMMANDS.delete.answer,
  pin: COMMANDS.pin.answer,
  pins: COMMANDS.pins.answer,
  react: COMMANDS.react.answer,
  card: COMMANDS.card.answer,
  act: COMMANDS.act.answer,
  close: COMMANDS.close.answer,
  signal: COMMANDS.signal.answer,
  seenBy: COMMANDS.seenBy.answer,
  slowMode: COMMANDS.slowMode.answer,
  read: COMMANDS.read.answer,
  presence: COMMANDS.presence.answer,
  channels: COMMANDS.channels.answer,
  follow: COMMANDS.follow.answer,
  unfollow: COMMANDS.unfollow.answer,
  people: COMMANDS.people.answer,
  renew: COMMANDS.renew.answer,
};

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
    const hear = <T>(
      type: string | number,
      read: (payload: unknown) => T | undefined,
      tell: (said: T) => void,
    ): void => {
      room.onMessage(type, (payload: unknown) => {
        const said = ended ? undefined : read(payload);
        if (said !== undefined) tell(said);
      });
    };
    for (const { type, read } of ownReaders) hear(type, read, (deliver) => deliver(listener));
    for (const { type, read } of followedReaders)
      hear(type, read, ({ ref, deliver }) => listener.onFollowed(ref, deliver));
    hear(MESSAGES.followedEnd, readEnd, (ref) => listener.onFollowedEnd(ref));
    hear(MESSAGES.me, (payload) => meSchema.safeParse(payload).data, listener.onMe);
    hear(MESSAGES.personal, (payload) => personalSchema.safeParse(payload).data, listener.onPersonal);
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

  const asked = async (name: string, payload: unknown): Promise<unknown> =>
    room.request(name, payload, { timeout: REQUEST_TIMEOUT_MS }).catch((error: unknown) => {
      if (!ended) watch.ask();
      throw toError(error);
    });

  return {
    request: async <N extends CommandName>(name: N, input: CommandInput<N>, channel?: ChannelId) => {
      const payload = channel === undefined ? input : { ...input, channel };
      return parseAnswer<CommandAnswer<N>>(answers[name], await asked(name, payload));
    },
    operate: async <N extends OperationName>(name: N, input: OperationInput<N>) =>
      parseAnswer<OperationAnswer<N>>(operationAnswers[name].answer, await asked(name, input)),
    tookIn: (cursor, entries, ref = OWN_REF) => {
      const report = reports.tookIn(ref, cursor, entries);
      if (report !== undefined && !ended) room.send(CURSOR_REPORT, encodeCursorReport(report));
    },
    forget: (ref) => reports.forget(ref),
    ask: () => watch.ask(),
    close: () => {
      ended = true;
      watch.stop();
      room.connection.close(CONSENTED);
    },
  };
};

const bytesOf = (event: unknown): number => {
  const data = typeof event === "object" && event !== null && "data" in event ? event.data : undefined;
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0;
};

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

const parseAnswer = <A>(schema: z.ZodType<A>, reply: unknown): A => {
  const answer = schema.safeParse(reply);
  if (answer.success) return answer.data;
  throw new NoAnswer(answer.error);
};

const toError = (error: unknown): Refused | NoAnswer => {
  const refusal =
    error instanceof Error && error.name === "rejected" && "reason" in error ? parseRefusal(error.reason) : undefined;
  return refusal === undefined ? new NoAnswer(error) : new Refused(refusal);
};

const within = <T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(`nothing came for ${ms} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
