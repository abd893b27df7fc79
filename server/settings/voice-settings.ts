import { z } from "zod";
import { setting } from "./setting.ts";

const isLiveKitUrl = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return ["wss:", "https:", "ws:", "http:"].includes(protocol) && username === "" && password === "";
};

/** Voice, whose media a LiveKit server carries. */
export const voiceSettings = {
  GREMIO_LIVEKIT_URL: setting(z.string().refine(isLiveKitUrl).optional(), {
    what: "Address of the LiveKit server that carries voice. Unset: there is no voice.",
    expected: "a wss:// or https:// URL without user and password",
  }),
  GREMIO_LIVEKIT_KEY: setting(z.string().min(1).optional(), {
    what: "API key of the LiveKit server.",
    expected: "a key, where GREMIO_LIVEKIT_URL is set",
  }),
  GREMIO_LIVEKIT_SECRET: setting(z.string().min(32).optional(), {
    what: "The key's secret: it signs tokens for voice, and names rooms so that they tell nothing. A new one begins new rooms.",
    expected: "at least 32 characters, where GREMIO_LIVEKIT_URL is set",
    secret: true,
  }),
};
