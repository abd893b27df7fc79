import type { Client } from "@colyseus/core";
import type { Reader } from "../channel/shard.ts";
import type { makeTurns } from "./turns.ts";

/** One connected player. */
export type Visitor = Reader<Buffer> & {
  readonly client: Client;
  readonly session: string;
  /** When he came, in epoch ms. */
  readonly since: number;
  tokenExpiresAtMs: number;
  /** Whether he looks at the channel; a new connection counts as looking. */
  reading: boolean;
  readonly inTurn: ReturnType<typeof makeTurns>;
};
