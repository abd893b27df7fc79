import { z } from "zod";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Personal } from "../../shared/protocol.ts";
import { askedPrint } from "../channel/asked-print.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText } from "../redis/reply.ts";

const rowSchema = z.object({
  id: z.string(),
  epoch: z.int(),
  seq: z.int(),
  at: z.int(),
  from: z.int(),
  title: z.string(),
  text: z.string(),
});

/** `from`: number of its author in the channel, 0 the game's backend. `read`: the reader has nothing to read in it. `readers`: only for who may write mail. */
export type Mail = z.infer<typeof rowSchema> & { read: boolean; readers?: number };

/** What becomes of a text before it is written; it may refuse it. The place for the language filter. */
export type PassText = (text: string, of: { guild: GuildId; author: PlayerId | undefined }) => Promise<string>;

export type Mails = {
  /**
   * Writes to all members, as an entry and as mail that stays until each has read it; who is away is pushed it. The same author and nonce give the first result.
   * `author` undefined: the game's backend, without quota. Throws `guild-not-found`, `not-member`, `not-permitted`, `muted`, `mail-quota`, `key-reused`.
   */
  send(
    guild: GuildId,
    author: PlayerId | undefined,
    mail: { nonce: string; title: string; text: string },
  ): Promise<{ id: string; epoch: number; seq: number; at: number }>;
  /** The newest first, at most 20. Throws `guild-not-found`, `not-member`. */
  list(guild: GuildId, reader: PlayerId | undefined): Promise<Mail[]>;
  /** His other devices are told. Throws `guild-not-found`, `not-member`, `mail-not-found`. */
  read(guild: GuildId, reader: PlayerId, id: string): Promise<void>;
};

export const makeMails = (
  redis: Redis,
  keys: Keys,
  { perDay, historyLength, pass }: { perDay: number; historyLength: number; pass?: PassText },
): Mails => {
  const ask = makeAsk(redis, keys);
  return {
    send: async (guild, author, { nonce, title, text }) => {
      const channel = guildChannel(guild);
      const passed = async (said: string) => (pass === undefined ? said : pass(said, { guild, author }));
      const [shownTitle, shownText] = [await passed(title), await passed(text)];
      const print = askedPrint(["mail", title, text]);
      const [epoch, seq, at] = await ask("guild_mail", channel, [
        ...[channel, author ?? "", nonce, shownTitle, shownText, print],
        ...[String(perDay), String(historyLength)],
      ]);
      const entry = { epoch: asNumber(epoch), seq: asNumber(seq), at: asNumber(at) };
      return { id: `${entry.epoch}-${entry.seq}`, ...entry };
    },

    list: async (guild, reader = "") =>
      (await ask("guild_mails", guildChannel(guild), [reader])).map((row) => {
        const [json, read, readers] = asList(row);
        const mail = { ...rowSchema.parse(JSON.parse(asText(json))), read: read === 1 };
        const count = asNumber(readers);
        return count < 0 ? mail : { ...mail, readers: count };
      }),

    read: async (guild, reader, id) => {
      const [newly] = await ask("guild_mail_read", guildChannel(guild), [reader, id]);
      if (newly !== 1) return;
      const message: Personal = { type: "mail", guild, mail: id };
      // It may be lost: the other device reads the list again when it joins.
      await ask("player_tell", `player:${reader}`, [JSON.stringify([reader, message]), "1"]).catch(() => undefined);
    },
  };
};
