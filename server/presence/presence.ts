import type { ChannelId, PlayerId } from "../../shared/id.ts";

/** One open session of a player. `reading`: he looks at `channel` right now. */
export type Session = { session: string; incarnation: string; channel: ChannelId; reading: boolean; at: number };

export type Presence = {
  /** Records, or renews, a session held by this process. */
  put(player: PlayerId, session: Omit<Session, "incarnation" | "at">): Promise<void>;
  remove(player: PlayerId, session: string): Promise<void>;
  /** Sessions of these players whose process is alive: those of a dead process do not count, without a write for each. */
  of(players: readonly PlayerId[]): Promise<Map<PlayerId, Session[]>>;
};
