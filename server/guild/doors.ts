import { z } from "zod";
import type { invitationsSchema } from "../../shared/api/joining.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Personal } from "../../shared/protocol.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";

type Kind = "request" | "invitation";
export type Invitations = Omit<z.infer<typeof invitationsSchema>, "teams">;

/**
 * What a player is shown of his requests and invitations, wherever he is. It follows what guilds decide and may lag behind when a process dies in between, so what is
 * read is compared with the guilds and put right.
 */
export type Doors = {
  /** Before the guild is asked. Throws `requests-full`, `player-not-found`. */
  asks(player: PlayerId, guild: GuildId): Promise<void>;
  /** What came of a request, or that he is invited; his sessions are told. Nothing comes from whom he has blocked. */
  tell(player: PlayerId, guild: GuildId, door: Door, by?: PlayerId): Promise<void>;
  take(player: PlayerId, guild: GuildId, kind: Kind): Promise<void>;
  of(player: PlayerId): Promise<Invitations>;
  /** Guilds he has asked, as far as he has been shown: those that have not answered, and those that said no within 7 days. */
  asked(player: PlayerId): Promise<{ pending: ReadonlySet<GuildId>; declined: ReadonlySet<GuildId> }>;
};
export type Door =
  | { kind: "invitation"; name: string; by?: string | undefined; lifeMs: number }
  | { kind: "request"; name: string; state: "pending" }
  | { kind: "request"; name: string; state: "accepted" | "declined"; reason?: string | undefined };

/** Requests and invitations a player is shown; of more the oldest give way. */
const MOST = 50;
/** A request that was begun has reached the guild by then, or was cut short. */
const UNDER_WAY_MS = 60_000;

const rowSchema = z.object({
  at: z.int(),
  ends: z.int(),
  name: z.string().default(""),
  state: z.enum(["pending", "accepted", "declined"]).default("pending"),
  by: z.string().optional(),
  reason: z.string().optional(),
});
type Row = z.infer<typeof rowSchema> & { kind: Kind; guild: GuildId };

export const makeDoors = (redis: Redis, keys: Keys, standMs: number = LIMITS.invitedMs): Doors => {
  const ask = makeAsk(redis, keys);
  const owner = (player: PlayerId): string => `player:${player}`;

  const put = async (player: PlayerId, field: string, kept: object | undefined, message?: Personal, by = "") => {
    await ask("player_door", owner(player), [
      ...[player, field, kept === undefined ? "" : JSON.stringify(kept)],
      ...[message === undefined ? "" : JSON.stringify([player, message]), String(MOST), by],
    ]);
  };

  const read = async (player: PlayerId): Promise<{ now: number; rows: Row[] }> => {
    const key = keys.of(owner(player), "doors");
    const [all, time] = await Promise.all([redis.run(key, ["HGETALL", key]), redis.run(key, ["TIME"])]);
    const [seconds = 0, micros = 0] = asList(time).map(asNumber);
    const now = seconds * 1_000 + Math.floor(micros / 1_000);
    const rows = [...asPairs(all)].flatMap(([field, text]): Row[] => {
      const [kind, guild = ""] = [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1)];
      const { data } = rowSchema.safeParse(JSON.parse(text));
      if (data === undefined || data.ends <= now || (kind !== "request" && kind !== "invitation")) return [];
      return [{ ...data, kind, guild }];
    });
    return { now, rows };
  };

  /** The row as the guild sees it; undefined: it is nothing any more. */
  const compared = async (player: PlayerId, row: Row, now: number): Promise<Row | undefined> => {
    if (row.state !== "pending") return row;
    const answer = await ask("guild_stands", guildChannel(row.guild), [player]);
    const [member, requested, invited] = answer.slice(0, 3).map((flag) => flag === 1);
    const name = asText(answer[3]) || row.name;
    if (row.kind === "invitation") return invited && !member ? { ...row, name } : undefined;
    if (member) return { ...row, name, state: "accepted" };
    return requested || now - row.at < UNDER_WAY_MS ? { ...row, name } : undefined;
  };

  const settled = async (player: PlayerId): Promise<Row[]> => {
    const { now, rows } = await read(player);
    const found = await Promise.all(rows.map((row) => compared(player, row, now)));
    await Promise.all(
      rows.map((row, index) =>
        found[index] === undefined ? put(player, `${row.kind}:${row.guild}`, undefined) : undefined,
      ),
    );
    return found.filter((row) => row !== undefined).sort((a, b) => b.at - a.at);
  };

  const note = async (player: PlayerId, guild: GuildId): Promise<string> => {
    const { code } = await ask.raw("player_asks", owner(player), [
      ...[guild, String(standMs), String(LIMITS.requests)],
    ]);
    return code;
  };

  return {
    asks: async (player, guild) => {
      if ((await note(player, guild)) === "ok") return;
      // Some of them may have ended without his knowing.
      await settled(player);
      await ask("player_asks", owner(player), [guild, String(standMs), String(LIMITS.requests)]);
    },

    tell: async (player, guild, door, by) => {
      const { kind, ...kept } = door;
      const ends = door.kind === "invitation" ? door.lifeMs : standMs;
      await put(player, `${kind}:${guild}`, { ...kept, ends }, messageOf(guild, door), by);
    },

    asked: async (player) => {
      const { rows } = await read(player);
      const of = (state: Row["state"]) =>
        new Set(rows.flatMap((row) => (row.kind === "request" && row.state === state ? [row.guild] : [])));
      return { pending: of("pending"), declined: of("declined") };
    },

    take: (player, guild, kind) => put(player, `${kind}:${guild}`, undefined),

    of: async (player) => {
      const rows = await settled(player);
      const shown = ({ guild, name, at, ends }: Row) => ({ guild, name, at, endsAt: ends });
      return {
        requests: rows.flatMap((row) =>
          row.kind === "request"
            ? [{ ...shown(row), state: row.state, ...(row.reason === undefined ? {} : { reason: row.reason }) }]
            : [],
        ),
        invitations: rows.flatMap((row) =>
          row.kind === "invitation" ? [{ ...shown(row), ...(row.by === undefined ? {} : { by: row.by }) }] : [],
        ),
      };
    },
  };
};

const messageOf = (guild: GuildId, door: Door): Personal | undefined => {
  if (door.kind === "invitation") return { type: "invited", guild, name: door.name, ...(door.by && { by: door.by }) };
  if (door.state === "pending") return undefined;
  const { name, state, reason } = door;
  return { type: "answered", guild, name, accepted: state === "accepted", ...(reason && { reason }) };
};
