import * as z from "zod";

/** A player's id as the game gives it (the token's subject). Never shown; never an e-mail or a phone number, which is why `@` and `+` are refused. */
export const playerIdSchema = z.string().regex(/^[A-Za-z0-9_.|-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . | -");
export type PlayerId = string;

export const guildIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 characters of A-Z a-z 0-9 _ -");
export type GuildId = string;

/** Kinds of channels. `direct` and `world` are reserved: nothing has them yet. */
export const CHANNEL_KINDS = ["guild", "team", "circle"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A channel's id names its kind and its owner: `guild:<guild id>`. Later kinds add a prefix, never change one. */
export const channelIdSchema = z
  .string()
  .regex(
    /^(guild|team|circle):[A-Za-z0-9_-]{1,40}$/,
    "guild:, team: or circle: and 1 to 40 characters of A-Z a-z 0-9 _ -",
  );
export type ChannelId = string;

/** The same, or '' for what belongs to no channel: what the studio tells. */
export const noticeChannelSchema = z.union([channelIdSchema, z.literal("")]);

export const guildChannel = (guild: GuildId): ChannelId => `guild:${guild}`;
export const teamChannel = (team: string): ChannelId => `team:${team}`;
export const circleChannel = (circle: string): ChannelId => `circle:${circle}`;
/** The owner's id: of a guild's channel, the guild's. */
export const idOfChannel = (channel: ChannelId): string => channel.slice(channel.indexOf(":") + 1);
export const kindOfChannel = (channel: ChannelId): ChannelKind =>
  CHANNEL_KINDS.find((kind) => channel.startsWith(`${kind}:`)) ?? "guild";

/** A command's own id, made once by whoever sends it: the same nonce is the same command, however often it arrives within 24 h. */
export const nonceSchema = z.string().regex(/^[A-Za-z0-9_.:-]{8,64}$/, "8 to 64 characters of A-Z a-z 0-9 _ . : -");

export const deviceIdSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . -");
