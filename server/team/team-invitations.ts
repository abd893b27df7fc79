import { randomInt } from "node:crypto";
import { z } from "zod";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import { type ChannelId, idOfChannel, type PlayerId, teamChannel } from "../../shared/id.ts";
import { CODE_ALPHABET, TEAM_CODE_LENGTH } from "../../shared/invitation.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Personal } from "../../shared/protocol.ts";
import type { Code } from "../guild/invitations.ts";
import type { Blocks } from "../moderation/blocks.ts";
import { isBanned } from "../moderation/standing.ts";
import { makeAsk } from "../redis/ask.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull } from "../redis/reply.ts";
import type { TeamDeps, TeamMembers } from "./team-members.ts";

export type TeamInvitation = { team: string; name: string; at: number; endsAt: number; by?: string };

/** Ways into a team that its members open. What a member gave is good while he is one. */
export type TeamInvitations = {
  /**
   * The player is told on all his connections, and may join for two hours. Whoever has blocked the caller is told nothing, and the caller nothing of that. Throws
   * `channel-not-found`, `player-not-found`, `not-member`, `not-permitted`, `already-in-team`, `banned`, `invitations-full`, `rate-limited`.
   */
  invite(team: ChannelId, player: PlayerId, caller?: PlayerId): Promise<{ endsAt: number }>;
  decline(team: ChannelId, player: PlayerId): Promise<void>;
  /** Teams that have invited him and still would have him, the newest first. */
  of(player: PlayerId): Promise<TeamInvitation[]>;
  /** The same nonce of the same caller gives the same code. Throws `channel-not-found`, `not-member`, `not-permitted`, `codes-full`, `invitations-full`, `key-reused`. */
  createCode(code: {
    team: ChannelId;
    nonce: string;
    lifeMs: number;
    uses: number;
    caller?: PlayerId | undefined;
  }): Promise<Code>;
  codes(team: ChannelId, caller?: PlayerId): Promise<Code[]>;
  revokeCode(team: ChannelId, code: string, caller?: PlayerId): Promise<void>;
  /** Throws what `TeamMembers.admit` does, and `rate-limited` after ten wrong codes in ten minutes. `byHimself`: the player tries, not the backend for him. */
  redeem(code: string, player: PlayerId, byHimself: boolean): Promise<{ team: string; number: number; newly: boolean }>;
  /** By an invitation, or because he is one of those who may drop in. Throws `not-invited`, `team-ended` and what `TeamMembers.admit` does. */
  join(team: ChannelId, player: PlayerId): Promise<{ number: number; newly: boolean }>;
  /** Whether he may see the team: a member, invited, or one of those who may drop in. Throws `channel-not-found`, `team-ended`. */
  mayLookAt(team: ChannelId, player: PlayerId): Promise<boolean>;
};

/** Invitations a player is shown; of more the oldest give way. */
const MOST_SHOWN = 30;
const HOUR_MS = 60 * 60 * 1000;
const PART = "teamdoors";

const codeRowSchema = z.object({ by: z.string(), ends: z.int(), uses: z.int(), left: z.int() });
const readCode = (code: string, text: string): Code => {
  const { by, ends, uses, left } = codeRowSchema.parse(JSON.parse(text));
  return { code, ...(by === "" ? {} : { by }), endsAt: ends, uses, left };
};
const doorSchema = z.object({ at: z.int(), ends: z.int(), name: z.string(), by: z.string().optional() });

const newCode = (): string =>
  Array.from({ length: TEAM_CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join("");

/** Functions of guilds' invitations serve teams, too; what they refuse has another name here. */
const NAMES: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  "guild-not-found": "channel-not-found",
  "already-in-guild": "already-in-team",
};

export const makeTeamInvitations = (
  deps: TeamDeps & { members: TeamMembers; blocks: Pick<Blocks, "among"> },
): TeamInvitations => {
  const { redis, keys, players, members, blocks } = deps;
  const ask = makeAsk(redis, keys);
  const ofGuilds = (name: string, team: ChannelId, args: readonly string[]): Promise<unknown[]> =>
    ask(name, team, args).catch((error: unknown) => {
      const other = error instanceof GremioError ? NAMES[error.code] : undefined;
      throw other === undefined ? error : new GremioError(other);
    });

  const door = async (player: PlayerId, team: ChannelId, kept?: object, message?: Personal, by = ""): Promise<void> => {
    await ask("player_door", `player:${player}`, [
      ...[player, idOfChannel(team), kept === undefined ? "" : JSON.stringify(kept)],
      ...[message === undefined ? "" : JSON.stringify([player, message]), String(MOST_SHOWN), by, PART],
    ]);
  };

  /** Takes one of a player's tries within a span, by what it is counted under: the same again costs nothing. Throws `rate-limited`. */
  const spend = async (player: PlayerId, part: string, what: string, most: number, spanMs: number, undo = "") => {
    await ask("player_found", `player:${player}`, [part, what, String(most), String(spanMs), undo]);
  };

  const standingOf = async (team: ChannelId, player: PlayerId) => {
    const [invited, member, name, open] = await ask("team_standing", team, [player]);
    return { invited: invited === 1, member: member === 1, name: asText(name), open: asText(open) };
  };
  const mayDropIn = async (open: string, player: PlayerId): Promise<boolean> =>
    open !== "" && (await members.isMember(open, player));

  return {
    invite: async (team, player, caller) => {
      await players.known(player);
      if (caller !== undefined && !(await members.isMember(team, caller))) throw new GremioError("not-member");
      if (await isBanned(redis, keys, player)) throw new GremioError("banned");
      if (caller !== undefined) {
        const what = `${idOfChannel(team)} ${player}`;
        await spend(caller, "teamsinvited", what, LIMITS.teamInvitations, HOUR_MS);
      }
      const isBlocked = caller !== undefined && (await blocks.among(player, [caller])).size > 0;
      const by = caller === undefined ? undefined : (await players.profile(caller))?.name;
      const body =
        by === undefined
          ? { template: "team-invitation", params: {} }
          : { template: "team-invited", params: { player: by } };
      const [newly, ends, name] = await ofGuilds("guild_invite", team, [
        ...[player, caller ?? "", String(LIMITS.teamInvitedMs), String(LIMITS.teamInvitations)],
        ...[String(LIMITS.teamMembers), JSON.stringify(body), isBlocked ? "1" : ""],
      ]);
      if (newly !== 0) {
        const shown = { name: asText(name), ...(by === undefined ? {} : { by }) };
        const message: Personal = { type: "team-invited", team: idOfChannel(team), ...shown };
        const told = newly === 1 ? message : undefined;
        await door(player, team, { ...shown, ends: LIMITS.teamInvitedMs }, told, caller);
      }
      return { endsAt: asNumber(ends) };
    },

    decline: async (team, player) => {
      await ask("guild_forget", team, [player, "invited", "1"]);
      await door(player, team);
    },

    of: async (player) => {
      const key = keys.of(`player:${player}`, PART);
      const rows = asPairs(await redis.run(key, ["HGETALL", key]));
      const shown = await Promise.all(
        [...rows].map(async ([team, text]): Promise<TeamInvitation | undefined> => {
          const { data } = doorSchema.safeParse(parsedJson(text));
          const { code, rest } = await ask.raw("team_standing", teamChannel(team), [player]);
          if (data === undefined || code !== "ok" || rest[0] !== 1 || rest[1] === 1) {
            await door(player, teamChannel(team));
            return undefined;
          }
          const { at, ends, by } = data;
          return { team, name: asText(rest[2]), at, endsAt: ends, ...(by === undefined ? {} : { by }) };
        }),
      );
      return shown.filter((one) => one !== undefined).sort((a, b) => b.at - a.at);
    },

    createCode: async ({ team, nonce, lifeMs, uses, caller = "" }) => {
      const [given, row] = await ofGuilds("guild_code", team, [
        ...[caller, newCode(), nonce, String(lifeMs), String(uses)],
        ...[String(LIMITS.codes), String(LIMITS.invitationsPerDay)],
      ]);
      const code = readCode(asText(given), asText(row));
      // Whoever dies before this has given the code to nobody; the same request again comes by here.
      const key = keys.of(`teamcode:${code.code}`, "team");
      await redis.run(key, ["SET", key, team, "NX", "PXAT", String(code.endsAt)]);
      return code;
    },

    codes: async (team, caller = "") => {
      const [rows] = await ofGuilds("guild_waiting", team, [caller, "codes"]);
      return [...asPairs(asList(rows))].map(([code, row]) => readCode(code, row)).sort((a, b) => a.endsAt - b.endsAt);
    },

    revokeCode: async (team, code, caller = "") => {
      await ofGuilds("guild_revoke", team, [caller, code]);
    },

    redeem: async (code, player, byHimself) => {
      const { teamCodesTried, teamCodesTriedMs } = LIMITS;
      const count = async (undo = ""): Promise<void> => {
        if (byHimself) await spend(player, "teamcodes", code, teamCodesTried, teamCodesTriedMs, undo);
      };
      await count();
      const key = keys.of(`teamcode:${code}`, "team");
      const team = asTextOrNull(await redis.run(key, ["GET", key]));
      if (team === null) throw new GremioError("invitation-invalid");
      const admitted = await members.admit(team, player, { how: "code", pass: code }).catch((error: unknown) => {
        // Of a team that has ended, the code is one no more.
        const isGone = error instanceof GremioError && error.code === "channel-not-found";
        throw isGone ? new GremioError("invitation-invalid") : error;
      });
      await count("1");
      await door(player, team);
      return { team: idOfChannel(team), ...admitted };
    },

    join: async (team, player) => {
      const { invited, open } = await standingOf(team, player);
      const how = invited ? "invitation" : (await mayDropIn(open, player)) ? "open" : undefined;
      if (how === undefined && !(await members.isMember(team, player))) throw new GremioError("not-invited");
      const admitted = await members.admit(team, player, how === "open" ? { how, pass: open } : { how: "invitation" });
      await door(player, team);
      return admitted;
    },

    mayLookAt: async (team, player) => {
      const { invited, member, open } = await standingOf(team, player);
      return invited || member || mayDropIn(open, player);
    },
  };
};
