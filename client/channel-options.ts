import type { Entry } from "../shared/entry.ts";
import type { ChannelId, PlayerId } from "../shared/id.ts";
import type { Clock } from "./clock.ts";

export type ViewOptions = {
  /** Left out: the seat's own, whichever that is. */
  id?: ChannelId | undefined;
  clock: Clock;
  random(): number;
  /** Entries held in memory. */
  keep: number;
  /** Called with every entry that comes, live or by a page. */
  onArrival?(entry: Entry): void;
  /** Whether the player has blocked him. */
  isBlocked?(player: PlayerId): boolean;
};

/** For whom a line's answers are, and how its frames are to be read. */
export type Joined = { player: PlayerId; channel: ChannelId; origin: number };
