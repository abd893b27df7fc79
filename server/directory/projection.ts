import type { HappenedEvent } from "../../shared/event.ts";
import { channelIdSchema, guildChannel } from "../../shared/id.ts";
import type { Directory } from "./directory.ts";

/** Keeps the directory as guilds and circles are: whatever happened in one, it is read again. */
export const directoryProjection = (directory: Pick<Directory, "refresh">) => ({
  name: "directory",
  take: async (events: readonly HappenedEvent[]): Promise<void> => {
    const channels = new Set(
      events.flatMap(({ channel, guild }) => {
        const of = channel ?? (guild === undefined ? undefined : guildChannel(guild));
        return channelIdSchema.safeParse(of).data ?? [];
      }),
    );
    for (const channel of channels) await directory.refresh(channel);
  },
});
