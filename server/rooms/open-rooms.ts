/** What the process does for all its rooms together, instead of a timer in each. */
export type OpenRoom = {
  readonly roomId: string;
  /** Whether the state has changed since the last patch. */
  readonly dirty: boolean;
  /** Sends what has changed, and looks after slow readers. */
  sendPatch(): void;
  /** Closes the connections of players whose token ended more than the grace before `nowMs`. */
  closeExpired(nowMs: number): void;
  /** Looks again who is online, since a process that died says nothing. */
  checkOnline(): void;
};

export type OpenRooms = {
  add(room: OpenRoom): void;
  remove(room: OpenRoom): void;
  close(): void;
};

/** Rooms whose state changed are patched this often; the others, whose slow readers are looked after, half as often. */
const PATCH_MS = 250;
const TOKENS_MS = 1_000;
const ONLINE_MS = 2_000;

export const makeOpenRooms = (): OpenRooms => {
  const rooms = new Set<OpenRoom>();
  let ticks = 0;
  const timers = [
    setInterval(() => {
      let turn = ticks++;
      for (const room of rooms) if (turn++ % 2 === 0 || room.dirty) room.sendPatch();
    }, PATCH_MS),
    setInterval(() => {
      const now = Date.now();
      for (const room of rooms) room.closeExpired(now);
    }, TOKENS_MS),
    setInterval(() => {
      for (const room of rooms) room.checkOnline();
    }, ONLINE_MS),
  ];
  return {
    add: (room) => rooms.add(room),
    remove: (room) => rooms.delete(room),
    close: () => {
      for (const timer of timers) clearInterval(timer);
      rooms.clear();
    },
  };
};
