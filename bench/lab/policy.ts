import type { Seen } from "./observe.ts";
import type { Incoming, Kind, Player, QuietHours } from "./world.ts";

/** What a server knows of an incoming notice. */
export type Known = Pick<Incoming, "at" | "kind" | "author" | "expiresAt" | "overAt">;

/** `alert`: it buzzes; `digest`: a summary of what is unread. */
export type Sort = "alert" | "digest";

/** What a policy may know of one player, and what it can do; `now` and what is seen move with the simulated clock. */
export type Desk = {
  readonly player: {
    readonly id: string;
    readonly guildSize: number;
    readonly zone: string;
    readonly quietHours: QuietHours | undefined;
    readonly through: readonly Kind[];
  };
  now(): number;
  /** His sessions as the server sees them, which may be wrong. */
  seen(): readonly Seen[];
  /** When the last session that was seen ended; -Infinity: there was none yet. */
  leftAt(): number;
  notice(index: number): Known;
  /** How many came so far. */
  arrived(): number;
  /** Up to where he has read, as far as the server knows: the first so many of all that came. */
  read(): number;
  /** Has `due` called then, or at once when that is past. */
  wake(at: number, what: string): void;
  /** Sends one push about these. */
  push(sort: Sort, notices: readonly number[]): void;
  /** The whole truth, and up to where he has really read: for an oracle alone. */
  readonly truth: Player;
  trulyRead(): number;
};

export type Run = {
  arrived(index: number): void;
  due?(what: string): void;
  /** The last session that was seen has ended. */
  left?(): void;
  /** He has read on. */
  hasRead?(): void;
};

/** A rule about who is told what, and when. */
export type Policy = {
  readonly name: string;
  /** Where the rule is from: file and function. */
  readonly source: string;
  /** The settings it runs with. */
  readonly settings: string;
  start(desk: Desk): Run;
};

/** By name: what chat systems call a mention, and what the game tells a player himself, which they would write as one. */
export const isToHim = (kind: Kind): boolean => kind !== "chatter" && kind !== "here" && kind !== "announcement";

/** What is to everybody at once. */
export const isToAll = (kind: Kind): boolean => kind === "here" || kind === "announcement";
