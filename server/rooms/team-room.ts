import type { CloseReason } from "../../shared/close-code.ts";
import type { Entry } from "../../shared/entry.ts";
import type { Me } from "../../shared/protocol.ts";
import { TeamMemberState, TeamState } from "../../shared/state.ts";
import type { MemberView, RosterSnapshot } from "../channel/rosters.ts";
import { runningCheck, type TeamRow, teamRowOf } from "../team/team-row.ts";
import type { House } from "./house.ts";
import { RosterRoom } from "./roster-room.ts";
import { assign, showRoster } from "./show-roster.ts";
import type { Visitor } from "./visitor.ts";

/** A team of 40 who all answer at once is read so often at most; each reading costs Redis about 0.1 ms. */
const REFRESH_GAP_MS = 5;
/** An absent leader is asked about this often. */
const SUCCEED_MS = 10_000;

/** The class of this process's team rooms: what has changed is shown at once, without waiting for the patches of all rooms. */
export const makeTeamRoom = (house: House) =>
  class TeamRoom extends RosterRoom<TeamState> {
    override state = new TeamState();
    protected override readonly gapMs = REFRESH_GAP_MS;
    protected override readonly neverWaits = true;
    #hasEnded = false;
    #askedAt = 0;

    protected override get house(): House {
      return house;
    }

    protected override heard(entries: readonly Entry[]): void {
      this.#hasEnded ||= entries.some(tellsOfEnd);
    }

    /** Of a team that has ended nobody is put out for not being a member. */
    override close(visitor: Visitor, reason: CloseReason): void {
      super.close(visitor, reason === "not-member" && this.#hasEnded ? "ended" : reason);
    }

    protected override async shown(snapshot: RosterSnapshot): Promise<void> {
      const check = runningCheck(teamRowOf(snapshot));
      if (check !== undefined) house.team.readiness.watch(this.channel, check.until);
    }

    protected override show(snapshot: RosterSnapshot, online: ReadonlySet<string>): void {
      const { members, memberCount } = snapshot;
      const leader = members.find(({ rank }) => rank === "leader");
      const onlineCount = members.filter(({ player }) => online.has(player)).length;
      const facts = {
        ...factsOf(snapshot, teamRowOf(snapshot)),
        leader: leader?.number ?? 0,
        memberCount,
        onlineCount,
      };
      if (assign(this.state, facts)) this.dirty = true;
      const roster = showRoster(this.state.members, members, (member, known) => {
        const row = known ?? new TeamMemberState();
        return { row, changed: assign(row, memberFields(member, online.has(member.player))) };
      });
      if (roster) this.dirty = true;
      if (this.dirty) this.sendPatch();
      if (leader !== undefined && onlineCount > 0 && !online.has(leader.player)) this.#succeed(leader.player);
    }

    override checkOnline(): void {
      super.checkOnline();
      const { leader, members, onlineCount } = this.state;
      if (onlineCount === 0) return;
      for (const [player, { number, online }] of members) if (number === leader && !online) this.#succeed(player);
    }

    #succeed(leader: string): void {
      const now = Date.now();
      if (this.snapshot === undefined || now - this.#askedAt < SUCCEED_MS) return;
      this.#askedAt = now;
      house.team.succeed(this.channel, leader).catch((error: unknown) => {
        house.logger.warn({ event: "team-succession-failed", channel: this.channel, error: String(error) });
      });
    }

    protected override meOf({ number, rank, points }: MemberView, { version }: RosterSnapshot): Me {
      return { version, number, rank, points };
    }
  };

const tellsOfEnd = ({ kind, body }: Entry): boolean =>
  kind === "news" && typeof body === "object" && body.template === "team-ended";

/** What the state shows of the team itself; of a bare channel little. */
const factsOf = ({ id, name, capacity, language }: RosterSnapshot, row: TeamRow | undefined) => ({
  ...{ id, name, capacity, language },
  ...(row !== undefined && {
    ...{
      topic: row.topic,
      open: row.open,
      selfRoles: row.selfRoles,
      match: row.match,
      war: row.war,
      endsAt: row.endsAt,
      ...{ party: row.party, everyoneSpeaks: row.everyoneSpeaks },
    },
    ...{ check: row.check.id, checkUntil: row.check.until, checkBy: row.check.by, checkResult: row.check.result },
  }),
});

const memberFields = ({ number, rank, role = "", ready, speaks, hand = 0, profile }: MemberView, online: boolean) => ({
  ...{ number, rank, role, online, asked: ready !== undefined, ready: ready ?? "", speaks: speaks ?? "", hand },
  ...{
    name: profile.name,
    avatar: profile.avatar,
    level: profile.level,
    locale: profile.locale,
    version: profile.version,
  },
});
