import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { Blocks } from "../moderation/blocks.ts";
import type { Leases } from "../presence/lease.ts";
import type { Presence } from "../presence/presence.ts";
import { makeParties, type Parties } from "./parties.ts";
import { makePartyList, type PartyList } from "./party-list.ts";
import { makePartyOf, type PartyOf } from "./party-of.ts";
import { makeReadiness, type Readiness } from "./readiness.ts";
import { makeTeamSucceed, type TeamSucceed } from "./succession.ts";
import { makeTeamInvitations, type TeamInvitations } from "./team-invitations.ts";
import { makeTeamMembers, type TeamDeps, type TeamMembers } from "./team-members.ts";
import { startTeamUpkeep } from "./team-upkeep.ts";
import { makeTeams, type Teams } from "./teams.ts";

export type TeamTimes = {
  /** A team ends in which nobody had a session or wrote anything for so long. */
  idleMs: number;
  /** How long after its match was to be over it ends. */
  graceMs: number;
  /** How long a leader must have been away until another follows him. Left out: a minute. */
  leaderGoneMs?: number;
};

export type MakeTeams = {
  teams: Teams;
  members: TeamMembers;
  invitations: TeamInvitations;
  readiness: Readiness;
  parties: Parties;
  partyList: PartyList;
  partyOf: PartyOf;
  succeed: TeamSucceed;
  /** Ends checks and teams whose time has come, wherever nobody else does; until it is closed. */
  startUpkeep(logger: Logger): { close(): void };
};

const LEADER_GONE_MS = 60_000;

export const makeTeam = (
  deps: TeamDeps & {
    rosters: Pick<Rosters, "snapshot">;
    blocks: Pick<Blocks, "among">;
    leases: Pick<Leases, "alive">;
    presence: Pick<Presence, "of">;
    guildOf(player: PlayerId): Promise<string | undefined>;
    onError: (error: unknown) => void;
  } & TeamTimes,
): MakeTeams => {
  const { redis, keys, historyLength, onError, leaderGoneMs = LEADER_GONE_MS } = deps;
  const members = makeTeamMembers(deps);
  const readiness = makeReadiness(redis, keys, { historyLength, onError });
  const teams = makeTeams({ ...deps, members });
  const partyOf = makePartyOf(redis, keys);
  const partyList = makePartyList(deps);
  return {
    members,
    readiness,
    teams,
    partyOf,
    partyList,
    parties: makeParties({ ...deps, members, teams, partyOf, list: partyList }),
    invitations: makeTeamInvitations({ ...deps, members }),
    succeed: makeTeamSucceed(deps, { goneMs: leaderGoneMs }),
    startUpkeep: (logger) => startTeamUpkeep({ ...deps, members, readiness }, logger),
  };
};
