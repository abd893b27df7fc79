import type { PartyRole } from "../../shared/api/party.ts";
import type { ChannelId } from "../../shared/id.ts";

/** With it one joins the media server at `url` until then, in epoch ms; whoever is there stays. */
export type PartyVoiceToken = { url: string; token: string; identity: string; role: PartyRole; untilMs: number };

/** What a party needs of a server for voice; ../voice/voices.ts is one. */
export type PartyVoices = {
  /** A token for who `note` finds, which is noted in the function that reads his role. */
  issueBy(
    team: ChannelId,
    note: (lifeMs: number) => Promise<{ number: number; role: PartyRole; untilMs: number }>,
  ): Promise<PartyVoiceToken>;
  /** Does at once what functions have noted about members of the party; what fails is done later. */
  enforce(team: ChannelId): Promise<void>;
};
