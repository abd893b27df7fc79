import type { JoinAnswer } from "../shared/protocol.ts";
import type { Line, LineListener } from "./line.ts";

/** Where a line leads, and for whom. */
export type Opening = Pick<JoinAnswer, "player" | "origin" | "channel" | "blocked">;

/** How a connection gets its lines. */
export type Way = {
  /** Asks to be let in; `open` then opens the line. Both reject with `Refused` or `NoAnswer`. `fresh`: what the player proved himself with last is not good any more. */
  begin(fresh: boolean): Promise<{
    opening: Opening;
    open(listener: LineListener): Promise<{ line: Line; stop(): void }>;
  }>;
};
