import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import type { CommandAnswer } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import { aRoom } from "./a-room.ts";
import type { SeatHeld } from "./a-seat.ts";

/** Knows nothing. */
export const START: Cursor = { epoch: 0, seq: 0 };

/** Guild g1 of ana, beto and caro; `solo` has no guild. Team t1 and circle c1 of ana, caro and solo. */
export const severalChannels = async () => {
  const world = await aRoom(["ana", "beto", "caro"]);
  const { studio } = world;
  await studio.players.putProfile("solo", { name: "solo" });
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 10_000 });
  for (const channel of ["team:t1", "circle:c1"]) {
    await groups.found(channel, { name: channel, capacity: 100 });
    for (const player of ["ana", "caro", "solo"]) await groups.admit(channel, player, "member");
  }
  const log = makeLog(studio.redis, studio.keys, { historyLength: 10_000 });
  let nonces = 0;
  /** The system says so many things, of so many characters each. */
  const tell = async (channel: string, count: number, length = 10): Promise<void> => {
    for (let left = count; left > 0; left -= 100)
      await Promise.all(
        Array.from({ length: Math.min(left, 100) }, () => {
          const nonce = `system-says-${++nonces}`;
          return log.append({ channel, nonce, kind: "news", body: `${nonces} `.padEnd(length, "x") });
        }),
      );
  };
  return { ...world, groups, log, tell };
};

type Followed = CommandAnswer<"follow">["channels"][number];

export const follow = async (seat: SeatHeld, channel: string, cursor: Cursor = START) => {
  const { channels } = await seat.ask("follow", { channels: [{ channel, cursor }] });
  return taken(seat, channels[0]);
};

/** A channel's part of an answer; throws when it was refused. */
export const taken = (seat: SeatHeld, answer: Followed | undefined) => {
  if (answer === undefined || !("page" in answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  const { frames } = answer.page;
  return { ...answer, entries: frames.flatMap((frame) => decodeFrame(frame, seat.join.origin) ?? []) };
};

export const words = (entries: readonly Entry[] = []) =>
  entries.filter(({ kind }) => kind === "text").map(({ body }) => body);
