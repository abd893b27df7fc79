import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asTextOrNull } from "../redis/reply.ts";

/** As whom an account may fight in a war besides himself: guests he was when he became it, the first of them who does fight. */
export type ActingRow = { war: string; as: readonly PlayerId[] };

/** Who fights, by his id in the war, and his row there. */
export type ActingFighter = { fighter: PlayerId; row: string };

/** A row of `acting` (see ../link/link.lua). */
export const parseActing = (row: string): ActingRow => {
  const [war = "", ...as] = row.split(" ");
  return { war, as };
};

/** A fighter who was linked goes on under the id he was written down with; whoever he is now acts as him. */
export type Acting = {
  /** As whom each of these players fights, in their order; undefined for who does not fight. */
  fightersFor(war: string, players: readonly PlayerId[]): Promise<(ActingFighter | undefined)[]>;
  /** Of a guild's fighters, those who fight as somebody else: who that is now, by the fighter. */
  accountsOf(war: string, guild: GuildId, fighters: ReadonlySet<PlayerId>): Promise<Map<PlayerId, PlayerId>>;
};

export const makeActing = (redis: Redis, keys: Keys): Acting => {
  const read = async (key: string, fields: readonly string[]): Promise<(string | null)[]> =>
    fields.length === 0 ? [] : asList(await redis.run(key, ["HMGET", key, ...fields])).map(asTextOrNull);

  return {
    fightersFor: async (war, players) => {
      const members = keys.of(`war:${war}`, "members");
      const own = await read(members, players);
      const others = players.filter((_, index) => own[index] === null);
      const sides = others.length === 0 ? [] : await read(keys.of(`war:${war}`, "info"), ["guild:0", "guild:1"]);
      const guilds = sides.filter((guild) => guild !== null);
      const found = await Promise.all(guilds.map((guild) => read(keys.of(`guild:${guild}`, "acting"), others)));
      const candidates = new Map<PlayerId, readonly PlayerId[]>();
      for (const rows of found)
        for (const [index, row] of rows.entries()) {
          const player = others[index];
          const acting = row === null ? undefined : parseActing(row);
          if (player !== undefined && acting?.war === war) candidates.set(player, acting.as);
        }
      const guests = [...candidates.values()].flat();
      const rows = await read(members, guests);
      const rowOf = new Map(guests.map((guest, index) => [guest, rows[index] ?? null]));
      return players.map((player, index) => {
        const mine = own[index];
        if (typeof mine === "string") return { fighter: player, row: mine };
        for (const fighter of candidates.get(player) ?? []) {
          const row = rowOf.get(fighter);
          if (typeof row === "string") return { fighter, row };
        }
        return undefined;
      });
    },

    accountsOf: async (war, guild, fighters) => {
      const key = keys.of(`guild:${guild}`, "acting");
      const accounts = new Map<PlayerId, PlayerId>();
      for (const [account, row] of asPairs(await redis.run(key, ["HGETALL", key]))) {
        const acting = parseActing(row);
        if (acting.war !== war || fighters.has(account)) continue;
        const fighter = acting.as.find((guest) => fighters.has(guest));
        if (fighter !== undefined) accounts.set(fighter, account);
      }
      return accounts;
    },
  };
};
