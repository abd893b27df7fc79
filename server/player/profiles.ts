import { crc32 } from "node:zlib";
import { GremioError } from "../../shared/errors.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import {
  type ProfilePatch,
  profilePatchSchema,
  profileSchema,
  readVersionedProfileSchema,
  type VersionedProfile,
} from "../../shared/profile.ts";
import type { Ask } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTextOrNull } from "../redis/reply.ts";
import type { Players } from "./players.ts";

type Stored = { profile: VersionedProfile | undefined; at: number };

/** Profiles change by version: of two changes made from the same version one is made again from the other's result. */
export const makeProfiles = (redis: Redis, keys: Keys, ask: Ask): Pick<Players, "profile" | "putProfile" | "meet"> => {
  const read = async (player: PlayerId): Promise<Stored> => {
    const key = keys.of(`player:${player}`, "profile");
    const [row, at] = asList(await redis.run(key, ["HMGET", key, "d", "at"])).map(asTextOrNull);
    return typeof row === "string"
      ? { profile: readVersionedProfileSchema.parse(JSON.parse(row)), at: asNumber(at) }
      : { profile: undefined, at: 0 };
  };

  /** True unless somebody else changed the profile meanwhile. `next` undefined: only the time of the last change moves. */
  const store = async (player: PlayerId, version: number, next: VersionedProfile | undefined, atMs?: number) => {
    const args = [
      String(version),
      next === undefined ? "" : JSON.stringify(next),
      atMs === undefined ? "" : String(atMs),
    ];
    return (await ask.raw("player_profile", `player:${player}`, args)).code === "ok";
  };

  const changed = async (player: PlayerId, patch: ProfilePatch, issuedAtMs?: number): Promise<VersionedProfile> => {
    for (;;) {
      const { profile, at } = await read(player);
      // A token tells when it was issued in whole seconds; one of the second of the last change counts.
      if (profile !== undefined && issuedAtMs !== undefined && issuedAtMs < Math.floor(at / 1000) * 1000)
        return profile;
      if (profile === undefined && patch.name === undefined) throw new GremioError("player-not-found");
      const version = profile?.version ?? 0;
      const next = {
        ...(profile ?? profileSchema.parse(patch)),
        ...profilePatchSchema.parse(patch),
        version: version + 1,
      };
      const same = profile !== undefined && JSON.stringify({ ...next, version }) === JSON.stringify(profile);
      if (await store(player, version, same ? undefined : next, issuedAtMs)) return same ? profile : next;
    }
  };

  const putProfile: Players["putProfile"] = async (player, patch, issuedAtMs) => {
    const profile = await changed(player, patch, issuedAtMs);
    // Also when nothing changed: the guild's copy may be older, if whoever changed it last died before this line.
    const key = keys.of(`player:${player}`, "claim");
    const guild = asTextOrNull(await redis.run(key, ["HGET", key, "guild"]));
    if (guild !== null)
      await ask("guild_profile", guildChannel(guild), [player, JSON.stringify(profile), String(profile.version)]);
    return profile;
  };

  return {
    profile: async (player) => (await read(player)).profile,

    putProfile,

    meet: async ({ player, profile, issuedAtMs }) => {
      const named = profile.name !== undefined || (await read(player)).profile !== undefined;
      return putProfile(player, named ? profile : { ...profile, name: nameless(player) }, issuedAtMs);
    },
  };
};

/** A player's id is shown to nobody, so it is no name; these four digits tell two nameless apart. */
const nameless = (player: PlayerId): string => `Player ${String(crc32(player) % 10_000).padStart(4, "0")}`;
