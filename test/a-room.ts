import type { Entry } from "../shared/entry.ts";
import type { JoinRequest } from "../shared/protocol.ts";
import { aSeat, type SeatHeld } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";

/** A guild `g1` whose first player leads it, a chat service that shows it, and seats in it. */
export const aRoom = async (
  players: readonly string[] = ["ana", "beto", "caro"],
  env: Readonly<Record<string, string>> = {},
) => {
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat(env);
  const seat = async (player: string, port = chat.port, body: Partial<JoinRequest> = {}): Promise<SeatHeld> =>
    aSeat(port, await studio.token(player), body);
  return { studio, chat, seat };
};

export const texts = (entries: readonly Entry[]) =>
  entries.filter(({ kind }) => kind === "text").map(({ body }) => body);

export const nonce = (n: number | string) => `nonce-number-${n}`;

/** What a request was refused with; undefined when it was not. */
export const refusal = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return typeof error === "object" && error !== null && "reason" in error ? error.reason : error;
};
