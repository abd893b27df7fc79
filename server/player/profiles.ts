import { crc32 } from "node:zlib";
import { z } from "zod";
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
import type { Met, Players } from "./players.ts";

const memberSchema = z.object({ n: z.int() });

/** `to`: the account a guest has become. */
type Stored = { profile: VersionedProfile | undefined; at: number; to?: string | null };

/** Profiles change by version: of two changes made from the same version one is made again from the other's result. */
export const makeProfiles = (
  redis: Redis,
  keys: Keys,
  ask: Ask,
): Pick<Players, "profile" | "known" | "putProfile" | "meet" | "isMinor" | "setMinor"> => {
  const read = async (player: PlayerId): Promise<Stored> => {
    const key = keys.of(`player:${player}`, "profile");
    const [row, at, to = null] = asList(await redis.run(key, ["HMGET", key, "d", "at", "to"])).map(asTextOrNull);
    return typeof row === "string"
      ? { profile: readVersionedProfileSchema.parse(JSON.parse(row)), at: asNumber(at), to }
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

  /** What a patch makes of a profile; undefined when nothing is to be stored: it is older than the last change, or says what a patch as new has said already. */
  const patched = ({ profile, at }: Stored, patch: ProfilePatch, issuedAtMs?: number) => {
    if (profile === undefined && patch.name === undefined)
      throw new GremioError("player-not-found", { details: ["name: needed of a player who is not known yet"] });
    // A token tells when it was issued in whole seconds; one of the second of the last change counts.
    if (profile !== undefined && issuedAtMs !== undefined && issuedAtMs < Math.floor(at / 1000) * 1000)
      return undefined;
    const version = profile?.version ?? 0;
    const next = {
      ...(profile ?? profileSchema.parse(patch)),
      ...profilePatchSchema.parse(patch),
      version: version + 1,
    };
    const same = profile !== undefined && JSON.stringify({ ...next, version }) === JSON.stringify(profile);
    if (same && issuedAtMs !== undefined && issuedAtMs <= at) return undefined;
    return { version, next: same ? undefined : next };
  };

  const changed = async (player: PlayerId, patch: ProfilePatch, issuedAtMs?: number): Promise<VersionedProfile> => {
    for (;;) {
      const stored = await read(player);
      const change = patched(stored, patch, issuedAtMs);
      if (change !== undefined && !(await store(player, change.version, change.next, issuedAtMs))) continue;
      const profile = change?.next ?? stored.profile;
      if (profile !== undefined) return profile;
    }
  };

  const claimedBy = async (player: PlayerId): Promise<string | null> => {
    const key = keys.of(`player:${player}`, "claim");
    return asTextOrNull(await redis.run(key, ["HGET", key, "guild"]));
  };

  /** Also when nothing changed: the guild's copy may be older, if whoever changed the profile last died before he had told it. */
  const tellGuild = async (player: PlayerId, guild: string | null, profile: VersionedProfile): Promise<Met> => {
    if (guild === null) return { profile, membership: undefined };
    const args = [player, JSON.stringify(profile), String(profile.version)];
    const record = asTextOrNull((await ask("guild_profile", guildChannel(guild), args))[0] ?? null);
    const number = record === null ? undefined : memberSchema.parse(JSON.parse(record)).n;
    return { profile, membership: number === undefined ? undefined : { guild, number } };
  };

  /** His claim is read after the change: an admission under way carries what it finds, and what is changed after that finds the claim. */
  const put = async (player: PlayerId, patch: ProfilePatch, issuedAtMs?: number): Promise<Met> => {
    const profile = await changed(player, patch, issuedAtMs);
    return tellGuild(player, await claimedBy(player), profile);
  };

  const meet: Players["meet"] = async ({ player, profile: patch, issuedAtMs }) => {
    const [stored, guild] = await Promise.all([read(player), claimedBy(player)]);
    const { profile, to } = stored;
    if (typeof to === "string") throw new GremioError("player-linked", { details: [`player: ${to}`] });
    if (profile === undefined) return put(player, { name: nameless(player), ...patch }, issuedAtMs);
    if (patched(stored, patch, issuedAtMs) !== undefined) return put(player, patch, issuedAtMs);
    return tellGuild(player, guild, profile);
  };

  /** It lies with his standing, which processes know of who is connected to them. */
  const isMinor: Players["isMinor"] = async (player) => {
    const key = keys.of(`player:${player}`, "standing");
    return asTextOrNull(await redis.run(key, ["HGET", key, "minor"]))?.startsWith("1") ?? false;
  };

  const setMinor: Players["setMinor"] = async (player, minor, issuedAtMs) => {
    const at = issuedAtMs === undefined ? "" : String(issuedAtMs);
    await ask("player_minor", `player:${player}`, [player, minor ? "1" : "0", at]);
  };

  return {
    profile: async (player) => (await read(player)).profile,

    known: async (player) => {
      const { profile } = await read(player);
      if (profile === undefined) throw new GremioError("player-not-found");
      return profile;
    },

    putProfile: async (player, patch, issuedAtMs) => (await put(player, patch, issuedAtMs)).profile,

    meet: async (token) => {
      const { player, minor, issuedAtMs } = token;
      // Both at once, as nearly always; whoever is new has to be met first.
      const known = minor === undefined ? minor : isMinor(player);
      const met = await meet(token);
      if (minor !== undefined && (await known) !== minor) await setMinor(player, minor, issuedAtMs);
      return met;
    },

    isMinor,
    setMinor,
  };
};

/** A player's id is shown to nobody, so it is no name; these four digits tell two nameless apart. */
const nameless = (player: PlayerId): string => `Player ${String(crc32(player) % 10_000).padStart(4, "0")}`;
