import type { Draw } from "./draw.ts";
import type { Ground } from "./good-requests.ts";
import type { End, RawLine } from "./raw-line.ts";
import { answers, barrier, JOIN_ROOM, LEAVE_ROOM, RESPONSE, roomFrame } from "./room-frames.ts";
import { binary, CLOSE, frameOf, onTheWire, type Piece } from "./wire.ts";
import { within } from "./within.ts";

/** Who attacks: a player with a token, and what he may speak of. */
export type Attacker = { player: string; token: string; ground: Ground; join: Record<string, unknown> };

/** What came of one connection. `frames`: sent while it was open. `wrong`: what must not be. */
export type Attack = {
  part: number;
  scenario: string;
  player: string;
  frames: number;
  end: End | undefined;
  wrong: string | undefined;
  /** What requests were answered with: an error's code, or `done`. */
  answers: string[];
  /** What was sent, to be sent again. */
  sent: Buffer[];
};

const BETWEEN_BARRIERS = 20;

/** Codes a connection may be ended with: WebSocket's, Colyseus' and ours. */
const EXPLICIT = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 4000, 4002, 4003, 4101, 4300, 4301]);

/** One attack as it runs. */
export type Scene = { port: number; attacker: Attacker; draw: Draw; attack: Attack };
export type Scenario = (scene: Scene) => Promise<void>;

export const put = async ({ attack }: Scene, line: RawLine, { bytes, frames }: Piece): Promise<void> => {
  if (!line.open) return;
  attack.sent.push(bytes);
  attack.frames += frames;
  await line.write(bytes);
};

/** Sends everything, waiting now and then until the server has dealt with it, so that commands are not merely refused for their number. */
export const say = async (scene: Scene, line: RawLine, pieces: readonly Piece[], answered = true): Promise<void> => {
  const { draw, attack } = scene;
  const dealtWith = new Map<number, () => void>();
  line.onFrame((frame) => {
    if (frame[0] === RESPONSE) attack.answers.push(codeIn(frame));
    for (const [number, resolve] of dealtWith) if (answers(frame, number)) resolve();
  });
  for (let at = 0; at < pieces.length && line.open; at += BETWEEN_BARRIERS) {
    for (const piece of pieces.slice(at, at + BETWEEN_BARRIERS)) {
      await put(scene, line, piece);
      if (piece.fatal !== undefined) {
        await expectEnd(scene, line, piece.fatal);
        return;
      }
    }
    if (!answered) continue;
    const number = 100_000 + draw.below(1_000_000);
    const done = new Promise<void>((resolve) => dealtWith.set(number, resolve));
    await put(scene, line, binary(barrier(number)));
    await within(done, line, "an answer");
    dealtWith.delete(number);
  }
};

const codeIn = (response: Buffer): string =>
  /no_handler|(?<=code.)[a-z-]{4,}/.exec(response.toString("latin1"))?.[0] ?? "done";

/** The server has ended it, and said why: with one of `codes`, or something that came before. */
export const expectEnd = async ({ attack }: Scene, line: RawLine, codes?: readonly number[]): Promise<void> => {
  await within(line.ended, line, `the end${codes === undefined ? "" : ` (${codes.join(" or ")})`}`);
  attack.end = await line.ended;
  const { code } = attack.end;
  if (!EXPLICIT.has(code) && !codes?.includes(code))
    attack.wrong = `ended with ${code}, not ${codes?.join(" or ") ?? "a code"}`;
};

/** Good and bad frames, some twice, some in another order. */
export const frames = ({ draw, attacker }: Scene, count: number): Piece[] => {
  const pieces = Array.from({ length: count }, () => onTheWire(roomFrame(draw, attacker.ground), draw));
  const doubled = pieces.flatMap((piece) =>
    piece.fatal === undefined && draw.chance(0.05) ? [piece, piece] : [piece],
  );
  return draw.chance(0.3) ? draw.shuffled(doubled) : doubled;
};

/** After the answer to the greeting. */
export const acknowledged = (frame: Piece[]): Piece[] => [binary(Buffer.of(JOIN_ROOM)), ...frame];

/** Ends the line in one of the ways lines end. */
export const finish = async (scene: Scene, line: RawLine): Promise<void> => {
  const { draw, attack } = scene;
  if (attack.end !== undefined) return;
  if (!line.open) return expectEnd(scene, line);
  switch (draw.below(5)) {
    case 0:
      // Frames after leaving are for nobody.
      await put(scene, line, binary(Buffer.of(LEAVE_ROOM)));
      for (const piece of frames(scene, 5)) if (piece.fatal === undefined) await put(scene, line, piece);
      return expectEnd(scene, line, [4000]);
    case 1:
      await put(scene, line, { bytes: frameOf(CLOSE, Buffer.of(0x03, 0xe8)), frames: 1 });
      return expectEnd(scene, line, [1000]);
    case 2:
      // The other direction is open still: it is for the server to end.
      line.halfClose();
      await within(line.ended, line, "the end of a half-closed line");
      break;
    case 3:
      line.pause();
      line.cut();
      break;
    default:
      line.cut();
  }
  attack.end = await line.ended;
};
