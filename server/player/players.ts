import type { z } from "zod";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Preferences, PreferencesChange, preferencesSchema } from "../../shared/preferences.ts";
import type { ProfilePatch, VersionedProfile } from "../../shared/profile.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { type Devices, makeDevices } from "./devices.ts";
import { makePlayerPreferences } from "./player-preferences.ts";
import { makeProfiles } from "./profiles.ts";

/** A player as he is after his token has been taken over. `membership`: his guild, and his number in its channel. */
export type Met = { profile: VersionedProfile; membership: { guild: GuildId; number: number } | undefined };

export type Players = Devices & {
  profile(player: PlayerId): Promise<VersionedProfile | undefined>;
  /** Throws `player-not-found`. */
  known(player: PlayerId): Promise<VersionedProfile>;
  /**
   * Changes parts of a profile and carries it to the player's guild; a player we do not know yet is made, if the patch names him (else `player-not-found`).
   * `issuedAtMs` (a token's): a patch older than the last change is ignored, so that an old token does not undo a rename. Returns the profile as it is now.
   */
  putProfile(player: PlayerId, patch: ProfilePatch, issuedAtMs?: number): Promise<VersionedProfile>;
  /** Takes over what a verified token says of its player. One we do not know yet and whom the token does not name gets a name of ours. Throws `player-linked`. */
  meet(token: {
    player: PlayerId;
    profile: ProfilePatch;
    issuedAtMs: number;
    minor?: boolean | undefined;
  }): Promise<Met>;
  /** Whether the player is a minor, which no other player is told. */
  isMinor(player: PlayerId): Promise<boolean>;
  /** `issuedAtMs` (a token's): ignored when something newer is known. Throws `player-not-found`. */
  setMinor(player: PlayerId, minor: boolean, issuedAtMs?: number): Promise<void>;
  preferences(player: PlayerId): Promise<Preferences>;
  /** Throws `player-not-found`. */
  putPreferences(player: PlayerId, preferences: z.input<typeof preferencesSchema>): Promise<void>;
  /** Changes some, and no others that anybody changes at the same time. Gives them as they are now. Throws `player-not-found`, `preferences-full`. */
  changePreferences(player: PlayerId, change: PreferencesChange): Promise<Preferences>;
};

export const makePlayers = (redis: Redis, keys: Keys): Players => {
  const ask = makeAsk(redis, keys);

  return {
    ...makeProfiles(redis, keys, ask),
    ...makeDevices(redis, keys, ask),
    ...makePlayerPreferences(redis, keys, ask),
  };
};
