import { type PartyRole, type PartyRow, partyRoleSchema } from "../../shared/api/party.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, guildChannel, idOfChannel, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import { asNumber, asText } from "../redis/reply.ts";
import type { PartyList } from "./party-list.ts";
import type { PartyOf } from "./party-of.ts";
import type { PartyVoices, PartyVoiceToken } from "./party-voices.ts";
import type { TeamDeps, TeamMembers } from "./team-members.ts";
import { openText } from "./team-row.ts";
import type { NewTeam, Teams } from "./teams.ts";

export type NewParty = Omit<NewTeam, "members" | "founder" | "open" | "party"> & {
  host: PlayerId;
  open: NonNullable<NewTeam["open"]>;
};

/** Open teams of a guild or circle, in which a host says who speaks. */
export type Parties = {
  /**
   * Once for each nonce of a caller. Throws `not-member` (of the guild or circle), `parties-full`, and what `Teams.create` does. `caller` undefined: the backend, for whom
   * the number of one host's does not count.
   */
  create(party: NewParty, caller?: PlayerId): Promise<ChannelId>;
  /** Those he may enter, of his guild and his circles: the liveliest first, at most `LIMITS.partiesListed`. */
  of(player: PlayerId): Promise<PartyRow[]>;
  /** He is a member, and speaks or listens; a member stays what he is. Throws `no-party`, `not-member` (of the guild or circle), `team-ended`, and what `TeamMembers.admit` does. */
  enter(team: ChannelId, player: PlayerId): Promise<{ number: number; newly: boolean; role: PartyRole }>;
  /** A listener asks to speak, or not any more. Throws `no-party`, `not-member`, `channel-not-found`, `team-ended`. */
  ask(team: ChannelId, player: PlayerId, raised: boolean): Promise<void>;
  /** For the host, and whoever would rather listen. Throws also `not-permitted`, `member-not-found`. */
  setRole(team: ChannelId, player: PlayerId, role: "speaker" | "listener", caller?: PlayerId): Promise<void>;
  /** With which he joins the party's voice as what he is there. Throws also `voice-off`. */
  voiceToken(team: ChannelId, player: PlayerId, voices: PartyVoices | undefined): Promise<PartyVoiceToken>;
  /** Puts a player out of the parties of a guild or circle of which he is none any more. */
  leftOf(open: ChannelId, player: PlayerId): Promise<void>;
};

const asRole = (role: unknown): PartyRole => partyRoleSchema.parse(asText(role));

export const makeParties = (
  deps: TeamDeps & {
    members: TeamMembers;
    teams: Pick<Teams, "create">;
    partyOf: PartyOf;
    list: PartyList;
    guildOf(player: PlayerId): Promise<string | undefined>;
  },
): Parties => {
  const { redis, keys, groups, members, teams, partyOf, list, guildOf } = deps;
  const ask = makeAsk(redis, keys);

  /** A place on the list of the guild's or circle's parties, kept before there is the party. */
  const reserve = async (open: ChannelId, team: ChannelId, host: PlayerId, caller: PlayerId | undefined) => {
    const each = caller === undefined ? "" : String(LIMITS.partiesHosted);
    const args = [idOfChannel(team), host, String(LIMITS.parties), each];
    const [newly] = await ask("party_reserve", open, args).catch(async (error: unknown) => {
      if (!(error instanceof GremioError) || error.code !== "parties-full") throw error;
      // Some of those may have ended without anybody's having said so.
      await list.of(open, undefined, 0);
      return ask("party_reserve", open, args);
    });
    return {
      giveUp: async () => {
        if (newly === 1) await ask("party_row", open, [idOfChannel(team), "", ""]);
      },
    };
  };

  /** Whose party it is, of which he is one. */
  const mustBelong = async (team: ChannelId, player: PlayerId): Promise<ChannelId> => {
    const open = await partyOf.owner(team);
    if (open === undefined) {
      await ask("party_look", team, []);
      throw new GremioError("no-party");
    }
    if (!(await partyOf.belongs(team, player))) throw new GremioError("not-member");
    return open;
  };

  return {
    create: async ({ host, open, ...party }, caller) => {
      const of = openText(open);
      const kept = (team: ChannelId) => reserve(of, team, host, caller);
      const { team } = await teams.create({ ...party, open, founder: host, party: kept }, caller);
      return team;
    },

    of: async (player) => {
      const [guild, own] = await Promise.all([guildOf(player), groups.listOf(player)]);
      const circles = [...own.keys()].filter((channel) => kindOfChannel(channel) === "circle");
      const found = await Promise.all(
        [...(guild === undefined ? [] : [guildChannel(guild)]), ...circles].map((open) =>
          list.of(open, player).catch((error: unknown) => {
            if (error instanceof GremioError && error.code === "not-member") return [];
            throw error;
          }),
        ),
      );
      const shown = found
        .flat()
        .sort((a, b) => b.online - a.online || b.lastAt - a.lastAt || (a.team < b.team ? -1 : 1))
        .slice(0, LIMITS.partiesListed);
      return Promise.all(
        shown.map(async ({ lastAt: _, ...row }): Promise<PartyRow> => {
          const channel = `team:${row.team}`;
          return { ...row, in: own.has(channel) && (await members.isMember(channel, player)) };
        }),
      );
    },

    enter: async (team, player) => {
      const open = await mustBelong(team, player);
      const admitted = await members.admit(team, player, { how: "open", pass: open }).catch((error: unknown) => {
        const isGone = error instanceof GremioError && error.code === "channel-not-found";
        throw isGone ? new GremioError("team-ended") : error;
      });
      const [role] = await ask("party_role_of", team, [player]);
      if (admitted.newly) await list.refresh(open, team);
      return { ...admitted, role: asRole(role) };
    },

    ask: async (team, player, raised) => {
      await mustBelong(team, player);
      await ask("party_hand", team, [team, player, raised ? "1" : "0"]);
    },

    setRole: async (team, player, role, caller) => {
      if (caller !== undefined) await mustBelong(team, caller);
      await ask("party_role", team, [team, player, role, caller ?? ""]);
    },

    voiceToken: async (team, player, voices) => {
      await mustBelong(team, player);
      if (voices === undefined) throw new GremioError("voice-off");
      return voices.issueBy(team, async (lifeMs) => {
        const [number, role, until] = await ask("party_voice", team, [team, player, String(lifeMs)]);
        return { number: asNumber(number), role: asRole(role), untilMs: Number(asText(until)) };
      });
    },

    leftOf: async (open, player) => {
      const own = await groups.listOf(player);
      for (const team of own.keys()) {
        if ((await partyOf.owner(team)) !== open || (await partyOf.belongs(team, player))) continue;
        await members.leave(team, player, undefined).catch((error: unknown) => {
          if (!(error instanceof GremioError)) throw error;
        });
        await list.refresh(open, team);
      }
    },
  };
};
