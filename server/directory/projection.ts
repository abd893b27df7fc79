import type { HappenedEvent } from "../../shared/event.ts";
import { channelIdSchema, guildChannel } from "../../shared/id.ts";
import type { Directory } from "./directory.ts";

/** Events after which all that the directory shows is as it was. Points alone change nothing of it; a level they lead to is told by itself. */
const NOTHING_NEW: ReadonlySet<string> = new Set([
  ...["points-changed", "purchase", "refund", "gift-dropped", "gift-taken", "gift-ended", "help-given"],
  ...["season-started", "season-reward", "season-closed", "friend-stayed", "report", "report-decided", "sanction"],
  ...["guild-permissions", "rank-changed", "join-requested", "join-declined", "member-invited", "code-made"],
]);

/** Keeps the directory as guilds and circles are: where something happened that it shows, it is read again. */
export const directoryProjection = (directory: Pick<Directory, "refresh">) => ({
  name: "directory",
  take: async (events: readonly HappenedEvent[]): Promise<void> => {
    const channels = new Set(
      events.flatMap(({ event, channel, guild }) => {
        if (NOTHING_NEW.has(event)) return [];
        const of = channel ?? (guild === undefined ? undefined : guildChannel(guild));
        return channelIdSchema.safeParse(of).data ?? [];
      }),
    );
    for (const channel of channels) await directory.refresh(channel);
  },
});
