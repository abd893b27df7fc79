import { makeBroadcasts } from "../broadcast/broadcasts.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { makeAudit } from "../moderation/audit.ts";
import { makeJudge } from "../moderation/judging.ts";
import type { Purges } from "../moderation/purges.ts";
import { makeReports } from "../moderation/reports.ts";
import { makeSanctions } from "../moderation/sanctions.ts";
import { makeBroadcastOperations } from "../operations/broadcast-operations.ts";
import { makeDirectoryOperations } from "../operations/directory-operations.ts";
import type { Handlers } from "../operations/does.ts";
import { makeEventsOperations } from "../operations/events-operations.ts";
import { makeGuildLifeOperations } from "../operations/guild-life-operations.ts";
import { makeGuildOperations } from "../operations/guild-operations.ts";
import { makeJoiningOperations } from "../operations/joining-operations.ts";
import { makeLineUpOperations } from "../operations/line-up-operations.ts";
import { makeMatchOperations } from "../operations/match-operations.ts";
import { makeModerationOperations } from "../operations/moderation-operations.ts";
import { makePartyOperations } from "../operations/party-operations.ts";
import { makePinOperations } from "../operations/pin-operations.ts";
import { makePlayerOperations } from "../operations/player-operations.ts";
import { makePointsOperations } from "../operations/points-operations.ts";
import { makePushOperations } from "../operations/push-operations.ts";
import { makePushSettingsOperations } from "../operations/push-settings-operations.ts";
import { makeRankingOperations } from "../operations/ranking-operations.ts";
import { makeReportOperations } from "../operations/report-operations.ts";
import { makeRewardOperations } from "../operations/reward-operations.ts";
import { makeRulesOperations } from "../operations/rules-operations.ts";
import { makeTeamOperations } from "../operations/team-operations.ts";
import { makeWarOperations } from "../operations/war-operations.ts";
import { makeWarQueueOperations } from "../operations/war-queue-operations.ts";
import type { Leases } from "../presence/lease.ts";
import { makeMatches } from "../presence/matches.ts";
import { makePushPolicies } from "../push-policy/push-policies.ts";
import type { MakeTeams } from "../team/make-teams.ts";
import type { Voices } from "../voice/voices.ts";
import type { Base } from "./base.ts";
import type { Outlet } from "./outlet.ts";
import type { People } from "./people.ts";
import type { Points } from "./points.ts";
import type { Speech } from "./speech.ts";
import type { War } from "./war.ts";

export type HandlersDeps = {
  speech: Speech;
  people: People;
  points: Points;
  war: War;
  outlet: Outlet;
  purges: Purges;
  leases: Leases;
  team: MakeTeams;
  voices: Voices | undefined;
  decisions: Decisions;
};

/** How each operation is done. */
export const makeHandlers = (
  { config, redis, keys }: Base,
  { speech, people, points, war, outlet, purges, leases, team, voices, decisions }: HandlersDeps,
): Handlers => {
  const { judgeText, changes, held, reads, rules, studioRules } = speech;
  const { guilds, joining, players, circles, enterCircle, directory, life, blocks, rosters } = people;
  const { ledger, links, rewards, ranking, seasons } = points;
  const sanctions = makeSanctions(redis, keys, { historyLength: config.historyLength });
  const audit = makeAudit(redis, keys);
  const judge = makeJudge({
    ...{ redis, keys, sanctions, changes, held },
    guilds: {
      kick: (guild, player, by) => guilds.remove(guild, player, "kicked", by),
      ban: (ban) => joining.bans.ban(ban),
    },
  });
  return {
    ...makeBroadcastOperations({ broadcasts: makeBroadcasts(redis, keys) }),
    ...makeEventsOperations(outlet.events),
    ...makeDirectoryOperations({
      ...directory,
      circles,
      enterCircle,
      players,
      judgeText,
      playersFound: config.playersFoundCircles,
    }),
    ...makeGuildLifeOperations({ ...life, judgeText }),
    ...makeGuildOperations({ guilds, leases, judgeText, playersFound: config.playersFoundGuilds }),
    ...makeLineUpOperations(war),
    ...makeWarOperations(war),
    ...makeWarQueueOperations(war),
    ...makeJoiningOperations({
      joining,
      teamInvitations: team.invitations,
      guildOf: guilds.guildOf,
      leases,
      judgeText,
      inviteUrl: config.inviteUrl,
    }),
    ...makeTeamOperations({ team, judgeText, playersMake: config.playersMakeTeams, voices }),
    ...makePartyOperations({ team, judgeText, playersMake: config.playersMakeTeams, voices }),
    ...makeMatchOperations(makeMatches(redis, keys)),
    ...makePinOperations({ changes, reads, rosters }),
    ...makePlayerOperations(links),
    ...makeModerationOperations({ sanctions, blocks, audit, purges }),
    ...makeRulesOperations({ rules, studio: studioRules, audit }),
    ...makePointsOperations({ ledger, guilds }),
    ...makePushOperations({ decisions, players }),
    ...makePushSettingsOperations({ players, policies: makePushPolicies(redis, keys) }),
    ...makeRankingOperations({ ranking, seasons, guilds }),
    ...makeReportOperations({ reports: makeReports(redis, keys), judge }),
    ...makeRewardOperations({ rewards, guilds }),
  };
};
