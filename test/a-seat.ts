import { Client, type Room } from "@colyseus/sdk";
import { onTestFinished } from "vitest";
import { COMMANDS, type CommandAnswer, type CommandInput, type CommandName } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import {
  type CardMessage,
  cardMessageSchema,
  type JoinAnswer,
  type JoinRequest,
  joinAnswerSchema,
  MESSAGES,
  type Me,
  meSchema,
  PROTOCOL,
  type ReactionsMessage,
  reactionsMessageSchema,
} from "../shared/protocol.ts";
import type { GuildState } from "../shared/state.ts";

/** A bare connection at the protocol's level, through the Colyseus SDK, without any of our client's care. */
export type SeatHeld = {
  readonly room: Room<unknown, GuildState>;
  readonly join: JoinAnswer;
  readonly entries: Entry[];
  readonly mes: Me[];
  readonly cards: CardMessage[];
  readonly reactions: ReactionsMessage[];
  readonly epochs: unknown[];
  /** What came from channels that are followed, by their ref. */
  readonly followed: Map<number, Entry[]>;
  readonly followedFleeting: unknown[];
  readonly ended: number[];
  readonly personal: unknown[];
  /** Settles with the close code. */
  readonly closed: Promise<number>;
  /** `payload` may also name another `channel`. */
  ask<N extends CommandName>(name: N, payload: CommandInput<N> & { channel?: string }): Promise<CommandAnswer<N>>;
  /** Resumes from a cursor (default: none) until there is no more, and keeps the entries. */
  resume(cursor?: Cursor): Promise<CommandAnswer<"resume">>;
  /** Cuts the line without a word. */
  cut(): void;
};

export const joinOver = async (
  port: number,
  token: string,
  body: unknown = { protocol: PROTOCOL },
): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/join`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

export const aSeat = async (port: number, token: string, body: Partial<JoinRequest> = {}): Promise<SeatHeld> => {
  const answer = await joinOver(port, token, { protocol: PROTOCOL, ...body });
  if (answer.status !== 200) throw new Error(`join: ${JSON.stringify(answer.body)}`);
  const join = joinAnswerSchema.parse(answer.body);
  const client = new Client(`ws://127.0.0.1:${port}`);
  const room: Room<unknown, GuildState> = await client.consumeSeatReservation(join.seat);
  room.reconnection.enabled = false;
  const entries: Entry[] = [];
  const mes: Me[] = [];
  const cards: CardMessage[] = [];
  const reactions: ReactionsMessage[] = [];
  const epochs: unknown[] = [];
  room.onMessage(MESSAGES.frame, (frame: unknown) => entries.push(...(decodeFrame(frame, join.origin) ?? [])));
  room.onMessage(MESSAGES.card, (message: unknown) => cards.push(cardMessageSchema.parse(message)));
  room.onMessage(MESSAGES.reactions, (message: unknown) => reactions.push(reactionsMessageSchema.parse(message)));
  room.onMessage(MESSAGES.me, (me: unknown) => mes.push(meSchema.parse(me)));
  room.onMessage(MESSAGES.epoch, (lineage: unknown) => epochs.push(lineage));
  const followed = new Map<number, Entry[]>();
  const followedFleeting: unknown[] = [];
  const ended: number[] = [];
  const personal: unknown[] = [];
  room.onMessage(MESSAGES.followedFrame, ([ref, frame]: [number, unknown]) => {
    followed.set(ref, [...(followed.get(ref) ?? []), ...(decodeFrame(frame, join.origin) ?? [])]);
  });
  room.onMessage(MESSAGES.followedFleeting, (message: unknown) => followedFleeting.push(message));
  room.onMessage(MESSAGES.followedEnd, ([ref]: [number]) => ended.push(ref));
  room.onMessage(MESSAGES.personal, (message: unknown) => personal.push(message));
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  room.onLeave((code) => resolve(code));
  const cut = (): void => room.connection.transport.close();
  onTestFinished(cut);
  const ask: SeatHeld["ask"] = async (name, payload) => {
    const reply: unknown = await room.request(name, payload);
    return parseAnswer(name, reply);
  };
  const resume = async (cursor: Cursor = { epoch: 0, seq: 0 }): Promise<CommandAnswer<"resume">> => {
    for (let from = cursor; ; ) {
      const page = await ask("resume", { cursor: from });
      for (const frame of page.frames) entries.push(...(decodeFrame(frame, join.origin) ?? []));
      const last = entries.at(-1);
      if (!page.more) return page;
      if (last !== undefined) from = { epoch: last.epoch, seq: last.seq };
    }
  };
  return {
    room,
    join,
    entries,
    mes,
    cards,
    reactions,
    epochs,
    followed,
    followedFleeting,
    ended,
    personal,
    closed,
    ask,
    resume,
    cut,
  };
};

const parseAnswer = <N extends CommandName>(name: N, reply: unknown): CommandAnswer<N> => {
  const schemas: { [K in CommandName]: { answer: { parse(value: unknown): CommandAnswer<K> } } } = COMMANDS;
  return schemas[name].answer.parse(reply);
};
