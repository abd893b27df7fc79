import type { Client } from "@colyseus/core";
import type { ItemId } from "../../shared/entry.ts";
import type { Reader } from "../channel/standing.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { makeTurns } from "./turns.ts";

/** One connected player. */
export type Visitor = Reader<SocketFrame> & {
  readonly client: Client;
  readonly session: string;
  /** When he came, in epoch ms. */
  readonly since: number;
  tokenExpiresAtMs: number;
  /** Packs of stickers his last token says he owns. */
  tokenPacks: readonly ItemId[];
  /** Whether he looks at the channel; a new connection counts as looking. */
  reading: boolean;
  readonly inTurn: ReturnType<typeof makeTurns>;
};
