import * as z from "zod";
import {
  askToSpeakSchema,
  createPartySchema,
  enteredPartySchema,
  partiesSchema,
  playerPartiesSchema,
  setPartyRoleSchema,
  voiceTokenSchema,
} from "../api/party.ts";
import { teamMemberParamsSchema, teamSchema } from "../api/team.ts";
import { EVERYBODY, type Operation } from "./operation.ts";

const tag = "Parties";
const NOTHING = z.strictObject({});
/** What speaks against whoever comes in. */
const COMES = ["player-not-found", "player-linked", "channels-full", "teams-full", "banned"] as const;
const MEMBERS = ["channel-not-found", "team-ended", "no-party", "not-member", "not-permitted"] as const;

/** Parties: open teams of a guild or circle, with a host who says who speaks. What teams can, they can, too. */
export const PARTY_OPERATIONS = {
  createParty: {
    method: "post",
    path: "/v1/parties",
    tag,
    summary: "Make a party of the player's guild or circle, once for each nonce; he is its host",
    callers: EVERYBODY,
    effect: "command",
    errors: [
      ...(["not-permitted", "not-member", "parties-full", "key-reused", "team-ended", ...COMES] as const),
      ...(["text-refused", "link-not-allowed", "phrases-only", "read-only"] as const),
    ],
    request: createPartySchema,
    answer: teamSchema,
    gives: "The party, a team",
    says: ["name", "topic"],
  },
  listParties: {
    method: "get",
    path: "/v1/players/{player}/parties",
    tag,
    summary: "The parties a player may enter, of his guild and his circles, the liveliest first",
    callers: EVERYBODY,
    effect: "query",
    errors: ["not-permitted"],
    request: playerPartiesSchema,
    answer: partiesSchema,
    gives: "At most 50 parties",
  },
  enterParty: {
    method: "put",
    path: "/v1/parties/{team}/members/{player}",
    tag,
    summary: "Enter a party of one's guild or circle; to leave it: `leaveTeam`",
    callers: EVERYBODY,
    effect: "command",
    errors: [...MEMBERS, ...COMES, "channel-full"],
    request: teamMemberParamsSchema.strict(),
    answer: enteredPartySchema,
    gives: "The member, and whether he speaks",
  },
  askToSpeak: {
    method: "put",
    path: "/v1/parties/{team}/hands/{player}",
    tag,
    summary: "A listener raises his hand, or takes it down",
    callers: EVERYBODY,
    effect: "command",
    errors: MEMBERS,
    request: askToSpeakSchema,
    answer: NOTHING,
    gives: "Done",
  },
  setPartyRole: {
    method: "put",
    path: "/v1/parties/{team}/roles/{player}",
    tag,
    summary: "Let a member speak, or only listen; for the host, the backend, and who would rather listen himself",
    callers: EVERYBODY,
    effect: "command",
    errors: [...MEMBERS, "member-not-found"],
    request: setPartyRoleSchema,
    answer: NOTHING,
    gives: "Done",
  },
  getVoiceToken: {
    method: "post",
    path: "/v1/parties/{team}/voice/{player}",
    tag,
    summary: "A token with which a member joins the party's voice as what he is; see docs/voice.md",
    callers: EVERYBODY,
    effect: "command",
    errors: [...MEMBERS, "voice-off"],
    request: teamMemberParamsSchema.strict(),
    answer: voiceTokenSchema,
    gives: "The token",
  },
} as const satisfies Record<string, Operation>;
