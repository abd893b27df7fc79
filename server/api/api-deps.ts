import type { Logger } from "pino";
import type { Durability } from "../../shared/api/health.ts";
import type { Cards } from "../card/cards.ts";
import type { Changes } from "../channel/changes.ts";
import type { Groups } from "../channel/groups.ts";
import type { Log } from "../channel/log.ts";
import type { Reads } from "../channel/reads.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { SetSlowMode } from "../channel/slow-mode.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Home } from "../home/home.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { Operations } from "../operations/operations.ts";
import type { Phrases } from "../phrase/phrases.ts";
import type { Packs } from "../player/packs.ts";
import type { Players } from "../player/players.ts";
import type { EarningService } from "../points/earning/start-earning.ts";
import type { Ledger } from "../points/ledger.ts";
import type { Leases } from "../presence/lease.ts";
import type { Fighters } from "../pvp/fighters.ts";
import type { Joining } from "./joining.ts";

export type ApiDeps = {
  operations: Operations;
  guilds: Guilds;
  rosters: Rosters;
  groups: Groups;
  home: Home;
  players: Players;
  ledger: Ledger;
  earning: Pick<EarningService, "takeAll" | "rules" | "dryRun">;
  log: Log;
  changes: Pick<Changes, "delete">;
  cards: Cards;
  reads: Pick<Reads, "seenBy">;
  setSlowMode: SetSlowMode;
  fighters: Pick<Fighters, "ofGuild">;
  packs: Packs;
  phrases: Phrases;
  leases: Leases;
  decisions: Pick<Decisions, "page">;
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
