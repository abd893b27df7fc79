import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { ProfilePatch } from "../../shared/profile.ts";
import type { Groups } from "../channel/groups.ts";
import type { Players } from "../player/players.ts";
import type { RoomTeams } from "../team/room-teams.ts";
import type { TeamMembers } from "../team/team-members.ts";

/** A player of a studio's room, as the studio knows him. */
export type TeamPlayer = { player: PlayerId; profile: ProfilePatch; channel: ChannelId; role: string };

export type RoomMembersPorts = {
  players: Pick<Players, "meet">;
  teams: RoomTeams;
  members: Pick<TeamMembers, "admit" | "leave" | "isMember">;
  groups: Pick<Groups, "admit" | "release">;
  logger: Logger;
  /** Of a team that is made for the room. */
  team: { name: string; capacity: number };
};

type Place = { channel: ChannelId; bare: boolean; number: number };

/** What a player is to be and, as far as is known, is. */
type Membership = {
  here: TeamPlayer;
  readonly sessions: Set<string>;
  wanted: ChannelId | undefined;
  /** `channel`: where he is a member for what was `wanted`; `bare`: it is no team. */
  told: ({ wanted: ChannelId } & Place) | undefined;
  refused: GremioError | undefined;
  settling: Promise<void> | undefined;
  grace: NodeJS.Timeout | undefined;
};

/** While Redis does not answer it is asked again after this. */
const RETRY_MS = 1_000;
/** He is none any more, or there is nothing he could be a member of: that is what was wanted. */
const GONE: readonly string[] = ["member-not-found", "channel-not-found"];

/**
 * Makes the players of one room members of its teams, and takes them out again. What is wanted of a player is told to Redis by one call at a time, and again until it
 * is so: neither an outage nor a player who comes and goes quickly leaves him what he should not be. Nobody who enters or leaves waits for it.
 */
export class RoomMembers {
  readonly #ports: RoomMembersPorts;
  readonly #members = new Map<PlayerId, Membership>();
  readonly #bySession = new Map<string, Membership>();
  /** Of teams that ended while the room went on. */
  readonly #generations = new Map<ChannelId, number>();
  #closed = false;

  constructor(ports: RoomMembersPorts) {
    this.#ports = ports;
  }

  /** By one of perhaps several sessions of his. The newest says which team is his. */
  enter(session: string, here: TeamPlayer): void {
    const known = this.#members.get(here.player);
    const member: Membership = known ?? {
      ...{ here, sessions: new Set(), wanted: undefined, told: undefined },
      ...{ refused: undefined, settling: undefined, grace: undefined },
    };
    clearTimeout(member.grace);
    Object.assign(member, { here, wanted: here.channel, refused: undefined });
    member.sessions.add(session);
    this.#members.set(here.player, member);
    this.#bySession.set(session, member);
    void this.#settle(member);
  }

  /** With his last session he leaves the team, if he does not come back within `graceMs`. */
  leave(session: string, graceMs: number): void {
    const member = this.#bySession.get(session);
    if (member === undefined) return;
    this.#bySession.delete(session);
    member.sessions.delete(session);
    if (member.sessions.size > 0) return;
    if (graceMs <= 0 || this.#closed) this.#release(member);
    else member.grace = setTimeout(() => this.#release(member), graceMs).unref();
  }

  /** He leaves the team now, whatever sessions he has. */
  release(player: PlayerId): void {
    const member = this.#members.get(player);
    if (member !== undefined) this.#release(member);
  }

  /** Whose session it is, before it is known what he is. */
  playerOf(session: string): PlayerId | undefined {
    return this.#bySession.get(session)?.here.player;
  }

  /** What a session's player is, as soon as that is known. Throws what he was refused with; asked once more, it is tried once more. */
  async of(session: string): Promise<TeamPlayer & { number: number }> {
    const member = this.#bySession.get(session);
    if (member?.wanted === undefined) throw new GremioError("not-member");
    await this.#settle(member);
    if (await this.#hasEnded(member)) {
      member.told = undefined;
      await this.#settle(member);
    }
    if (member.told !== undefined && member.told.wanted === member.wanted) return { ...member.here, ...member.told };
    const { refused = new GremioError("not-member") } = member;
    member.refused = undefined;
    throw refused;
  }

  /** Everybody leaves. Settles when Redis knows. */
  async close(): Promise<void> {
    this.#closed = true;
    const members = [...this.#members.values()];
    for (const member of members) this.#release(member);
    await Promise.all(members.map((member) => this.#settle(member)));
  }

  #release(member: Membership): void {
    clearTimeout(member.grace);
    member.wanted = undefined;
    void this.#settle(member);
  }

  #settle(member: Membership): Promise<void> {
    member.settling ??= this.#tellUntilSo(member).finally(() => {
      member.settling = undefined;
      if (member.wanted === undefined && member.sessions.size === 0 && member.told === undefined)
        this.#members.delete(member.here.player);
      // He came or went after all was told, and before that was noted here.
      else if (member.told?.wanted !== member.wanted && member.refused === undefined) void this.#settle(member);
    });
    return member.settling;
  }

  async #tellUntilSo(member: Membership): Promise<void> {
    while (member.told?.wanted !== member.wanted && member.refused === undefined) {
      const { here, wanted, told } = member;
      try {
        if (told !== undefined) await this.#takeOut(here.player, told);
        member.told = undefined;
        if (wanted !== undefined) member.told = { wanted, ...(await this.#takeIn(here, wanted)) };
      } catch (error) {
        const { player } = here;
        this.#ports.logger.warn({ event: "team-not-told", channel: wanted, player, error: String(error) });
        if (error instanceof GremioError && wanted !== undefined) {
          if (member.wanted === wanted) member.refused = error;
        } else await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** Whether the team he is in has ended, also when it was idle or the backend ended it. From one that goes on he may have been taken, and stays out. */
  async #hasEnded({ told, here }: Membership): Promise<boolean> {
    const { teams, members, team } = this.#ports;
    if (told === undefined || told.bare || (await members.isMember(told.channel, here.player))) return false;
    return (await teams.found(told.channel, team)) === "ended";
  }

  /** A team that everybody has left has ended, and its id stays taken for a while: who comes then meets the others in another. A bare channel stays one. */
  async #takeIn({ player, profile, role }: TeamPlayer, wanted: ChannelId): Promise<Place> {
    const { players, teams, members, groups, team } = this.#ports;
    await players.meet({ player, profile, issuedAtMs: Date.now() });
    for (;;) {
      const generation = this.#generations.get(wanted) ?? 1;
      const channel = teams.after(wanted, generation);
      const found = await teams.found(channel, team);
      try {
        if (found === "bare")
          return { channel, bare: true, number: (await groups.admit(channel, player, "member")).number };
        if (found === "there")
          return {
            ...{ channel, bare: false },
            number: (await members.admit(channel, player, { how: "backend", role })).number,
          };
      } catch (error) {
        if (!(error instanceof GremioError && error.code === "channel-not-found")) throw error;
      }
      if ((this.#generations.get(wanted) ?? 1) === generation) this.#generations.set(wanted, generation + 1);
    }
  }

  async #takeOut(player: PlayerId, { channel, bare }: Place): Promise<void> {
    const { members, groups } = this.#ports;
    const out = bare ? groups.release(channel, player, "left") : members.leave(channel, player, undefined);
    await out.catch((error: unknown) => {
      if (!(error instanceof GremioError && GONE.includes(error.code))) throw error;
    });
  }
}
