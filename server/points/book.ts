import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";

export type Book = { guild: GuildId } | { player: PlayerId };

/** The owner of a book, as keys name it. */
export const ownerOf = (book: Book): string => ("guild" in book ? guildChannel(book.guild) : `player:${book.player}`);
