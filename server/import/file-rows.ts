import type { PlayerId } from "../../shared/id.ts";
import type { ImportGuild, ImportLine, ImportMember, ImportPlayer } from "../../shared/import.ts";
import { makeIdTable } from "./id-table.ts";
import { LineRefused } from "./line-refused.ts";

/**
 * What a file says of a guild, besides its members. `joining`: members a dry run would have added. `isAnother`: a guild with this id is there that has nothing to do with
 * the file's.
 */
export type GuildRow = {
  line: number;
  leader: PlayerId;
  capacity: number | undefined;
  joining: number;
  isAnother: boolean;
};

/**
 * What the lines of a file are checked against: one another. Guilds are kept whole, players and members as numbers only. Checks throw `LineRefused`; of two lines that
 * exclude each other the first one counts.
 */
export type FileRows = {
  player(line: ImportPlayer, number: number): void;
  guild(line: ImportGuild, number: number): void;
  /** When all players and guilds are known. */
  member(line: ImportMember, number: number): void;
  /** Whether a line that was taken in is the one that counts. */
  counts(line: ImportLine, number: number): boolean;
  hasPlayer(player: PlayerId): boolean;
  guildRow(guild: string): GuildRow | undefined;
  /** Also those that only members' lines name. */
  guilds(): Iterable<string>;
};

export const makeFileRows = (): FileRows => {
  const ids = makeIdTable();
  const guilds = new Map<string, GuildRow>();
  const others = new Set<string>();

  const once = (id: string, number: number, kind: "twice" | "already-in-guild" = "twice"): void => {
    const first = ids.put(id, number);
    if (first !== undefined && first !== number) throw new LineRefused(kind, `as on line ${first}`);
  };

  return {
    player: ({ id }, number) => once(`player:${id}`, number),
    guild: ({ id, leader, capacity }, number) => {
      const first = guilds.get(id);
      if (first !== undefined) throw new LineRefused("twice", `as on line ${first.line}`);
      once(`leader:${leader}`, number, "already-in-guild");
      guilds.set(id, { line: number, leader, capacity, joining: 0, isAnother: false });
    },
    member: ({ guild, player, rank }, number) => {
      const row = guilds.get(guild);
      if (row === undefined) others.add(guild);
      if (row?.isAnother === true) throw new LineRefused("guild-exists", `see line ${row.line}`);
      const leads = ids.get(`leader:${player}`);
      if (leads !== undefined && leads !== row?.line)
        throw new LineRefused("already-in-guild", `leader of the guild of line ${leads}`);
      if (row !== undefined && (rank === "leader") !== (row.leader === player))
        throw new LineRefused("two-leaders", `line ${row.line} says ${row.leader}`);
      once(`member:${player}`, number, "already-in-guild");
    },
    counts: (line, number) => {
      if (line.type === "guild") return guilds.get(line.id)?.line === number;
      return line.type === "member" || ids.get(`player:${line.id}`) === number;
    },
    hasPlayer: (player) => ids.get(`player:${player}`) !== undefined,
    guildRow: (guild) => guilds.get(guild),
    guilds: () => [...guilds.keys(), ...others],
  };
};
