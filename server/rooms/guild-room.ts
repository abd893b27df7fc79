import type { Me } from "../../shared/protocol.ts";
import { GuildState, MemberState } from "../../shared/state.ts";
import type { MemberView, RosterSnapshot } from "../channel/rosters.ts";
import type { House } from "./house.ts";
import { RosterRoom } from "./roster-room.ts";
import { assign, showRoster } from "./show-roster.ts";
import { makeWarWindow } from "./war-window.ts";

/** A guild's state is read anew at most this often. */
const REFRESH_GAP_MS = 250;

/** The class of this process's guild rooms. */
export const makeGuildRoom = (house: House) =>
  class GuildRoom extends RosterRoom<GuildState> {
    override state = new GuildState();
    protected override readonly gapMs = REFRESH_GAP_MS;

    readonly #war = makeWarWindow(this.state, house.warFeeds, () => {
      this.dirty = true;
      this.tellAll();
      // A war is read four times a second at most: waiting for the process's next patches would only make what is shown older.
      setImmediate(() => this.sendPatch());
    });

    protected override get house(): House {
      return house;
    }

    override onDispose(): void {
      this.#war.close();
      super.onDispose();
    }

    protected override async shown(snapshot: RosterSnapshot): Promise<void> {
      if (house.levels.isBehind(snapshot)) await house.levels.raise(snapshot.id);
    }

    protected override show(
      snapshot: RosterSnapshot,
      online: ReadonlySet<string>,
      matches: ReadonlyMap<string, number>,
    ): void {
      const { members, memberCount } = snapshot;
      const onlineCount =
        memberCount > members.length ? online.size : members.filter(({ player }) => online.has(player)).length;
      if (assign(this.state, { ...factsOf(snapshot), memberCount, onlineCount })) this.dirty = true;
      const roster = showRoster(this.state.roster, members, (member, known) => {
        const there = { online: online.has(member.player), matchUntil: matches.get(member.player) ?? 0 };
        if (known !== undefined && isShown(known, member, there)) return { row: known, changed: false };
        const row = known ?? new MemberState();
        return { row, changed: assign(row, memberFields(member, there)) };
      });
      if (roster) this.dirty = true;
      this.#war.show(snapshot);
    }

    protected override meOf(member: MemberView, { version }: RosterSnapshot): Me {
      const { number, rank, points, seasonPoints } = member;
      const war = this.#war.mine(member.player);
      return { version, number, rank, points, ...(seasonPoints ? { seasonPoints } : {}), ...(war && { war }) };
    }
  };

/** What the state shows of the guild itself. */
const factsOf = ({ id, name, tag, points, ...snapshot }: RosterSnapshot) => {
  const { motto, language, region, emblem, level, earned, seasonPoints, capacity, disbandsAt, mailAt, requests } =
    snapshot;
  return {
    ...{ id, name, tag, points, motto, language, region, emblem, level, earned },
    ...{ seasonPoints, capacity, disbandsAt, mailAt, requests },
  };
};

/** Whether a member has a session, and when the match he is in there is expected to end. */
type There = { online: boolean; matchUntil: number };

/** Whether a row shows the member as he is; of a profile its version says so. */
const isShown = (
  shown: MemberState,
  { number, rank, points, warReady = true, profile }: MemberView,
  { online, matchUntil }: There,
) =>
  shown.number === number &&
  shown.version === profile.version &&
  shown.online === online &&
  shown.matchUntil === matchUntil &&
  shown.rank === rank &&
  shown.points === points &&
  shown.warReady === warReady;

const memberFields = ({ number, rank, points, warReady = true, profile }: MemberView, there: There) => ({
  number,
  name: profile.name,
  avatar: profile.avatar,
  level: profile.level,
  power: profile.power,
  rank,
  points,
  ...there,
  fields: Object.keys(profile.fields).length === 0 ? "" : JSON.stringify(profile.fields),
  locale: profile.locale,
  zone: profile.zone,
  version: profile.version,
  warReady,
});
