import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { Rank } from "../../shared/rank.ts";

export type MemberView = {
  player: PlayerId;
  /** The member's number in the guild's channel, his for ever. */
  number: number;
  rank: Rank;
  joinedAt: number;
  /** Points brought to the guild. */
  points: number;
  profile: VersionedProfile;
};

/** All that a guild's state shows, of one moment. A higher version is newer. */
export type GuildSnapshot = {
  id: GuildId;
  version: number;
  name: string;
  tag: string;
  capacity: number;
  createdAt: number;
  points: number;
  members: MemberView[];
  /** Sessions said to be open, with the process incarnation that holds each; those of a dead process are not open any more (see presence/lease). */
  sessions: { player: PlayerId; session: string; incarnation: string }[];
};

/** The guilds and their members. Every change is one function on Redis together with its entry in the guild's channel. */
export type Guilds = {
  /** The leader is its first member. The same guild by the same leader again changes nothing. Throws `guild-exists`, `already-in-guild`, `player-not-found`. */
  create(guild: { id: GuildId; name: string; tag: string; leader: PlayerId }): Promise<void>;
  change(id: GuildId, change: { name?: string | undefined; tag?: string | undefined }): Promise<void>;
  /** Makes a player a member (`newly` false: he was one). Throws `guild-not-found`, `guild-full`, `already-in-guild`, `player-not-found`. */
  admit(id: GuildId, player: PlayerId, rank: Exclude<Rank, "leader">): Promise<{ number: number; newly: boolean }>;
  /** A new leader takes the place of the old one, who becomes officer. Throws `guild-not-found`, `member-not-found`, `last-leader`. */
  setRank(id: GuildId, player: PlayerId, rank: Rank): Promise<void>;
  /** Throws `guild-not-found`, `member-not-found`, `last-leader`. */
  remove(id: GuildId, player: PlayerId, how: "left" | "kicked"): Promise<void>;
  /** Throws `guild-not-found`. */
  snapshot(id: GuildId): Promise<GuildSnapshot>;
  /** The guild a player belongs to now, checked against the guild itself. */
  guildOf(player: PlayerId): Promise<GuildId | undefined>;
  /** Profiles of people by their number in the channel, also of those who left. Unknown numbers are left out. */
  people(
    id: GuildId,
    numbers: readonly number[],
  ): Promise<{ number: number; player: PlayerId; profile: VersionedProfile }[]>;
  /** A session of a member began (`incarnation`: of the process that holds it) or ended (undefined). */
  setSession(id: GuildId, player: PlayerId, session: string, incarnation: string | undefined): Promise<void>;
};
