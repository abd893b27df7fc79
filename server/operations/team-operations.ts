import { GremioError } from "../../shared/errors.ts";
import { type PlayerId, teamChannel } from "../../shared/id.ts";
import { TEAM_OPERATIONS } from "../../shared/operations/team.ts";
import type { JudgeText } from "../moderation/gate.ts";
import type { MakeTeams } from "../team/make-teams.ts";
import type { PartyVoices } from "../team/party-voices.ts";
import type { TeamFacts } from "../team/teams.ts";
import { type Caller, does, type Handlers } from "./does.ts";
import { judgeTexts } from "./judge-texts.ts";

export type TeamOperationsDeps = {
  team: Pick<MakeTeams, "teams" | "members" | "invitations" | "readiness">;
  judgeText: JudgeText;
  /** Whether players may make teams themselves. */
  playersMake: boolean;
  voices: Pick<PartyVoices, "enforce"> | undefined;
};

const MINUTE_MS = 60_000;

/** A player acts for himself alone. */
const mustBeHimself = (player: PlayerId, caller: Caller): void => {
  if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
};

/** What a team is for is said by the game's backend alone. */
const mustNotSayWhatFor = ({ match, war, endsAt }: TeamFacts, caller: Caller): void => {
  if (caller !== undefined && (match !== undefined || war !== undefined || endsAt !== undefined))
    throw new GremioError("not-permitted");
};

export const makeTeamOperations = ({
  team: { teams, members, invitations, readiness },
  judgeText,
  playersMake,
  voices,
}: TeamOperationsDeps): Handlers<keyof typeof TEAM_OPERATIONS> => {
  const of = TEAM_OPERATIONS;
  const judged = async <F extends { name?: string | undefined; topic?: string | undefined }>(
    channel: string,
    caller: Caller,
    { name, topic, ...facts }: F,
  ) => ({
    ...facts,
    ...(await judgeTexts(judgeText, { channel, as: "title" }, caller, { name })),
    ...(await judgeTexts(judgeText, { channel, as: "motto" }, caller, { topic })),
  });

  return {
    createTeam: does(of.createTeam, async ({ player, members: brought, ...facts }, caller) => {
      const founder = player ?? caller;
      if (founder !== undefined) mustBeHimself(founder, caller);
      mustNotSayWhatFor(facts, caller);
      if (caller !== undefined && (!playersMake || brought !== undefined)) throw new GremioError("not-permitted");
      const { nonce, ...said } = await judged(teamChannel("new"), caller, facts);
      const { team, refused } = await teams.create({ ...said, nonce, founder, members: brought }, caller);
      return { ...(await teams.view(team)), refused };
    }),

    getTeam: does(of.getTeam, async ({ team }, caller) => {
      const channel = teamChannel(team);
      if (caller !== undefined && !(await invitations.mayLookAt(channel, caller))) throw new GremioError("not-member");
      return teams.view(channel);
    }),

    changeTeam: does(of.changeTeam, async ({ team, ...facts }, caller) => {
      mustNotSayWhatFor(facts, caller);
      await teams.change(teamChannel(team), await judged(teamChannel(team), caller, facts), caller);
      return teams.view(teamChannel(team));
    }),

    endTeam: does(of.endTeam, async ({ team, reason }, caller) => {
      await teams.end(teamChannel(team), caller, reason);
      await voices?.enforce(teamChannel(team));
      return {};
    }),

    joinTeam: does(of.joinTeam, async ({ team, player, role }, caller) => {
      mustBeHimself(player, caller);
      if (caller !== undefined && role !== undefined) throw new GremioError("not-permitted");
      const channel = teamChannel(team);
      if (caller === undefined) return { team, ...(await members.admit(channel, player, { how: "backend", role })) };
      return { team, ...(await invitations.join(channel, player)) };
    }),

    leaveTeam: does(of.leaveTeam, async ({ team, player }, caller) => {
      mustBeHimself(player, caller);
      await members.leave(teamChannel(team), player, caller);
      await voices?.enforce(teamChannel(team));
      return {};
    }),

    setTeamRole: does(of.setTeamRole, async ({ team, player, role }, caller) => {
      const channel = teamChannel(team);
      const said = await judgeText({ channel, as: "title" }, caller, role);
      await teams.setRole(channel, player, said, caller);
      return {};
    }),

    handOverTeam: does(of.handOverTeam, async ({ team, player }, caller) => {
      await teams.handOver(teamChannel(team), player, caller);
      return {};
    }),

    inviteToTeam: does(of.inviteToTeam, ({ team, player }, caller) =>
      invitations.invite(teamChannel(team), player, caller),
    ),

    declineTeam: does(of.declineTeam, async ({ team, player }, caller) => {
      mustBeHimself(player, caller);
      await invitations.decline(teamChannel(team), player);
      return {};
    }),

    createTeamCode: does(of.createTeamCode, ({ team, nonce, minutes, uses }, caller) =>
      invitations.createCode({ team: teamChannel(team), nonce, lifeMs: minutes * MINUTE_MS, uses, caller }),
    ),

    listTeamCodes: does(of.listTeamCodes, async ({ team }, caller) => ({
      codes: await invitations.codes(teamChannel(team), caller),
    })),

    revokeTeamCode: does(of.revokeTeamCode, async ({ team, code }, caller) => {
      await invitations.revokeCode(teamChannel(team), code, caller);
      return {};
    }),

    redeemTeamCode: does(of.redeemTeamCode, ({ player, code }, caller) => {
      mustBeHimself(player, caller);
      return invitations.redeem(code, player, caller !== undefined);
    }),

    startCheck: does(of.startCheck, async ({ team, nonce, seconds }, caller) => {
      const lastsMs = seconds * 1_000;
      const until = await readiness.start({ team: teamChannel(team), id: nonce, lastsMs, caller });
      return { check: nonce, until };
    }),

    answerCheck: does(of.answerCheck, async ({ team, player, check, ready }, caller) => {
      mustBeHimself(player, caller);
      await readiness.answer(teamChannel(team), player, check, ready);
      return {};
    }),
  };
};
