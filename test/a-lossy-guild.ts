import { aStudio } from "./a-studio.ts";
import { aWatchedGuild, type WatchedGuild } from "./a-watched-guild.ts";
import { aSwallowingProxy } from "./swallowing-proxy.ts";

export const NO_PACE = { GREMIO_GUILD_PACE: "off" };

/** A guild whose chat process reaches its Redis through a proxy that loses what it is told to. */
export const aLossyGuild = async (members = 6) => {
  const studio = await aStudio();
  const proxy = await aSwallowingProxy();
  const chat = await studio.chat({ ...NO_PACE, REDIS_URL: proxy.url });
  const guild = await aWatchedGuild(studio, [chat.port], members);
  return { studio, proxy, chat, guild };
};

/** `count` messages, by turns, `atOnce` on their way at any time. */
export const talk = async (guild: WatchedGuild, count: number, atOnce = 8): Promise<void> => {
  let next = 0;
  const speak = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await guild.say(n % guild.members.length, `line ${n}`);
  };
  await Promise.all(Array.from({ length: atOnce }, speak));
};
