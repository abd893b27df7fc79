import type { Client } from "@colyseus/core";
import type { ItemId } from "../../shared/entry.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Reader } from "../channel/standing.ts";
import type { Following } from "./followings.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { makeTurns } from "./turns.ts";

/** One connected player. */
export type Visitor = Reader<SocketFrame> & {
  readonly client: Client;
  readonly session: string;
  /** When he came, in epoch ms. */
  readonly since: number;
  reports: number;
  tokenExpiresAtMs: number;
  /** Packs of stickers his last token says he owns. */
  tokenPacks: readonly ItemId[];
  /** The channel he looks at; a new connection counts as looking at its room's. */
  looksAt: ChannelId | undefined;
  /** The last sign of a human on this connection, in epoch ms; he came by one. */
  activeAt: number;
  /** Of these, the last that Redis knows of. */
  toldActiveAt: number;
  /** He says that nobody is at this screen. */
  idle: boolean;
  /** Expected end, in epoch ms, of the match he is in, as he says on this connection; 0: he is in none. */
  matchUntil: number;
  /** The same as the game's backend says. */
  toldMatchUntil: number;
  /** Channels he follows besides the room's. */
  readonly followed: Map<ChannelId, Following>;
  /** Sends him something of ours. */
  tell(type: string | number, payload: unknown): void;
  /** He has left. */
  ended: boolean;
  end(): void;
  /** Whether the other end of his line gives a sign of life within so many milliseconds. */
  answers(withinMs: number): Promise<boolean>;
  /** Closes his connection, since newer ones of the same player have taken its place. */
  giveWay(): void;
  readonly inTurn: ReturnType<typeof makeTurns>;
};
