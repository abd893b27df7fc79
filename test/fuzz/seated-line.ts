import { type JoinAnswer, joinAnswerSchema } from "../../shared/protocol.ts";
import { joinOver } from "../a-seat.ts";
import { aRawLine, type RawLine, upgradeHead } from "./raw-line.ts";
import { within } from "./within.ts";

/** Who joins, and where (his own guild, if nothing is said). */
export type Joiner = { token: string; join?: Record<string, unknown> };

/** A reserved seat and the path it is taken at. */
export const aReservedSeat = async (
  port: number,
  { token, join }: Joiner,
): Promise<{ path: string; seat: JoinAnswer["seat"] }> => {
  const { status, body } = await joinOver(port, token, { protocol: 1, ...join });
  if (status !== 200) throw new Error(`not seated: ${JSON.stringify(body)}`);
  const { seat } = joinAnswerSchema.parse(body);
  return { path: `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`, seat };
};

/** A line whose seat has been taken: the room has greeted, and waits for the answer. */
export const aSeatedLine = async (port: number, joiner: Joiner, deaf = false): Promise<RawLine> => {
  const { path } = await aReservedSeat(port, joiner);
  const line = aRawLine(port, upgradeHead(path, port), deaf);
  await greeting(line);
  return line;
};

export const greeting = (line: RawLine): Promise<unknown> =>
  within(new Promise<Buffer>((resolve) => line.onFrame(resolve)), line, "the room's greeting");
