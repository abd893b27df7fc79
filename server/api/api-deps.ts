import type { Logger } from "pino";
import type { Durability } from "../../shared/api/health.ts";
import type { Log } from "../channel/log.ts";
import type { SetSlowMode } from "../channel/slow-mode.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { Players } from "../player/players.ts";
import type { Ledger } from "../points/ledger.ts";
import type { Leases } from "../presence/lease.ts";
import type { Joining } from "./joining.ts";

export type ApiDeps = {
  guilds: Guilds;
  players: Players;
  ledger: Ledger;
  log: Log;
  setSlowMode: SetSlowMode;
  leases: Leases;
  decisions: Pick<Decisions, "list">;
  joining: Joining;
  verifyToken: VerifyToken;
  /** Whether Redis answers and holds our functions. */
  ready(): Promise<boolean>;
  /** What an acknowledgement survives. */
  durability(): Promise<Durability>;
  /** Keys of the game's backend; any of them opens. */
  apiKeys: readonly string[];
  /** Web origins that may call with a player's token; `*` is any. */
  allowedOrigins: readonly string[];
  logger: Logger;
};
