/** What a notice is to the player it comes to. */
export type Kind = "chatter" | "here" | "mention" | "reply" | "announcement" | "attack" | "war-start" | "war-last-hour";

/** What was said or happened, as it comes to one player. Times in epoch milliseconds. */
export type Incoming = {
  readonly at: number;
  readonly kind: Kind;
  readonly author: string;
  /** The truth: he would want to be told of it. No policy sees it. */
  readonly important: boolean;
  /** When it is no use any more. */
  readonly expiresAt: number;
  /** From then on it does not concern him any more, because he has done what it asks for. */
  readonly overAt: number;
  /** When he reads it by himself, if nothing tells him; Infinity: never. */
  readonly readAt: number;
  /** By when he has to have been told of what is important, see told-by.ts; Infinity of what is not. */
  readonly toldBy: number;
};

/** What he is really doing, from one moment to another. `idle`: the game runs and he is not there. Outside all stretches he is away. */
export type Stretch = {
  readonly from: number;
  readonly to: number;
  readonly state: "focused" | "busy" | "match" | "idle";
  /** When a match was expected to end. */
  readonly expectedEnd?: number;
};

/** Minutes after local midnight; `from` after `to` goes over midnight. */
export type QuietHours = { readonly from: number; readonly to: number };

export type Player = {
  readonly id: string;
  readonly seed: number;
  readonly guildSize: number;
  readonly zone: string;
  readonly quietHours: QuietHours | undefined;
  /** What may disturb him in them all the same. */
  readonly through: readonly Kind[];
  /** Oldest first, one after the other. */
  readonly stretches: readonly Stretch[];
  /** When his phone has no line; oldest first. */
  readonly phoneOff: readonly { readonly from: number; readonly to: number }[];
  /** Oldest first, without his own. */
  readonly incoming: readonly Incoming[];
};

/** Guilds over some days, with what really happened: what policies get to see of it is another thing. */
export type World = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly players: readonly Player[];
};
