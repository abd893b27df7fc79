import { crc32 } from "node:zlib";
import { Decoder } from "@colyseus/schema";
import { GuildState } from "../../shared/state.ts";
import type { OnFrame } from "../fanout/raw-socket.ts";
import { openSeatedSocket } from "../fanout/seated-socket.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { until } from "../studio/until.ts";

/** Colyseus' code of a full state; the other one is that of a patch. */
const STATE = 14;
const AT_ONCE = 16;
const DEADLINE_MS = 30_000;

/** A room's state as its patches tell it, and how many battles it shows after each: all who sit there get the same bytes, which are decoded once. */
type Room = { decoder: Decoder<GuildState>; battlesAfter: Map<number, number>; isBegun: boolean };

/** Members who watch a war on connections of their own, and how many of its battles each has been shown. */
export class Watchers {
  readonly #rooms = new Map<string, Room>();
  readonly #shown: number[] = [];
  #onShown = (_watcher: number, _from: number, _to: number): void => {};
  #closed = 0;

  get count(): number {
    return this.#shown.length;
  }

  /** Told of each watcher who is shown more battles than before. */
  set onShown(listener: (watcher: number, from: number, to: number) => void) {
    this.#onShown = listener;
  }

  async sit(port: number, tokens: readonly string[]): Promise<void> {
    await inParallel(tokens, AT_ONCE, async (token) => {
      const watcher = this.#shown.push(-1) - 1;
      const onClose = () => {
        this.#closed += 1;
      };
      await openSeatedSocket(
        port,
        token,
        () => {},
        onClose,
        (roomId) => this.#eye(watcher, roomId),
      );
    });
  }

  /** Settles when everybody has been shown so many battles. Throws when somebody has not, or a line broke. */
  async haveAll(battles: number): Promise<void> {
    const isThere = await until(() => this.#shown.every((shown) => shown >= battles), DEADLINE_MS, undefined, 1);
    const missing = this.#shown.filter((shown) => shown < battles).length;
    if (!isThere || this.#closed > 0)
      throw new Error(`${missing} of ${this.count} miss battles, ${this.#closed} closed`);
  }

  /** Forgets what was decoded: the same bytes can come again with another meaning. */
  forget(): void {
    for (const { battlesAfter } of this.#rooms.values()) battlesAfter.clear();
  }

  #eye(watcher: number, roomId: string): OnFrame {
    return (bytes, at, length) => {
      const room = this.#rooms.get(roomId) ?? {
        ...{ decoder: new Decoder(new GuildState()), battlesAfter: new Map<number, number>(), isBegun: false },
      };
      this.#rooms.set(roomId, room);
      const battles = battlesIn(room, bytes[at] === STATE, bytes.subarray(at + 1, at + length));
      const before = this.#shown[watcher] ?? 0;
      if (battles <= before) return;
      this.#shown[watcher] = battles;
      this.#onShown(watcher, before, battles);
    };
  }
}

/** How many battles the state shows once these bytes have come. */
const battlesIn = (room: Room, isWhole: boolean, bytes: Buffer): number => {
  const { decoder, battlesAfter } = room;
  if (!isWhole || !room.isBegun) {
    const sum = crc32(bytes);
    const known = battlesAfter.get(sum);
    if (known !== undefined) return known;
    decoder.decode(Uint8Array.from(bytes));
    room.isBegun = true;
    battlesAfter.set(sum, shownBattles(decoder.state));
  }
  return shownBattles(decoder.state);
};

const shownBattles = ({ war }: GuildState): number =>
  war === undefined ? -1 : war.sides.reduce((sum, { battles }) => sum + battles, 0);
