import type { CommandInput, CommandName } from "../../shared/commands.ts";
import { type JoinAnswer, joinAnswerSchema, MESSAGES, PROTOCOL } from "../../shared/protocol.ts";
import { type OnAnswer, openColyseusSocket } from "./colyseus-socket.ts";
import type { OnFrame } from "./raw-socket.ts";

/** A member's connection at the lowest level that still is one: joined, resumed and live. */
export type SeatedSocket = {
  /** What `at` in frames counts from. */
  readonly origin: number;
  ask<N extends CommandName>(name: N, input: CommandInput<N>, onAnswer?: OnAnswer): void;
  close(): void;
};

/** Joins over HTTP, takes the seat and resumes; settles when the seat is live. `onEntries` is called for each frame of entries, `onStateOf(room)` for each of its state. */
export const openSeatedSocket = async (
  port: number,
  token: string,
  onEntries: OnFrame,
  onClose: () => void,
  onStateOf?: (roomId: string) => OnFrame,
): Promise<SeatedSocket> => {
  const { seat, origin } = await joinOver(port, token);
  const onState = onStateOf?.(seat.roomId);
  const socket = await openColyseusSocket(port, seat, {
    ...{ dataType: MESSAGES.frame, onData: onEntries, onClose },
    ...(onState && { onState }),
  });
  await new Promise<void>((resolve, reject) =>
    socket.ask("resume", { cursor: { epoch: 0, seq: 0 } }, (ok, bytes, at, length) =>
      ok ? resolve() : reject(new Error(bytes.toString("latin1", at, at + length))),
    ),
  );
  return { origin, ask: (name, input, onAnswer) => socket.ask(name, input, onAnswer), close: () => socket.close() };
};

const joinOver = async (port: number, token: string): Promise<JoinAnswer> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/join`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ protocol: PROTOCOL }),
  });
  if (!response.ok) throw new Error(`joining was answered ${response.status}: ${await response.text()}`);
  return joinAnswerSchema.parse(await response.json());
};
