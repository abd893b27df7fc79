import { createHmac } from "node:crypto";
import { AccessToken, RoomServiceClient, TrackSource, TwirpError } from "livekit-server-sdk";
import type { Media } from "./media.ts";
import { grantsOf, type VoiceRole } from "./voice-role.ts";

export type LiveKitOptions = {
  /** `wss://` or `https://`, as LiveKit names a project's address; its API is at the same. */
  url: string;
  key: string;
  secret: string;
  /** Environments that share a project have different ones. */
  namespace: string;
};

const TIMEOUT_S = 5;
const ROOM_LENGTH = 32;
/** No pictures, which nobody moderates. Where sources are named they count, whatever `canPublish` says. */
const VOICE = [TrackSource.MICROPHONE];

/** LiveKit, by its own server library. */
export const makeLiveKit = ({ url, key, secret, namespace }: LiveKitOptions): Media => {
  const rooms = new RoomServiceClient(url.replace(/^ws/, "http"), key, secret, { requestTimeout: TIMEOUT_S });
  return {
    url: url.replace(/^http/, "ws"),
    // A plain hash of an id that can be guessed would tell it.
    roomOf: (channel) =>
      createHmac("sha256", secret).update(`${namespace} ${channel}`).digest("base64url").slice(0, ROOM_LENGTH),
    token: async ({ room, identity, role, lifeMs }) => {
      const token = new AccessToken(key, secret, { identity, ttl: Math.ceil(lifeMs / 1000) });
      const grants = grantsOf(role);
      token.addGrant({ roomJoin: true, room, ...grants, ...(grants.canPublish && { canPublishSources: VOICE }) });
      return token.toJwt();
    },
    enforce: async ({ room, identity, role }) => {
      try {
        if (role === undefined) await rooms.removeParticipant(room, identity);
        else await rooms.updateParticipant(room, identity, { permission: permissionOf(role) });
      } catch (error) {
        if (!(error instanceof TwirpError && error.code === "not_found")) throw error;
      }
    },
  };
};

const permissionOf = (role: VoiceRole) => {
  const { canUpdateOwnMetadata: canUpdateMetadata, ...grants } = grantsOf(role);
  return { ...grants, canUpdateMetadata, canPublishSources: grants.canPublish ? VOICE : [] };
};
