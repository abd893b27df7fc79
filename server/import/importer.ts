import { createHash } from "node:crypto";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import type { ImportGuild, ImportMember, ImportPlayer } from "../../shared/import.ts";
import { makeClaims } from "../guild/claim.ts";
import { fieldsOf, type Guilds } from "../guild/guilds.ts";
import type { Players } from "../player/players.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";
import { LineRefused } from "./line-refused.ts";

/** What became of a line: `made` what was not there, `filled` what was there and lacked it, `changed` what another file had said otherwise, `done` nothing. */
export type Outcome = "made" | "filled" | "changed" | "done";

/** Members and places of the guild as they are now, where it is there. */
export type Place = { outcome: Outcome; members: number; places: number };

/**
 * Brings what another system had into this one, a line at a time. A line that was done does nothing again. Whoever dies in the middle of one leaves what the same line
 * takes up; points come in in the step that notes them. `look`: nothing is written, and what would be done is told as far as Redis can tell. Throws `LineRefused`, or
 * `GremioError` with `outcome-unknown`, after which the same line can be tried again.
 */
export type Importer = {
  player(line: ImportPlayer, look: boolean): Promise<Outcome>;
  /** `places` undefined: as many as a new guild has. */
  guild(line: ImportGuild, look: boolean): Promise<Place | undefined>;
  /** Gives undefined only when it looks: there is no such guild. */
  member(line: ImportMember, look: boolean): Promise<Place | undefined>;
  /** Tells the studio and the directory what has come into a guild since it was last told. */
  tell(guild: string): Promise<void>;
  isKnown(player: PlayerId): Promise<boolean>;
  /** Throws `LineRefused` when he is a member of another guild than this, or goes on as another player. */
  mustBeFree(player: PlayerId, guild: string): Promise<void>;
};

const printOf = (value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("hex")
    .slice(0, 8);
const flag = (on: boolean): string => (on ? "1" : "0");
const textOf = (time: number | undefined): string => (time === undefined ? "" : String(time));

const outcomes: Readonly<Record<string, Outcome>> = {
  made: "made",
  filled: "filled",
  changed: "changed",
  done: "done",
};
const outcomeOf = (word: unknown): Outcome => outcomes[asText(word)] ?? "made";

export const makeImporter = (redis: Redis, keys: Keys, players: Players, guilds: Guilds): Importer => {
  const ask = makeAsk(redis, keys);
  const claims = makeClaims(redis, keys, ask, players);

  /** What follows 'ok'. */
  const call = async (name: string, owner: string, args: readonly string[]): Promise<unknown[]> => {
    const { code, rest } = await ask.raw(name, owner, args);
    if (code !== "ok") throw LineRefused.of(code, rest.map(asText).join(", earned "));
    return rest;
  };

  const mustBeFree: Importer["mustBeFree"] = async (player, guild) => {
    const profile = keys.of(`player:${player}`, "profile");
    if ((await redis.run(profile, ["HGET", profile, "to"])) !== null) throw new LineRefused("player-linked");
    const other = await guilds.guildOf(player);
    if (other !== undefined && other !== guild) throw new LineRefused("already-in-guild", other);
  };
  /** A refusal of our domain, with what it is about. */
  const explained = async (error: unknown, player: PlayerId, guild: string): Promise<never> => {
    const { kind, message } = LineRefused.from(error);
    if (kind === "already-in-guild") await mustBeFree(player, guild);
    throw new LineRefused(kind, kind === "player-not-found" ? player : message);
  };

  return {
    player: async ({ id, profile, balance }, look) => {
      const args = [String(balance), profile === undefined ? "" : printOf(profile)];
      const step = async (only: boolean) =>
        asText((await call("import_player", `player:${id}`, [...args, flag(only)]))[0]);
      const found = await step(true);
      if (found === "absent" && profile === undefined) throw new LineRefused("player-not-found");
      if (look || found === "done") return outcomeOf(found);
      // As if it were of a token of long ago: a profile that somebody changed here stays.
      if (profile !== undefined) await players.putProfile(id, profile, 0);
      await step(false);
      return outcomeOf(found);
    },

    guild: async ({ type: _, id, name, tag, leader, balance, earned = balance, createdAt, ...facts }, look) => {
      const fields = fieldsOf({ name, tag, ...facts });
      const print = printOf([fields, createdAt]);
      const args = [leader, String(balance), String(earned), print];
      const step = async (only: boolean) => {
        const times = [flag(only), textOf(createdAt)];
        const [word, members, places] = await call("import_guild", guildChannel(id), [...args, ...times, ...fields]);
        return { what: asText(word), members: asNumber(members), places: asNumber(places) };
      };
      const found = await step(true);
      const isNew = found.what === "absent";
      if (isNew && look) return undefined;
      if (isNew) await guilds.create({ id, name, tag, leader }).catch((error) => explained(error, leader, id));
      const now = look || found.what === "done" ? found : await step(false);
      return {
        outcome: isNew ? "made" : outcomeOf(found.what),
        members: now.members,
        places: facts.capacity ?? now.places,
      };
    },

    member: async ({ guild, player, rank, contribution, joinedAt, lastSeen }, look) => {
      const channel = guildChannel(guild);
      const args = [channel, player, rank, String(contribution), textOf(joinedAt), textOf(lastSeen), flag(look)];
      const found = await call("import_member", channel, [...args, "", "", ""]).catch((error) => {
        if (LineRefused.from(error).kind !== "guild-not-found") throw error;
        if (!look) throw new LineRefused("guild-not-found", guild);
      });
      if (found === undefined) return undefined;
      const [word, members, places] = found;
      const here = { members: asNumber(members), places: asNumber(places) };
      if (word !== "absent" || look) return { outcome: outcomeOf(word), ...here };
      const [made] = await claims
        .admit(guild, player, "import_member", (claim, profile, version) => [...args, claim, profile, version])
        .catch((error) => explained(error, player, guild));
      return { outcome: outcomeOf(made), ...here };
    },

    tell: async (guild) => {
      await ask("import_told", guildChannel(guild), []);
    },

    isKnown: async (player) => (await players.profile(player)) !== undefined,
    mustBeFree,
  };
};
