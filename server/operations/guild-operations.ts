import type { z } from "zod";
import type { guildSchema } from "../../shared/api/guild.ts";
import type { GuildFacts } from "../../shared/api/guild-facts.ts";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel } from "../../shared/id.ts";
import { GUILD_OPERATIONS } from "../../shared/operations/guild.ts";
import type { Guilds } from "../guild/guilds.ts";
import { putMember } from "../guild/put-member.ts";
import type { JudgeText } from "../moderation/gate.ts";
import type { Leases } from "../presence/lease.ts";
import { matchEnds } from "../presence/match-ends.ts";
import { asOutside } from "./as-outside.ts";
import { type Caller, does, type Handlers } from "./does.ts";
import { judgeFacts } from "./judge-texts.ts";
import { mustSayWhy } from "./must-say-why.ts";

export type GuildOperationsDeps = {
  judgeText: JudgeText;
  guilds: Guilds;
  leases: Pick<Leases, "alive">;
  /** Whether players may create guilds themselves. */
  playersFound: boolean;
};

export const makeGuildOperations = ({
  judgeText,
  guilds,
  leases,
  playersFound,
}: GuildOperationsDeps): Handlers<keyof typeof GUILD_OPERATIONS> => {
  const view = async (id: GuildId, caller?: Caller): Promise<z.infer<typeof guildSchema>> => {
    const { sessions, members, others, requests, ...guild } = await guilds.snapshot(
      id,
      caller === undefined ? [] : [caller],
    );
    const isInside = caller === undefined || [...members, ...others].some(({ player }) => player === caller);
    const alive = await leases.alive(sessions.map(({ incarnation }) => incarnation));
    const open = sessions.filter(({ incarnation }) => alive.has(incarnation));
    const online = new Set(open.map(({ player }) => player));
    const matches = matchEnds(open, Date.now());
    const shown = members.map((member) => ({
      ...(isInside ? member : asOutside(member)),
      online: online.has(member.player),
      matchUntil: matches.get(member.player),
    }));
    const isWhole = guild.memberCount === members.length;
    const onlineCount = isWhole ? shown.filter((member) => member.online).length : online.size;
    return { ...guild, ...(isInside ? { requests } : {}), onlineCount, members: shown };
  };
  const titles = (
    guild: GuildId,
    caller: Caller,
    { name, tag, motto, region, topics = [] }: { name?: string; tag?: string } & GuildFacts,
  ) => {
    const facts = { titles: { name, tag }, mottos: { motto }, codes: [region, ...topics] };
    return judgeFacts(judgeText, guildChannel(guild), caller, facts);
  };
  const { createGuild, getGuild, changeGuild, putMember: put, setRank, removeMember } = GUILD_OPERATIONS;

  return {
    createGuild: does(createGuild, async (guild, caller) => {
      const judged = await titles(guild.id, caller, guild);
      const isOwn = caller === undefined || (playersFound && guild.leader === caller);
      if (!isOwn) throw new GremioError("not-permitted");
      await guilds.create({ ...guild, ...judged }, caller);
      return view(guild.id);
    }),

    getGuild: does(getGuild, ({ guild }, caller) => view(guild, caller)),

    changeGuild: does(changeGuild, async ({ guild, ...change }, caller) => {
      if (caller !== undefined && change.capacity !== undefined) throw new GremioError("not-permitted");
      await guilds.change(guild, { ...change, ...(await titles(guild, caller, change)) }, caller);
      return view(guild);
    }),

    putMember: does(put, async ({ guild, player, rank }) => ({
      player,
      ...(await putMember(guilds, guild, player, rank)),
    })),

    setRank: does(setRank, async ({ guild, player, rank }, caller) => {
      await guilds.setRank(guild, player, rank, caller);
      return {};
    }),

    removeMember: does(removeMember, async ({ guild, player, how, reason }, caller) => {
      const isLeaving = caller === player;
      const told = caller === undefined ? how : isLeaving ? "left" : "kicked";
      mustSayWhy(told, reason);
      await guilds.remove(guild, player, told, { caller, reason });
      return {};
    }),

    getPermissions: does(GUILD_OPERATIONS.getPermissions, async ({ guild }) => ({
      permissions: await guilds.permissions(guild),
    })),

    setPermissions: does(GUILD_OPERATIONS.setPermissions, async ({ guild, permissions }, caller) => {
      await guilds.permit(guild, permissions, caller);
      return { permissions: await guilds.permissions(guild) };
    }),
  };
};
