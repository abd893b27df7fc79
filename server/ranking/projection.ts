import type { HappenedEvent } from "../../shared/event.ts";
import type { Totals } from "./totals.ts";

/** What changes a guild's place: its points, region, language, its beginning and end. */
const concerns = ({ event }: HappenedEvent): boolean => event === "points-changed" || event.startsWith("guild-");

/** Keeps rankings as guilds' books are. What is read is absolute, so many events of a guild need one reading. */
export const rankingProjection = (totals: Pick<Totals, "refresh">) => ({
  name: "ranking",
  take: async (events: readonly HappenedEvent[]): Promise<void> => {
    const guilds = new Set(events.flatMap((event) => (concerns(event) ? (event.guild ?? []) : [])));
    if (guilds.size > 0) await totals.refresh([...guilds]);
  },
});
