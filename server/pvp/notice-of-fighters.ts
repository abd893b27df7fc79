import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, idOfChannel, kindOfChannel } from "../../shared/id.ts";
import type { NoticeRequest } from "../channel/log.ts";
import type { Fighter, Fighters } from "./fighters.ts";

/** Those of a guild's war who are told by push, and what must hold when they are; or why there is nobody to tell. */
export type NoticeOfFighters = { notice: NoticeRequest; called: readonly Fighter[] } | { refused: GremioError };

/** Who fights for the guild of a channel at this moment, or still has attempts. */
export const makeNoticeOfFighters =
  (fighters: Pick<Fighters, "ofGuild">) =>
  async (channel: ChannelId, of: "roster" | "attacks-left"): Promise<NoticeOfFighters> => {
    const side = kindOfChannel(channel) === "guild" ? await fighters.ofGuild(idOfChannel(channel)) : undefined;
    if (side === undefined) return { refused: new GremioError("no-war") };
    const called = side.fighters.filter(({ attemptsLeft }) => of === "roster" || attemptsLeft > 0);
    const condition = {
      type: of === "roster" ? ("war-fighter" as const) : ("war-attempts-left" as const),
      war: side.war,
    };
    return {
      called,
      notice: { type: "notice", about: "call", only: called.map(({ player }) => player), condition },
    };
  };
