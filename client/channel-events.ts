import type { Entry } from "../shared/entry.ts";
import type { Mark, Me } from "../shared/protocol.ts";
import type { SignalMessage } from "../shared/signal.ts";
import type { ClosedReason } from "./connection.ts";
import type { GuildSnapshot } from "./guild-snapshot.ts";
import type { Outgoing } from "./outbox.ts";
import type { Person } from "./people.ts";
import type { TeamSnapshot } from "./team-snapshot.ts";
import type { Step } from "./timeline.ts";

/** `waiting`: messages not yet acknowledged. */
export type Status =
  | { phase: "connecting" | "live"; waiting: number }
  | { phase: "reconnecting"; waiting: number; nextTryAtMs: number }
  | { phase: "closed"; waiting: 0; reason: ClosedReason };

export type ChannelEvents = {
  /** One more entry at the end of the timeline: each once, in the order of the log. */
  entry: Entry;
  /** The timeline begins anew and is empty; `entry` follows for what it begins with. `no-cursor` is the first time. */
  reset: NonNullable<Step["reset"]>;
  /** An entry that was shown reads otherwise now: edited, or `removed`. It comes right after the entry that tells of it. */
  changed: Entry;
  /** Reactions to an entry, or a card's state, are others now. */
  mark: Mark;
  /** What another member tells those who are there: he is typing, an emote, a place on the map. It may be lost, and is in no history. */
  signal: SignalMessage;
  /** Entries that were shown are no longer in the log, since Redis lost its tail. */
  lost: readonly Entry[];
  state: GuildSnapshot;
  /** Of a team, instead of `state`. */
  team: TeamSnapshot;
  me: Me;
  /** Of a channel without a synced state: who numbers in entries are that `person` did not know before. */
  people: readonly Person[];
  status: Status;
  /**
   * Something the player says, or does to a message, was queued, sent, acknowledged or refused. Its entry may come before or after the acknowledgement, which names its seq:
   * once `cursor` has reached that, it is in the timeline.
   */
  outgoing: Outgoing;
  unread: number;
};
