import { z } from "zod";
import type { Entry } from "../../shared/entry.ts";
import { levelEndsAt } from "../../shared/guild-level.ts";
import { renderSuggestion } from "../../shared/guild-suggestion.ts";
import { type ChannelId, type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { readVersionedProfileSchema } from "../../shared/profile.ts";
import { rankSchema } from "../../shared/rank.ts";
import { parsePayload } from "../channel/payload.ts";
import { makeRosters } from "../channel/rosters.ts";
import type { Leases } from "../presence/lease.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTexts } from "../redis/reply.ts";
import { type Advice, adviceFor } from "./desk-advice.ts";
import { bestHourOf, type DeskMember, groupsOf, isSpoken, unansweredOf } from "./desk-figures.ts";

type Person = { player: PlayerId; number: number; name: string; lastAt: number };
type Group = { count: number; first: Person[] };

export type DeskReport = {
  memberCount: number;
  active: Group;
  leaving: Group;
  silent: Group;
  unanswered: Group;
  /** Requests to be let in that wait for an answer. */
  requests: number;
  /** 0 to 23, in `zone`, the leader's. */
  bestHour?: number;
  zone: string;
  /** Messages counted for the best hour. */
  messages: number;
  suggestions: (Advice & { texts: Record<"es-419" | "pt-BR" | "en", string> })[];
};

/** How a guild is doing. Throws `guild-not-found`, `not-member`, `not-permitted`. */
export type Desk = (guild: GuildId, caller: PlayerId | undefined, now?: number) => Promise<DeskReport>;

const PAGE = 500;
/** The log is read for at most so many entries, newcomers' words are looked for in the newest 500. */
const PAGES = 4;
const NAMED = 10;

const infoSchema = z.object({
  capacity: z.coerce.number(),
  createdAt: z.coerce.number(),
  level: z.coerce.number().default(1),
});
const memberSchema = z.object({ n: z.int(), rank: rankSchema, at: z.int() });

/**
 * Reads in at most 5 commands on the guild (its rows once, its log by up to 4 pages of 500), one for each process that holds sessions of its members, and 2 for names.
 */
export const makeDesk = (
  redis: Redis,
  keys: Keys,
  { leases, totals }: { leases: Pick<Leases, "alive">; totals: readonly number[] },
): Desk => {
  const ask = makeAsk(redis, keys);
  const rosters = makeRosters(redis, keys);

  /** The newest entries, the newest page first, each page oldest first. */
  const readPages = async (channel: ChannelId): Promise<Entry[][]> => {
    const log = keys.of(channel, "log");
    const pages: Entry[][] = [];
    let from = "+";
    while (pages.length < PAGES) {
      const rows = asList(await redis.run(log, ["XREVRANGE", log, from, "-", "COUNT", String(PAGE)])).map(asList);
      pages.push(rows.map(([, fields]) => parsePayload(asTexts(fields)[1] ?? "")).reverse());
      const oldest = rows.at(-1)?.[0];
      if (rows.length < PAGE || oldest === undefined) break;
      from = `(${asText(oldest)}`;
    }
    return pages;
  };

  const onlineIn = async (online: ReadonlyMap<string, string>): Promise<Set<string>> => {
    const alive = await leases.alive([...new Set(online.values())]);
    const open = [...online].filter(([, incarnation]) => alive.has(incarnation));
    return new Set(open.map(([field]) => field.slice(0, field.lastIndexOf("|"))));
  };

  return async (guild, caller, now = Date.now()) => {
    const channel = guildChannel(guild);
    const [info, rows, seen, online, profile, earned, since] = await ask("guild_desk", channel, [caller ?? ""]);
    const { capacity, createdAt, level } = infoSchema.parse(Object.fromEntries(asPairs(info)));
    const requestsSince = asTexts(since).map(Number);
    const zone = profile === "" ? "UTC" : readVersionedProfileSchema.parse(JSON.parse(asText(profile))).zone;
    const [pages, open] = await Promise.all([readPages(channel), onlineIn(asPairs(online))]);
    const entries = pages.toReversed().flat();
    const spoken = entries.filter(isSpoken);
    const saidBy = Map.groupBy(spoken, ({ from }) => from);
    const seenAt = asPairs(seen);
    const playerOf = new Map<number, PlayerId>();
    const members = [...asPairs(rows)].map(([player, row]): DeskMember => {
      const { n: number, rank, at: joinedAt } = memberSchema.parse(JSON.parse(row));
      playerOf.set(number, player);
      const said = saidBy.get(number) ?? [];
      const last = Math.max(joinedAt, Number(seenAt.get(player) ?? 0), said.at(-1)?.at ?? 0);
      return { number, rank, joinedAt, lastAt: open.has(player) ? now : last, messages: said.length };
    });
    const groups = groupsOf(members, now);
    const unanswered = unansweredOf(members, pages[0] ?? [], now);
    const bestHour = bestHourOf(entries, zone);
    const lists = [groups.active.toReversed(), groups.leaving, groups.silent, unanswered];
    const busiest = members.toSorted((a, b) => b.messages - a.messages).slice(0, NAMED);
    const wanted = [...lists, busiest].flatMap((list) => list.slice(0, NAMED)).map(({ number }) => number);
    const names = new Map((await rosters.people(channel, wanted)).map((one) => [one.number, one.profile.name]));
    const ends = levelEndsAt(level, totals);
    const advice = adviceFor(
      {
        ...groups,
        ...{ unanswered, bestHour, capacity, createdAt, level, now },
        requestsSince,
        lastMessageAt: spoken.at(-1)?.at,
        memberCount: members.length,
        missing: ends === undefined ? undefined : Math.max(0, ends - asNumber(earned)),
      },
      (number) => names.get(number) ?? "",
    );
    const [active, leaving, silent, newcomers] = lists.map(
      (list): Group => ({
        count: list.length,
        first: list.slice(0, NAMED).map(({ number, lastAt }) => ({
          ...{ player: playerOf.get(number) ?? "", number, name: names.get(number) ?? "", lastAt },
        })),
      }),
    );
    const none: Group = { count: 0, first: [] };
    return {
      memberCount: members.length,
      active: active ?? none,
      leaving: leaving ?? none,
      silent: silent ?? none,
      unanswered: newcomers ?? none,
      requests: requestsSince.length,
      ...(bestHour === undefined ? {} : { bestHour }),
      zone,
      messages: spoken.length,
      suggestions: advice.map(({ reason, params }) => ({
        reason,
        params,
        texts: {
          "es-419": renderSuggestion(reason, params, "es-419"),
          "pt-BR": renderSuggestion(reason, params, "pt-BR"),
          en: renderSuggestion(reason, params, "en"),
        },
      })),
    };
  };
};
