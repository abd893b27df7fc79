import type { CommandAnswer, CommandInput, CommandName } from "../shared/commands.ts";
import type { Cursor, Lineage } from "../shared/cursor.ts";
import type { CardMessage, Me, Page, ReactionsMessage } from "../shared/protocol.ts";
import type { SignalMessage } from "../shared/signal.ts";

/** A channel's way to the server over one line, whether it is the seat's own or followed. */
export type ChannelLine = {
  /** About this channel. Rejects with `Refused` or `NoAnswer`. */
  request<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>>;
  /** Everything after the cursor; what is written after that comes by itself. Rejects with `Refused` or `NoAnswer`. */
  resume(cursor: Cursor): Promise<Page>;
  /** Everything up to the cursor has arrived, so many entries more than before. */
  tookIn(cursor: Cursor, entries: number): void;
  /** What the channel needed could not be had. */
  onFailure(error: unknown): void;
  /** The synced state names the members; else they are asked for. */
  readonly hasRoster: boolean;
};

/** What comes over a line by itself, for one channel. */
export type ChannelListener = {
  onFrame(frame: unknown): void;
  onLineage(lineage: Lineage): void;
  onReactions(reactions: ReactionsMessage): void;
  onCard(card: CardMessage): void;
  onSignal(signal: SignalMessage): void;
};

/** What comes by itself for the channel of the seat only. */
export type OwnListener = ChannelListener & {
  onMe(me: Me): void;
  /** The synced state has changed; `read` gives it as the SDK holds it. */
  onState(read: () => unknown): void;
};
