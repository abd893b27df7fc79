import * as z from "zod";

/** A player's id as the game gives it (the token's subject). Never shown; never an e-mail or a phone number, which is why `@` and `+` are refused. */
export const playerIdSchema = z.string().regex(/^[A-Za-z0-9_.|-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . | -");
export type PlayerId = string;

export const guildIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 characters of A-Z a-z 0-9 _ -");
export type GuildId = string;

/** A channel's id names its kind and its owner: `guild:<guild id>`. Later kinds add a prefix, never change one. */
export const channelIdSchema = z.string().regex(/^guild:[A-Za-z0-9_-]{1,40}$/, "guild:<guild id>");
export type ChannelId = string;

export const guildChannel = (guild: GuildId): ChannelId => `guild:${guild}`;
export const guildOfChannel = (channel: ChannelId): GuildId => channel.slice("guild:".length);

/** A command's own id, made once by whoever sends it: the same nonce is the same command, however often it arrives within 24 h. */
export const nonceSchema = z.string().regex(/^[A-Za-z0-9_.:-]{8,64}$/, "8 to 64 characters of A-Z a-z 0-9 _ . : -");

export const deviceIdSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . -");
