import type { z } from "zod";
import { permissionsSchema } from "../../shared/api/guild.ts";
import type { GuildFacts } from "../../shared/api/guild-facts.ts";
import { ENTRY_KINDS } from "../../shared/entry.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { JoinMode, joinRulesSchema } from "../../shared/join-mode.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import { isPermission, PERMISSIONS, RANKS, type Rank, rankSchema } from "../../shared/rank.ts";
import { foundWithin } from "../channel/founding-quota.ts";
import { makeRosters, type NumberedPerson, type RosterSnapshot } from "../channel/rosters.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs } from "../redis/reply.ts";
import { type Membership, makeClaims } from "./claim.ts";
import { makeEndGuild } from "./end-guild.ts";

/** Whoever comes is in, so that newcomers find a place in a game that has settled nothing. */
const DEFAULT_MODE: JoinMode = "open";

/** With these no guild was made. */
const NOT_FOUNDED: readonly ErrorCode[] = ["guild-exists", "already-in-guild", "player-not-found", "player-linked"];

type JoinRules = z.infer<typeof joinRulesSchema>;

/** All that a guild's state shows, of one moment. */
export type GuildSnapshot = RosterSnapshot;

export type GuildChange = {
  name?: string | undefined;
  tag?: string | undefined;
  capacity?: number | undefined;
} & GuildFacts &
  JoinRules;
export type Permissions = z.infer<typeof permissionsSchema>["permissions"];

/** The guilds and their members. Every change is one function on Redis together with its entry in the guild's channel. */
export type Guilds = {
  /**
   * The leader is its first member. The same guild by the same leader again changes nothing. A player (`caller`) founds so many within 30 days (`rate-limited`), whatever
   * became of them; one that was refused does not count. Throws `guild-exists`, `already-in-guild`, `player-not-found`.
   */
  create(
    guild: { id: GuildId; name: string; tag: string; leader: PlayerId } & GuildFacts & JoinRules,
    caller?: PlayerId,
  ): Promise<void>;
  /** What is left out stays. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  change(id: GuildId, change: GuildChange, caller?: PlayerId): Promise<void>;
  /** Which ranks may do what. Throws `guild-not-found`. */
  permissions(id: GuildId): Promise<Permissions>;
  /** What is left out stays. For the leader. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  permit(id: GuildId, permissions: Partial<Permissions>, caller?: PlayerId): Promise<void>;
  /**
   * Makes a player a member (`newly` false: he was one, and stays what he is). He is never a member of two guilds, whoever else admits him at this moment and
   * whatever dies in between. Throws `guild-not-found`, `guild-full`, `already-in-guild`, `player-not-found`, `banned`,
   * and `outcome-unknown` (ask again) when so many guilds want him at this moment that it could not be settled.
   */
  admit(id: GuildId, player: PlayerId, rank: Exclude<Rank, "leader">): Promise<{ number: number; newly: boolean }>;
  /** A new leader takes the place of the old one, who becomes officer. Throws `guild-not-found`, `member-not-found`, `last-leader`, `not-member`, `not-permitted`. */
  setRank(id: GuildId, player: PlayerId, rank: Rank, caller?: PlayerId): Promise<void>;
  /** A guild whose last member leaves ends at once. Throws `guild-not-found`, `member-not-found`, `last-leader`, `not-member`, `not-permitted`. */
  remove(
    id: GuildId,
    player: PlayerId,
    how: "left" | "kicked",
    by?: { caller?: PlayerId | undefined; reason?: string | undefined },
  ): Promise<void>;
  /** `wanted`: whose rows are needed also where not all are shown. Throws `guild-not-found`. */
  snapshot(id: GuildId, wanted?: readonly PlayerId[]): Promise<GuildSnapshot>;
  /** Throws `guild-not-found` when there is no such guild. A guild that was there stays. */
  mustExist(id: GuildId): Promise<void>;
  /** The guild a player belongs to now, checked against the guild itself. */
  guildOf(player: PlayerId): Promise<GuildId | undefined>;
  /** The same with his number in the guild's channel. */
  membershipOf(player: PlayerId): Promise<Membership | undefined>;
  /** Profiles of people by their number in the channel, also of those who left. Unknown numbers are left out. */
  people(id: GuildId, numbers: readonly number[]): Promise<NumberedPerson[]>;
};

export type GuildsOptions = {
  /** Entries kept per channel. */
  historyLength: number;
  /** Places of a new guild. Left out: 100. */
  capacity?: number;
  /** How players join a new guild. Left out: whoever wants to is in. */
  joinMode?: JoinMode;
  /** Guilds a player founds himself within 30 days. Left out: 3. */
  foundedEach?: number;
  /** For how long who left, or was removed, may not join again by himself. Left out: he may at once. */
  rejoinMs?: number;
};

export const makeGuilds = (
  redis: Redis,
  keys: Keys,
  players: { known(player: PlayerId): Promise<VersionedProfile> },
  options: GuildsOptions,
): Guilds => {
  const ask = makeAsk(redis, keys);
  const rosters = makeRosters(redis, keys);
  const endGuild = makeEndGuild(redis, keys, options);
  const claims = makeClaims(redis, keys, ask, players);
  const keep = String(options.historyLength);

  return {
    create: async ({ id, name, tag, leader, ...facts }, caller) => {
      const channel = guildChannel(id);
      const fields = fieldsOf(facts);
      const print = JSON.stringify([name, tag, leader, ...fields]);
      const found = () =>
        claims.admit(id, leader, "guild_create", (claim, profile, version) => [
          ...[channel, name, tag, String(options.capacity ?? LIMITS.guildMembers), leader],
          ...[claim, profile, version, print, keep, "joinMode", options.joinMode ?? DEFAULT_MODE, ...fields],
        ]);
      const most = options.foundedEach ?? LIMITS.guildsFounded;
      if (caller === undefined) await found();
      else await foundWithin(ask, { player: caller, kind: "guilds", id, print, most, refusals: NOT_FOUNDED }, found);
    },

    change: async (id, change, caller = "") => {
      await ask("guild_change", guildChannel(id), [caller, "profile", ...fieldsOf(change)]);
    },

    permissions: async (id) => {
      const [rows] = await ask("guild_permissions", guildChannel(id), []);
      const settled = [...asPairs(rows)].filter(([name]) => isPermission(name));
      const own = Object.fromEntries(settled.map(([name, line]) => [name, ranksOf(line)]));
      return permissionsSchema.shape.permissions.parse({ ...PERMISSIONS, ...own });
    },

    permit: async (id, permissions, caller = "") => {
      const lines = Object.entries(permissions).flatMap(([name, ranks]) => [
        ...[name, `,${RANKS.filter((rank) => rank === "leader" || ranks.includes(rank)).join(",")},`],
      ]);
      await ask("guild_permit", guildChannel(id), [caller, ...lines]);
    },

    admit: async (id, player, rank) => {
      const [number, newly] = await claims.admit(id, player, "guild_admit", (claim, profile, version) => [
        ...[guildChannel(id), player, rank, claim, profile, version, keep],
      ]);
      return { number: asNumber(number), newly: newly === 1 };
    },

    setRank: async (id, player, rank, caller = "") => {
      await ask("guild_rank", guildChannel(id), [guildChannel(id), player, rank, keep, caller]);
    },

    remove: async (id, player, how, { caller = "", reason = "" } = {}) => {
      const kind = String(ENTRY_KINDS[how]);
      const [claim, isEmpty] = await ask("guild_remove", guildChannel(id), [
        guildChannel(id),
        player,
        kind,
        keep,
        caller,
        reason,
        String(options.rejoinMs ?? 0),
      ]);
      await claims.release(player, asNumber(claim));
      if (isEmpty === 1) await endGuild(id);
    },

    snapshot: (id, wanted) => rosters.snapshot(guildChannel(id), wanted),

    mustExist: (id) => rosters.mustExist(guildChannel(id)),

    guildOf: async (player) => (await claims.membershipOf(player))?.guild,

    membershipOf: claims.membershipOf,

    people: (id, numbers) => rosters.people(guildChannel(id), numbers),
  };
};

/** Fields of info and their values, in an order of their own. */
export const fieldsOf = (change: GuildChange): string[] =>
  Object.entries(change)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, value]) =>
      value === undefined ? [] : [field, Array.isArray(value) ? value.join(",") : String(value)],
    );

/** Ranks as a permission's line lists them. */
const ranksOf = (line: string): Rank[] => line.split(",").flatMap((word) => rankSchema.safeParse(word).data ?? []);
