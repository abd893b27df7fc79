import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { Groups } from "../channel/groups.ts";
import { isBanned } from "../moderation/standing.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTextOrNull } from "../redis/reply.ts";
import { makePartyOf } from "./party-of.ts";

export type TeamDeps = {
  redis: Redis;
  keys: Keys;
  players: {
    profile(player: PlayerId): Promise<VersionedProfile | undefined>;
    known(player: PlayerId): Promise<VersionedProfile>;
  };
  groups: Pick<Groups, "listOf" | "unlist">;
  /** Entries kept per channel. */
  historyLength: number;
};

/** By which way a player comes: `pass` is a code, or whose members may drop in. The backend may bring in who was no member before (`once`), so that it can ask again. */
export type Way =
  | { how: "backend"; role?: string | undefined; once?: boolean }
  | { how: "invitation" }
  | { how: "code"; pass: string }
  | { how: "open"; pass: string };

/** Who is in a team. The team itself decides; a player's own list of channels follows it, and is put right when it is read. */
export type TeamMembers = {
  /**
   * Makes him a member, the first of all the leader; a member stays what he is. Throws `channel-not-found`, `player-not-found`, `player-linked`, `banned`, `not-invited`,
   * `invitation-invalid`, `channel-full`, `channels-full`, unless the backend brings him `teams-full`, and of a party `not-member` (of the
   * guild or circle whose it is), by whichever way he comes.
   */
  admit(team: ChannelId, player: PlayerId, way: Way): Promise<{ number: number; newly: boolean }>;
  /** Has his place on his own list of channels kept before there is the team; `giveUp` takes it off again. Throws `channels-full`, `teams-full`, `player-not-found`. */
  keepPlace(team: ChannelId, player: PlayerId, byHimself: boolean): Promise<{ giveUp(): Promise<void> }>;
  /** His leaving entry is the last he gets; a leader is followed by another. `caller` undefined: the backend takes him out. Throws `channel-not-found`, `member-not-found`. */
  leave(team: ChannelId, player: PlayerId, caller: PlayerId | undefined): Promise<void>;
  /** Takes an ended team off the lists of these players, and of whoever else it still stands on. */
  release(team: ChannelId, players: readonly string[]): Promise<void>;
  isMember(channel: string, player: PlayerId): Promise<boolean>;
};

export const makeTeamMembers = ({ redis, keys, players, groups, historyLength }: TeamDeps): TeamMembers => {
  const ask = makeAsk(redis, keys);
  const { belongs } = makePartyOf(redis, keys);
  const ownerOf = (player: PlayerId): string => `player:${player}`;

  const isMember: TeamMembers["isMember"] = async (channel, player) => {
    const key = keys.of(channel, "members");
    return asNumber(await redis.run(key, ["HEXISTS", key, player])) === 1;
  };

  const unlist = async (team: ChannelId, player: PlayerId): Promise<void> => {
    const key = keys.of(ownerOf(player), "channels");
    const listedAt = asTextOrNull(await redis.run(key, ["HGET", key, team]));
    if (listedAt !== null) await ask("player_unlist", ownerOf(player), [team, listedAt]);
  };

  /** Teams he was let go of may stand on his list, when whoever let him go died or does not care for lists. */
  const settleList = async (player: PlayerId): Promise<void> => {
    for (const [channel, listedAt] of await groups.listOf(player))
      if (kindOfChannel(channel) === "team" && !(await isMember(channel, player)))
        await groups.unlist(player, channel, listedAt);
  };

  const list = async (team: ChannelId, player: PlayerId, byHimself: boolean): Promise<unknown[]> => {
    const args = [team, String(LIMITS.channels), byHimself ? String(LIMITS.teams) : ""];
    try {
      return await ask("player_list", ownerOf(player), args);
    } catch (error) {
      if (!(error instanceof GremioError) || (error.code !== "teams-full" && error.code !== "channels-full"))
        throw error;
      await settleList(player);
      return ask("player_list", ownerOf(player), args);
    }
  };

  const keepPlace: TeamMembers["keepPlace"] = async (team, player, byHimself) => {
    const [listedAt, newly] = await list(team, player, byHimself);
    return {
      giveUp: async () => {
        if (newly === 1) await ask("player_unlist", ownerOf(player), [team, asText(listedAt)]);
      },
    };
  };

  const release: TeamMembers["release"] = async (team, gone) => {
    let left = [...gone];
    do {
      await Promise.all(left.map((player) => unlist(team, player)));
      const [rest] = await ask("team_left", team, [team, ...left]);
      left = Array.isArray(rest) ? rest.map(asText) : [];
    } while (left.length > 0);
  };

  const leave: TeamMembers["leave"] = async (team, player, caller) => {
    const key = keys.of(ownerOf(player), "channels");
    const listedAt = asTextOrNull(await redis.run(key, ["HGET", key, team]));
    await ask("team_leave", team, [team, player, String(historyLength), caller ?? ""]);
    if (listedAt !== null) await ask("player_unlist", ownerOf(player), [team, listedAt]);
  };

  return {
    isMember,
    keepPlace,
    release,
    leave,

    admit: async (team, player, way) => {
      const [profile, banned] = await Promise.all([players.known(player), isBanned(redis, keys, player)]);
      if (banned) throw new GremioError("banned");
      if (!(await belongs(team, player))) throw new GremioError("not-member");
      const place = await keepPlace(team, player, way.how !== "backend");
      const [pass, role, once] =
        way.how === "backend" ? ["", way.role ?? "", way.once] : ["pass" in way ? way.pass : ""];
      const [number, newly] = await ask("team_admit", team, [
        ...[team, player, way.how, JSON.stringify(profile), String(profile.version), String(historyLength)],
        ...[pass ?? "", role ?? "", once ? "1" : ""],
      ]).catch(async (error: unknown) => {
        // Refused, so nothing stays on his list; unless it stood there before, since then another admission may rely on it.
        if (error instanceof GremioError) await place.giveUp();
        throw error;
      });
      if (newly !== 1 && once && !(await isMember(team, player))) await place.giveUp();
      // What took him off his list meanwhile took off what it found there before he was a member.
      else await ask("player_list", ownerOf(player), [team, ""]);
      // He may have been let go meanwhile by whoever found him not to be in the party yet.
      if (newly === 1 && !(await belongs(team, player))) {
        await leave(team, player, undefined);
        throw new GremioError("not-member");
      }
      return { number: asNumber(number), newly: newly === 1 };
    },
  };
};
