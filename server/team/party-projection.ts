import type { HappenedEvent } from "../../shared/event.ts";
import { type ChannelId, channelIdSchema, kindOfChannel } from "../../shared/id.ts";
import type { Projection } from "../outbox/projection.ts";
import type { Parties } from "./parties.ts";
import type { PartyList } from "./party-list.ts";
import type { PartyOf } from "./party-of.ts";
import type { PartyVoices } from "./party-voices.ts";

/** After these the row of a party says something else. */
const SHOWN: ReadonlySet<string> = new Set([
  ...["member-joined", "member-left", "member-kicked", "rank-changed", "team-changed", "member-linked"],
]);
const LEFT: ReadonlySet<string> = new Set(["member-left", "member-kicked"]);

/** Puts whoever is let go of a guild or circle out of its parties, keeps their lists, and has done what is noted about those who may be heard. */
export const partyProjection = (deps: {
  parties: Pick<Parties, "leftOf">;
  list: Pick<PartyList, "refresh">;
  partyOf: Pick<PartyOf, "owner">;
  voices: Pick<PartyVoices, "enforce"> | undefined;
}): Projection => {
  const { parties, list, partyOf, voices } = deps;

  const ofTeam = async (team: ChannelId, { event, open }: HappenedEvent): Promise<void> => {
    const of = channelIdSchema.safeParse(open).data ?? (await partyOf.owner(team));
    if (of === undefined) return;
    if (event === "team-ended" || SHOWN.has(event)) await list.refresh(of, team);
    if (event === "team-ended" || event === "party-role" || SHOWN.has(event)) await voices?.enforce(team);
  };

  return {
    name: "parties",
    take: async (events) => {
      for (const event of events) {
        const channel = channelIdSchema.safeParse(event.channel).data;
        if (channel === undefined) continue;
        if (kindOfChannel(channel) === "team") await ofTeam(channel, event);
        else if (LEFT.has(event.event) && event.player !== undefined) await parties.leftOf(channel, event.player);
      }
    },
  };
};
