import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import type { Cards } from "../card/cards.ts";
import type { Changes } from "../channel/changes.ts";
import type { Log } from "../channel/log.ts";
import type { Reads } from "../channel/reads.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { SendSignal } from "../channel/signals.ts";
import type { SetSlowMode } from "../channel/slow-mode.ts";
import type { Tails } from "../channel/tails.ts";
import type { Levels } from "../guild/levels.ts";
import type { Home } from "../home/home.ts";
import type { PersonalFeed } from "../home/personal.ts";
import type { VerifyToken } from "../identity/identity.ts";
import type { Standings } from "../moderation/standing.ts";
import type { Operations } from "../operations/operations.ts";
import type { Phrases } from "../phrase/phrases.ts";
import type { Packs } from "../player/packs.ts";
import type { Leases } from "../presence/lease.ts";
import type { Fighters } from "../pvp/fighters.ts";
import type { WarFeeds } from "../pvp/war-feeds.ts";
import type { Readiness } from "../team/readiness.ts";
import type { TeamSucceed } from "../team/succession.ts";
import type { Admission } from "./admission.ts";
import type { Followings } from "./followings.ts";
import type { OpenRooms } from "./open-rooms.ts";
import type { PlayerSockets } from "./player-sockets.ts";
import type { Sessions } from "./sessions.ts";
import type { Wire } from "./wire.ts";

/** What seats are given, whosever room they are in. */
export type SeatHouse = {
  log: Log;
  operations: Operations;
  changes: Changes;
  cards: Cards;
  reads: Reads;
  setSlowMode: SetSlowMode;
  sendSignal: SendSignal;
  rosters: Rosters;
  packs: Packs;
  phrases: Phrases;
  fighters: Pick<Fighters, "ofGuild">;
  verifyToken: VerifyToken;
  followings: Followings;
  admission: Admission;
  home: Home;
  personal: PersonalFeed;
  sessions: Sessions;
  playerSockets: PlayerSockets;
  standings: Standings;
  /** Takes one reaction or tap of the player's budget, or throws `rate-limited`. */
  spendTap(player: PlayerId): void;
  /** What `at` in frames counts from: when this process started. */
  origin: number;
  /** How messages to clients are written. */
  wire: Wire;
  logger: Logger;
};

/** What every room of our own is given. */
export type House = SeatHouse & {
  tails: Tails;
  levels: Levels;
  warFeeds: WarFeeds;
  team: { readiness: Pick<Readiness, "watch">; succeed: TeamSucceed };
  leases: Leases;
  openRooms: OpenRooms;
  incarnation: string;
  /** How long this process counts as alive after its last sign of life. */
  leaseMs: number;
  /** How long a connection outlives its token. */
  tokenGraceMs: number;
};
