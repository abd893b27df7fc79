import { z } from "zod";
import type { PartyRow } from "../../shared/api/party.ts";
import { type ChannelId, idOfChannel, type PlayerId, teamChannel } from "../../shared/id.ts";
import { type Locale, localeSchema } from "../../shared/locale.ts";
import { parseSessions } from "../channel/rosters.ts";
import type { Leases } from "../presence/lease.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";
import { openOf } from "./team-row.ts";

/** A row is believed for so long; then the party itself is asked when it is listed. */
const FRESH_MS = 5_000;
/** Whoever makes a party is done by then, or died. */
const MADE_MS = 60_000;

/** See party.lua. `s`: when the party was asked; 0: not yet. `l` language, `e` last entry, `o` online, `m` capacity. */
const rowSchema = z.object({
  ...{ h: z.string(), a: z.number() },
  ...{ b: z.string().default(""), n: z.string().default(""), t: z.string().default(""), l: z.string().default("") },
  ...{ c: z.number().default(0), m: z.number().default(0), o: z.number().default(0), e: z.number().default(0) },
  s: z.number().default(0),
});
type Row = z.infer<typeof rowSchema>;
const infoSchema = z.object({
  ...{ name: z.string(), topic: z.string().default(""), language: z.string().default("") },
  ...{ capacity: z.coerce.number(), createdAt: z.coerce.number() },
});

/** Parties of a guild or circle, as a projection beside it. */
export type PartyList = {
  /** The reading of one guild or circle; rows that are old are asked of the parties themselves, and those of parties that are gone forgotten. Throws `not-member`. */
  of(open: ChannelId, player: PlayerId | undefined, freshMs?: number): Promise<Listed[]>;
  /** Shows the party as it is now, or not any more. */
  refresh(open: ChannelId, team: ChannelId): Promise<void>;
};
export type Listed = Omit<PartyRow, "in"> & { lastAt: number };

export const makePartyList = (deps: {
  redis: Redis;
  keys: Keys;
  leases: Pick<Leases, "alive">;
  players: { profile(player: PlayerId): Promise<{ name: string } | undefined> };
}): PartyList => {
  const { redis, keys, leases, players } = deps;
  const ask = makeAsk(redis, keys);

  /** The party as it is; undefined: there is none. */
  const look = async (team: ChannelId, now: number): Promise<Row | undefined> => {
    const { code, rest } = await ask.raw("party_look", team, []);
    if (code !== "ok") return undefined;
    const [info, host, count, lastAt, online] = rest;
    const { name, topic, language, capacity, createdAt } = infoSchema.parse(Object.fromEntries(asPairs(asList(info))));
    const sessions = parseSessions(online, []);
    const alive = await leases.alive([...new Set(sessions.map(({ incarnation }) => incarnation))]);
    const here = new Set(sessions.flatMap((one) => (alive.has(one.incarnation) ? [one.player] : [])));
    const profile = await players.profile(asText(host));
    return {
      ...{ h: asText(host), a: createdAt, b: name, n: profile?.name ?? "", t: topic, l: language },
      ...{ c: asNumber(count), m: capacity, o: here.size, e: Number(asText(lastAt)), s: now },
    };
  };

  const verified = async (open: ChannelId, team: string, stored: string, now: number): Promise<Row | undefined> => {
    const row = await look(teamChannel(team), now);
    const old = rowSchema.safeParse(parsedJson(stored)).data;
    const isBeingMade = row === undefined && old !== undefined && old.s === 0 && now - old.a < MADE_MS;
    if (!isBeingMade) await ask("party_row", open, [team, stored, row === undefined ? "" : JSON.stringify(row)]);
    return row;
  };

  return {
    of: async (open, player, freshMs = FRESH_MS) => {
      const [at, rows] = await ask("party_rows", open, [player ?? ""]);
      const now = Number(asText(at));
      const shown = await Promise.all(
        [...asPairs(asList(rows))].map(async ([team, stored]): Promise<Listed | undefined> => {
          const known = rowSchema.safeParse(parsedJson(stored)).data;
          const isFresh = known !== undefined && known.s > now - freshMs && known.s <= now;
          const row = isFresh ? known : await verified(open, team, stored, now);
          return row && listed(team, open, row);
        }),
      );
      return shown.filter((one) => one !== undefined);
    },

    refresh: async (open, team) => {
      const [at] = await ask("party_rows", open, [""]);
      const row = await look(team, Number(asText(at)));
      await ask("party_row", open, [idOfChannel(team), "", row === undefined ? "" : JSON.stringify(row)]);
    },
  };
};

const listed = (team: string, open: ChannelId, row: Row): Listed => {
  const language: Locale | undefined = localeSchema.safeParse(row.l).data;
  return {
    ...{ team, name: row.b, topic: row.t, open: openOf(open), host: { player: row.h, name: row.n } },
    ...(language && { language }),
    ...{ count: row.c, capacity: row.m, online: row.o, createdAt: row.a, lastAt: row.e },
  };
};
