import { GremioError } from "../../shared/errors.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { GUILD_LIFE_OPERATIONS } from "../../shared/operations/guild-life.ts";
import { cleanText } from "../../shared/text.ts";
import type { Desk } from "../guild/desk.ts";
import type { Disbanding } from "../guild/disbanding.ts";
import type { Mails } from "../guild/mail.ts";
import type { Succeed } from "../guild/succession.ts";
import type { JudgeText } from "../moderation/gate.ts";
import { type Caller, does, type Handlers } from "./does.ts";
import { judgeTexts } from "./judge-texts.ts";

export type GuildLifeOperationsDeps = {
  disbanding: Disbanding;
  succeed: Succeed;
  mails: Mails;
  desk: Desk;
  judgeText: JudgeText;
};

/** What only a player asks, `operations.run` lets nobody else ask. */
const playerOf = (caller: Caller): PlayerId => {
  if (caller === undefined) throw new GremioError("not-permitted");
  return caller;
};

export const makeGuildLifeOperations = ({
  disbanding,
  succeed,
  mails,
  desk,
  judgeText,
}: GuildLifeOperationsDeps): Handlers<keyof typeof GUILD_LIFE_OPERATIONS> => {
  const { disbandGuild, keepGuild, claimLeadership, sendMail, listMail, readMail, guildHealth } = GUILD_LIFE_OPERATIONS;
  return {
    disbandGuild: does(disbandGuild, async ({ guild }, caller) => ({
      disbandsAt: await disbanding.announce(guild, caller),
    })),

    keepGuild: does(keepGuild, async ({ guild }, caller) => {
      await disbanding.keep(guild, caller);
      return {};
    }),

    claimLeadership: does(claimLeadership, async ({ guild }, caller) => {
      await succeed(guild, playerOf(caller));
      return {};
    }),

    sendMail: does(sendMail, async ({ guild, nonce, title, text }, caller) => {
      const said = { title, text: cleanText(text) };
      const judged = await judgeTexts(judgeText, { channel: guildChannel(guild), as: "mail" }, caller, said);
      return mails.send(guild, caller, { nonce, ...said, ...judged });
    }),

    listMail: does(listMail, async ({ guild }, caller) => ({ mails: await mails.list(guild, caller) })),

    readMail: does(readMail, async ({ guild, mail }, caller) => {
      await mails.read(guild, playerOf(caller), mail);
      return {};
    }),

    guildHealth: does(guildHealth, ({ guild }, caller) => desk(guild, caller)),
  };
};
