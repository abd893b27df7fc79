import { GremioError } from "../../shared/errors.ts";
import { type PlayerId, teamChannel } from "../../shared/id.ts";
import { PARTY_OPERATIONS } from "../../shared/operations/party.ts";
import type { JudgeText } from "../moderation/gate.ts";
import type { MakeTeams } from "../team/make-teams.ts";
import type { PartyVoices } from "../team/party-voices.ts";
import { type Caller, does, type Handlers } from "./does.ts";
import { judgeTexts } from "./judge-texts.ts";

export type PartyOperationsDeps = {
  team: Pick<MakeTeams, "teams" | "parties">;
  judgeText: JudgeText;
  /** Whether players may make teams themselves. */
  playersMake: boolean;
  /** Undefined: there is no server for it. */
  voices: PartyVoices | undefined;
};

/** A player acts for himself alone. */
const mustBeHimself = (player: PlayerId, caller: Caller): void => {
  if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
};

export const makePartyOperations = ({
  team: { teams, parties },
  judgeText,
  playersMake,
  voices,
}: PartyOperationsDeps): Handlers<keyof typeof PARTY_OPERATIONS> => {
  const of = PARTY_OPERATIONS;
  return {
    createParty: does(of.createParty, async ({ player, name, topic, ...facts }, caller) => {
      mustBeHimself(player, caller);
      if (caller !== undefined && !playersMake) throw new GremioError("not-permitted");
      const channel = teamChannel("new");
      const said = {
        ...(await judgeTexts(judgeText, { channel, as: "title" }, caller, { name })),
        ...(await judgeTexts(judgeText, { channel, as: "motto" }, caller, { topic })),
      };
      return teams.view(await parties.create({ ...facts, ...said, host: player }, caller));
    }),

    listParties: does(of.listParties, async ({ player }, caller) => {
      mustBeHimself(player, caller);
      return { parties: await parties.of(player) };
    }),

    enterParty: does(of.enterParty, async ({ team, player }, caller) => {
      mustBeHimself(player, caller);
      return { team, ...(await parties.enter(teamChannel(team), player)) };
    }),

    askToSpeak: does(of.askToSpeak, async ({ team, player, raised }, caller) => {
      mustBeHimself(player, caller);
      await parties.ask(teamChannel(team), player, raised);
      return {};
    }),

    setPartyRole: does(of.setPartyRole, async ({ team, player, role }, caller) => {
      await parties.setRole(teamChannel(team), player, role, caller);
      // Whoever is not heard any more is so at once.
      await voices?.enforce(teamChannel(team));
      return {};
    }),

    getVoiceToken: does(of.getVoiceToken, async ({ team, player }, caller) => {
      mustBeHimself(player, caller);
      const { untilMs: until, ...token } = await parties.voiceToken(teamChannel(team), player, voices);
      return { ...token, until };
    }),
  };
};
