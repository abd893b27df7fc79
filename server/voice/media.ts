import type { VoiceRole } from "./voice-role.ts";

/** The server of the media, of which we know rooms and identities only. */
export type Media = {
  /** Where clients connect to. */
  readonly url: string;
  /** What the channel's room is called there: nobody can tell the channel from it. */
  roomOf(channel: string): string;
  /** A token with which one joins as what one is. */
  token(who: { room: string; identity: string; role: VoiceRole; lifeMs: number }): Promise<string>;
  /** Whoever is there has this role from now on; undefined: he is put out. Nobody there: nothing is done. Rejects when it is not known whether it was done. */
  enforce(who: { room: string; identity: string; role: VoiceRole | undefined }): Promise<void>;
};
