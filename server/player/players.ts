import type { Device } from "../../shared/device.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Preferences } from "../../shared/preferences.ts";
import type { ProfilePatch, VersionedProfile } from "../../shared/profile.ts";

export type RegisteredDevice = Device & { id: string; at: number };

export type Players = {
  profile(player: PlayerId): Promise<VersionedProfile | undefined>;
  /**
   * Changes parts of a profile and carries it to the player's guild; a player we do not know yet is made, if the patch names him (else `player-not-found`).
   * `issuedAtMs` (a token's): a patch older than the last change is ignored, so that an old token does not undo a rename. Returns the profile as it is now.
   */
  putProfile(player: PlayerId, patch: ProfilePatch, issuedAtMs?: number): Promise<VersionedProfile>;
  devices(player: PlayerId): Promise<RegisteredDevice[]>;
  /** Throws `player-not-found`. */
  putDevice(player: PlayerId, id: string, device: Device): Promise<void>;
  /** Throws `device-not-found`. */
  removeDevice(player: PlayerId, id: string): Promise<void>;
  /** Removes a device only if it still has this target: it may have got a new one meanwhile. */
  forgetTarget(player: PlayerId, id: string, target: string): Promise<void>;
  preferences(player: PlayerId): Promise<Preferences>;
  /** Throws `player-not-found`. */
  putPreferences(player: PlayerId, preferences: Preferences): Promise<void>;
};
