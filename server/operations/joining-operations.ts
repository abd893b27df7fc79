import { codeLifeMs } from "../../shared/api/joining.ts";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { shareTexts } from "../../shared/invitation.ts";
import { JOINING_OPERATIONS } from "../../shared/operations/joining.ts";
import type { Code } from "../guild/invitations.ts";
import type { GuildJoining } from "../guild/joining.ts";
import type { JudgeText } from "../moderation/gate.ts";
import { makePlayerBudget } from "../player/player-budget.ts";
import type { Leases } from "../presence/lease.ts";
import { matchEnds } from "../presence/match-ends.ts";
import type { TeamInvitations } from "../team/team-invitations.ts";
import { asOutside } from "./as-outside.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export type JoiningOperationsDeps = {
  joining: GuildJoining;
  teamInvitations: Pick<TeamInvitations, "of">;
  guildOf(player: PlayerId): Promise<GuildId | undefined>;
  leases: Pick<Leases, "alive">;
  judgeText: JudgeText;
  /** Link to a code, `{code}` standing for it. */
  inviteUrl?: string | undefined;
};

/** Codes a player tries, at once and per second after that: nobody types more, and a program finds none. */
const CODES_TRIED = { burst: 10, perSecond: 0.1 };

/** A player acts for himself alone. */
const mustBeHimself = (player: PlayerId, caller: Caller): void => {
  if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
};

export const makeJoiningOperations = ({
  joining: { requests, invitations, doors, bans, readMembers },
  teamInvitations,
  guildOf,
  leases,
  judgeText,
  inviteUrl,
}: JoiningOperationsDeps): Handlers<keyof typeof JOINING_OPERATIONS> => {
  const spendCode = makePlayerBudget(CODES_TRIED);
  const linkTo = (code: string): string | undefined => inviteUrl?.replaceAll("{code}", code);
  const shown = ({ code, by, endsAt, uses, left }: Code) => {
    const link = linkTo(code);
    return { code, ...(by && { by }), endsAt, uses, left, ...(link && { link }) };
  };
  const of = JOINING_OPERATIONS;

  return {
    joinGuild: does(of.joinGuild, async ({ guild, player, text }, caller) => {
      mustBeHimself(player, caller);
      const said = await judgeText({ channel: guildChannel(guild), as: "request" }, caller, text ?? "");
      return requests.join({ guild, player, text: said, bound: caller !== undefined });
    }),

    listRequests: does(of.listRequests, async ({ guild }, caller) => ({
      requests: await requests.list(guild, caller),
    })),

    answerRequest: does(of.answerRequest, async ({ guild, player, accept, reason = "" }, caller) => {
      const said = await judgeText({ channel: guildChannel(guild), as: "mail" }, caller, reason);
      await requests.answer({ guild, player, accept, reason: said === "" ? undefined : said, caller });
      return {};
    }),

    withdrawRequest: does(of.withdrawRequest, async ({ guild, player }, caller) => {
      mustBeHimself(player, caller);
      await requests.withdraw(guild, player);
      return {};
    }),

    invitePlayer: does(of.invitePlayer, ({ guild, player }, caller) => invitations.invite(guild, player, caller)),

    declineInvitation: does(of.declineInvitation, async ({ guild, player }, caller) => {
      mustBeHimself(player, caller);
      await invitations.decline(guild, player);
      return {};
    }),

    getInvitations: does(of.getInvitations, async ({ player }, caller) => {
      mustBeHimself(player, caller);
      const [own, teams] = await Promise.all([doors.of(player), teamInvitations.of(player)]);
      return { ...own, teams };
    }),

    createCode: does(of.createCode, async ({ guild, nonce, hours, uses }, caller) => {
      const { name, ...code } = await invitations.createCode({
        ...{ guild, nonce, uses, caller },
        lifeMs: codeLifeMs({ hours }),
      });
      return { ...shown(code), share: shareTexts(name, code.code, linkTo(code.code)) };
    }),

    listCodes: does(of.listCodes, async ({ guild }, caller) => ({
      codes: (await invitations.codes(guild, caller)).map(shown),
    })),

    revokeCode: does(of.revokeCode, async ({ guild, code }, caller) => {
      await invitations.revokeCode(guild, code, caller);
      return {};
    }),

    redeemCode: does(of.redeemCode, async ({ player, code }, caller) => {
      mustBeHimself(player, caller);
      if (caller !== undefined) spendCode(caller);
      return invitations.redeem(code, player, caller !== undefined);
    }),

    banFromGuild: does(of.banFromGuild, async ({ guild, player, reason, until }, caller) => {
      await bans.ban({ guild, player, reason, until, caller });
      return {};
    }),

    unbanFromGuild: does(of.unbanFromGuild, async ({ guild, player, reason }, caller) => {
      await bans.unban(guild, player, { caller, reason });
      return {};
    }),

    listMembers: does(of.listMembers, async ({ guild, after, limit }, caller) => {
      const isInside = caller === undefined || (await guildOf(caller)) === guild;
      const { members, sessions, ...page } = await readMembers(guild, after, limit);
      const alive = await leases.alive([...new Set(sessions.map(({ incarnation }) => incarnation))]);
      const open = sessions.filter(({ incarnation }) => alive.has(incarnation));
      const online = new Set(open.map(({ player }) => player));
      const matches = matchEnds(open, Date.now());
      return {
        ...page,
        members: members.map((member) => ({
          ...(isInside ? member : asOutside(member)),
          online: online.has(member.player),
          matchUntil: matches.get(member.player),
        })),
      };
    }),
  };
};
