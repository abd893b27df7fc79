import type { Calls, Mentions } from "../../shared/entry.ts";
import type { GremioError } from "../../shared/errors.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Permission } from "../../shared/rank.ts";
import type { NoticeRequest } from "../channel/log.ts";
import type { Fighters } from "../pvp/fighters.ts";
import { makeNoticeOfFighters } from "../pvp/notice-of-fighters.ts";

/** Whom a message calls, who may, and what follows. `refused`: there is nobody of the kind it is to call. */
export type Calling = {
  mentions?: Mentions;
  permission?: Permission;
  notice?: NoticeRequest;
  refused?: GremioError;
};

const BY_RIGHT: ReadonlySet<string> = new Set(["all", "online", "roster", "attacks-left"]);

/** Finds out who is called by what a message asks for. Fighters are those of the guild's war at this moment, and their phones are told at once. */
export const makeCalling = (fighters: Pick<Fighters, "ofGuild">) => {
  const noticeOfFighters = makeNoticeOfFighters(fighters);
  return async (channel: ChannelId, calls: Calls | undefined): Promise<Calling> => {
    const { players = [], groups = [] } = calls ?? {};
    if (players.length + groups.length === 0) return {};
    const plain = groups.filter((group) => group !== "roster" && group !== "attacks-left");
    const mentions: Mentions = {
      ...(players.length > 0 ? { players } : {}),
      ...(plain.length > 0 ? { groups: plain } : {}),
    };
    const permission: Pick<Calling, "permission"> = groups.some((group) => BY_RIGHT.has(group))
      ? { permission: "mentionAll" }
      : {};
    if (plain.length === groups.length) return { mentions, ...permission };
    const of = groups.includes("roster") ? "roster" : "attacks-left";
    const told = await noticeOfFighters(channel, of);
    if ("refused" in told) return { ...permission, refused: told.refused };
    const numbers = told.called.map(({ number }) => number);
    return { ...permission, mentions: { ...mentions, fighters: { of, numbers } }, notice: told.notice };
  };
};
