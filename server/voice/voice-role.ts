/** What somebody may do where people speak with each other. */
export const VOICE_ROLES = ["host", "speaker", "listener"] as const;
export type VoiceRole = (typeof VOICE_ROLES)[number];

type Grant = "canPublish" | "canSubscribe" | "canPublishData" | "canUpdateOwnMetadata";

/** What a role allows at the media server: all hear, hosts and speakers are heard. Data goes through the channel, where it is moderated, and never beside it. */
export const grantsOf = (role: VoiceRole): Readonly<Record<Grant, boolean>> => ({
  canPublish: role !== "listener",
  canSubscribe: true,
  canPublishData: false,
  canUpdateOwnMetadata: false,
});
