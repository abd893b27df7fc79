import { startVoiceUpkeep } from "../voice/voice-upkeep.ts";
import { makeVoices, type Voices } from "../voice/voices.ts";
import type { Base } from "./base.ts";

/** Voice, where a server for it is set; only then what speaks with that is loaded. */
export const startVoice = async ({
  config,
  redis,
  keys,
  logger,
}: Base): Promise<{ voices: Voices | undefined; close(): void }> => {
  if (config.voice === undefined) return { voices: undefined, close: () => undefined };
  const { makeLiveKit } = await import("../voice/livekit.ts");
  const voices = makeVoices(redis, keys, makeLiveKit({ ...config.voice, namespace: config.redis.namespace }));
  return { voices, close: startVoiceUpkeep(voices, logger).close };
};
