import { randomInt } from "node:crypto";
import type { z } from "zod";
import type { changeTeamSchema, TeamView } from "../../shared/api/team.ts";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import { type ChannelId, idOfChannel, type PlayerId, teamChannel } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Rosters } from "../channel/rosters.ts";
import { makeAsk } from "../redis/ask.ts";
import { asList, asNumber, asTextOrNull, asTexts } from "../redis/reply.ts";
import { PARTY_LETTER } from "./party-of.ts";
import type { TeamDeps, TeamMembers } from "./team-members.ts";
import { openOf, openText, teamRowOf } from "./team-row.ts";

export type TeamFacts = z.infer<typeof changeTeamSchema>;
export type NewTeam = TeamFacts & {
  nonce: string;
  /** Who makes it, and leads it; undefined: the backend, and the first of `members` leads. */
  founder?: PlayerId | undefined;
  members?: readonly { player: PlayerId; role?: string | undefined }[] | undefined;
  /** It is a party: has its place kept on the list of whose members may drop in, before there is the team. */
  party?: ((team: ChannelId) => Promise<{ giveUp(): Promise<void> }>) | undefined;
};
export type Refused = { player: PlayerId; code: ErrorCode };

export type Teams = {
  /**
   * Makes a team, once for each nonce of a caller, and brings in its members; who cannot be brought in is named. `caller` undefined: the backend. Throws `key-reused`,
   * `team-ended` (it has been made, and ended), of a founder `player-not-found`, `player-linked`, `banned`, `channels-full`, and of one who does it himself `teams-full`,
   * `rate-limited`, `not-member` (of the guild or circle it is open to), and what `party` does.
   */
  create(team: NewTeam, caller?: PlayerId): Promise<{ team: ChannelId; refused: Refused[] }>;
  /** Throws `channel-not-found`. */
  view(team: ChannelId): Promise<TeamView>;
  /** What is left out stays. Throws `channel-not-found`, `not-member`, `not-permitted`, `channel-full`, `no-party` (of `everyoneSpeaks`). */
  change(team: ChannelId, facts: TeamFacts, caller?: PlayerId): Promise<void>;
  /** Lets all go; asked again it changes nothing. Throws `channel-not-found`, `not-member`, `not-permitted`. */
  end(team: ChannelId, caller?: PlayerId, why?: string): Promise<void>;
  /** Throws `channel-not-found`, `not-member`, `not-permitted`, `member-not-found`. */
  setRole(team: ChannelId, player: PlayerId, role: string, caller?: PlayerId): Promise<void>;
  /** Throws `channel-not-found`, `not-member`, `not-permitted`, `member-not-found`. */
  handOver(team: ChannelId, player: PlayerId, caller?: PlayerId): Promise<void>;
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** 36^22: a team's id is as good as a secret, though it is none. */
const ID_LENGTH = 22;
const MADE = "made";
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const newId = (letter: string): string =>
  `${letter}${Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("")}`;

export const makeTeams = (deps: TeamDeps & { members: TeamMembers; rosters: Pick<Rosters, "snapshot"> }): Teams => {
  const { redis, keys, players, members, rosters, historyLength } = deps;
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);

  /** The team of a nonce: whoever asks first gives it its id, which is known for as long as nonces are. `made`: there is, or was, that team. */
  const ofNonce = async (nonce: string, caller: PlayerId, isParty: boolean) => {
    const fresh = newId(isParty ? PARTY_LETTER : "t");
    const key = keys.of(`${isParty ? "party" : "team"}nonce:${caller}/${nonce}`, "team");
    const lifeMs = String(LIMITS.nonceKeptMs + DAY_MS);
    const kept = asTextOrNull(await redis.run(key, ["SET", key, fresh, "NX", "GET", "PX", lifeMs]));
    const [id = fresh, state] = (kept ?? fresh).split(" ");
    return {
      team: teamChannel(id),
      made: state === MADE,
      noteMade: async () => void (await redis.run(key, ["SET", key, `${id} ${MADE}`, "PX", lifeMs])),
    };
  };

  const mustBeIn = async (open: TeamFacts["open"], caller: PlayerId | undefined): Promise<void> => {
    if (open && caller !== undefined && !(await members.isMember(openText(open), caller)))
      throw new GremioError("not-member");
  };

  const bringIn = async (team: ChannelId, all: NonNullable<NewTeam["members"]>): Promise<Refused[]> => {
    const refused: Refused[] = [];
    for (const { player, role } of all)
      await members.admit(team, player, { how: "backend", role, once: true }).catch((error: unknown) => {
        if (!(error instanceof GremioError)) throw error;
        refused.push({ player, code: error.code });
      });
    return refused;
  };

  /** The founder is in it before anybody else, or there is no team: one that he could not lead would be nobody's. */
  const foundBy = async (team: ChannelId, founder: PlayerId, byHimself: boolean, found: () => Promise<unknown[]>) => {
    const place = await members.keepPlace(team, founder, byHimself);
    const [newly, numbers] = await found().catch(async (error: unknown) => {
      if (error instanceof GremioError) await place.giveUp();
      throw error;
    });
    // Whoever died before he was in it left a team of nobody; one he has left stays as it is.
    if (newly === 1 || asNumber(numbers) === 0) await members.admit(team, founder, { how: "backend" });
    else if (!(await members.isMember(team, founder))) await place.giveUp();
  };

  return {
    create: async ({ nonce, founder, members: others = [], name, party, ...facts }, caller) => {
      await mustBeIn(facts.open, caller);
      if (caller !== undefined) {
        const args = ["teamsmade", nonce, String(LIMITS.teamsMade), String(DAY_MS), ""];
        await ask("player_found", `player:${caller}`, args);
      }
      const { team, made, noteMade } = await ofNonce(nonce, caller ?? "", party !== undefined);
      const listed = await party?.(team);
      const first = founder ?? others[0]?.player;
      const called = name ?? (first === undefined ? undefined : (await players.profile(first))?.name);
      const fields = [...fieldsOf({ capacity: LIMITS.teamMembers, ...facts }), ...(party ? ["party", "1"] : [])];
      const print = JSON.stringify([founder ?? "", name ?? "", ...fields, others]);
      const found = async () => {
        const own = ["name", called ?? idOfChannel(team), "by", caller ?? ""];
        const reply = await ask("team_found", team, [team, print, made ? "1" : "", ...own, ...fields]);
        if (!made) await noteMade();
        return reply;
      };
      try {
        if (founder === undefined) await found();
        else await foundBy(team, founder, caller !== undefined, found);
      } catch (error) {
        if (error instanceof GremioError) await listed?.giveUp();
        throw error;
      }
      return { team, refused: await bringIn(team, others) };
    },

    view: async (team) => {
      const snapshot = await rosters.snapshot(team);
      const row = teamRowOf(snapshot);
      if (row === undefined) throw new GremioError("channel-not-found");
      const { name, createdAt, capacity, language } = snapshot;
      const { by, topic, selfRoles, match, war, endsAt, check, party, everyoneSpeaks } = row;
      return {
        ...{ team: snapshot.id, name, createdAt, capacity, topic, selfRoles, open: openOf(row.open) },
        ...(by && { by }),
        ...(language && { language }),
        ...(match && { match }),
        ...(war && { war }),
        ...(endsAt > 0 && { endsAt }),
        ...(party && { party: { everyoneSpeaks } }),
        members: snapshot.members.map(
          ({ player, number, profile, rank, role = "", joinedAt, ready, speaks, hand }) => ({
            ...{ player, number, name: profile.name, rank, role, joinedAt },
            ...(ready === undefined ? {} : { ready }),
            ...(speaks === undefined ? {} : { speaks }),
            ...(hand === undefined ? {} : { hand }),
          }),
        ),
        ...(check.id && {
          check: { id: check.id, until: check.until, ...(check.result && { result: check.result }) },
        }),
      };
    },

    change: async (team, facts, caller) => {
      await mustBeIn(facts.open, caller);
      await ask("team_change", team, [team, caller ?? "", ...fieldsOf(facts, true)]);
    },

    end: async (team, caller = "", why = "") => {
      const [left] = await ask("team_end", team, [team, caller, why, keep]);
      await members.release(team, asTexts(asList(left)));
    },

    setRole: async (team, player, role, caller = "") => {
      await ask("team_role", team, [team, player, role, caller]);
    },

    handOver: async (team, player, caller = "") => {
      await ask("team_lead", team, [team, player, caller, keep]);
    },
  };
};

const flag = (on: boolean | undefined): string | undefined => (on === undefined ? undefined : on ? "1" : "");

/** Fields of info and their values, in an order of their own. Of a new team nothing is taken away. */
const fieldsOf = ({ open, selfRoles, everyoneSpeaks, endsAt, ...facts }: TeamFacts, keepsEmpty = false): string[] =>
  Object.entries({
    ...facts,
    open: open === undefined ? undefined : openText(open),
    selfRoles: flag(selfRoles),
    everyoneSpeaks: flag(everyoneSpeaks),
    endsAt: endsAt === undefined ? undefined : endsAt === 0 ? "" : String(endsAt),
  })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, value]) => (value === undefined || (value === "" && !keepsEmpty) ? [] : [field, String(value)]));
