import type { z } from "zod";
import { COMMANDS, type CommandAnswer, type CommandInput, type CommandName } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import { CURSOR_REPORT, encodeCursorReport, OWN_REF } from "../shared/cursor-report.ts";
import type { ChannelId } from "../shared/id.ts";
import { OPERATIONS, type OperationAnswer, type OperationInput, type OperationName } from "../shared/operations.ts";
import { MESSAGES, meSchema, type Personal, personalSchema } from "../shared/protocol.ts";
import type { OwnListener } from "./channel-line.ts";
import type { CursorReports } from "./cursor-reports.ts";
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

const REQUEST_TIMEOUT_MS = 10_000;

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

/** How the room that carries a line is spoken with. */
export type RoomWire = {
  hear(type: string | number, heard: (payload: unknown) => void): void;
  /** Rejects as the SDK's `request` does. */
  request(name: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  send(type: string, payload: unknown): void;
};

/** Tells the listener what comes over a room. To be called before anything can come; `isOver`: nothing is told any more. */
export const listenTo = (wire: Pick<RoomWire, "hear">, listener: LineListener, isOver: () => boolean): void => {
  const hear = <T>(type: string | number, read: (payload: unknown) => T | undefined, tell: (said: T) => void): void => {
    wire.hear(type, (payload) => {
      const said = isOver() ? undefined : read(payload);
      if (said !== undefined) tell(said);
    });
  };
  for (const { type, read } of ownReaders) hear(type, read, (deliver) => deliver(listener));
  for (const { type, read } of followedReaders)
    hear(type, read, ({ ref, deliver }) => listener.onFollowed(ref, deliver));
  hear(MESSAGES.followedEnd, readEnd, (ref) => listener.onFollowedEnd(ref));
  hear(MESSAGES.me, (payload) => meSchema.safeParse(payload).data, listener.onMe);
  hear(MESSAGES.personal, (payload) => personalSchema.safeParse(payload).data, listener.onPersonal);
};

/** A line over a room that stands. `reports`: what it counts as received; `ask`: see `Line`. */
export const lineOver = (
  wire: RoomWire,
  { reports, isOver, ask, close }: { reports: CursorReports; isOver(): boolean; ask(): void; close(): void },
): Line => {
  const asked = async (name: string, payload: unknown): Promise<unknown> =>
    wire.request(name, payload, REQUEST_TIMEOUT_MS).catch((error: unknown) => {
      if (!isOver()) ask();
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
      if (report !== undefined && !isOver()) wire.send(CURSOR_REPORT, encodeCursorReport(report));
    },
    forget: (ref) => reports.forget(ref),
    ask,
    close,
  };
};

export const parseAnswer = <A>(schema: z.ZodType<A>, reply: unknown): A => {
  const answer = schema.safeParse(reply);
  if (answer.success) return answer.data;
  throw new NoAnswer(answer.error);
};

/** What an SDK request rejected with. */
export const toError = (error: unknown): Refused | NoAnswer => {
  const refusal =
    error instanceof Error && error.name === "rejected" && "reason" in error ? parseRefusal(error.reason) : undefined;
  return refusal === undefined ? new NoAnswer(error) : new Refused(refusal);
};
