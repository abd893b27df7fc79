import { GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { MESSAGES, type Me } from "../../shared/protocol.ts";
import { GuildState, MemberState } from "../../shared/state.ts";
import type { MemberView, RosterSnapshot } from "../channel/rosters.ts";
import { ChannelRoom } from "./channel-room.ts";
import type { House } from "./house.ts";
import { makeRefresher } from "./refresher.ts";
import type { Visitor } from "./visitor.ts";

/** A guild's state is read anew at most this often. */
const REFRESH_GAP_MS = 250;
/** While many come at once, each of whom changes who is online: else every guild's state would be read, and told to all who are there, for a few of them at a time. */
const CROWDED_GAP_MS = 2_000;

/** Sessions whose process has been dead for so many leases are taken off. */
const FORGET_AFTER_LEASES = 5;

/** The class of this process's guild rooms. */
export const makeGuildRoom = (house: House) =>
  class GuildRoom extends ChannelRoom<GuildState> {
    override state = new GuildState();
    protected override readonly numbers = new Set<number>();
    #snapshot: RosterSnapshot | undefined;
    /** Of the snapshot, by player. */
    #members: ReadonlyMap<string, MemberView> = new Map();
    /** The last reading of the guild failed; what has changed is not shown yet. */
    #behind = false;
    /** All sessions of the settled snapshot are held by this process. */
    #isAllOwn = false;
    #online = new Set<string>();
    readonly #deadSince = new Map<string, number>();
    /** The snapshot that is shown whole, if all its sessions were alive and those of all visitors in it: then showing it again changes nothing. */
    #settled: RosterSnapshot | undefined;
    readonly #told = new Map<Visitor, string>();
    readonly #refresher = makeRefresher(
      () => this.#read(),
      () => (house.admission.crowded ? CROWDED_GAP_MS : REFRESH_GAP_MS),
    );

    protected override get house(): House {
      return house;
    }

    override async onCreate(options: unknown): Promise<void> {
      await super.onCreate(options);
      await this.#read();
    }

    override onDispose(): void {
      this.#refresher.close();
      super.onDispose();
    }

    protected override refresh(): void {
      this.#refresher.poke();
    }

    protected override started(visitor: Visitor): void {
      this.#settled = undefined;
      this.#tell(visitor);
    }

    protected override ended(visitor: Visitor): void {
      this.#told.delete(visitor);
    }

    override checkOnline(): void {
      if (this.#behind) this.refresh();
      const snapshot = this.#snapshot;
      // What is shown is right, and whoever is online is so through this very process.
      if (snapshot !== undefined && snapshot === this.#settled && this.#isAllOwn) return;
      if (snapshot === undefined || this.visitors.size === 0) return;
      void this.#show(snapshot).catch((error: unknown) =>
        house.logger.warn({ event: "online-check-failed", channel: this.channel, error: String(error) }),
      );
    }

    async #read(): Promise<void> {
      const before = [...this.visitors.values()];
      try {
        const snapshot = await this.#readRows(before);
        this.#snapshot = snapshot;
        this.#members = new Map([...snapshot.members, ...snapshot.others].map((member) => [member.player, member]));
        this.#behind = false;
        this.#dismissFormer(before);
        await this.#show(snapshot);
        if (house.levels.isBehind(snapshot)) await house.levels.raise(snapshot.id);
      } catch (error) {
        this.#behind = true;
        if (error instanceof GremioError && error.code === "guild-not-found") {
          this.#members = new Map();
          this.#dismissFormer(before);
        }
        house.logger.warn({ event: "guild-read-failed", channel: this.channel, error: String(error) });
      }
    }

    /** Of a guild that is not shown whole, also the rows of those who are here. */
    async #readRows(visitors: readonly Visitor[]): Promise<RosterSnapshot> {
      const wanted = (this.#snapshot?.memberCount ?? 0) > LIMITS.rosterMembers ? visitors : [];
      const snapshot = await house.rosters.snapshot(this.channel, playersOf(wanted));
      const isWhole = snapshot.memberCount <= LIMITS.rosterMembers;
      if (isWhole || wanted.length === visitors.length) return snapshot;
      return house.rosters.snapshot(this.channel, playersOf(visitors));
    }

    /**
     * Whoever follows the log goes with the entry that ends his membership. One who does not (yet) meets no such entry, and must not be shown the state for ever. Only
     * those who were here before the snapshot was read are judged by it: a newcomer may be missing in an old one.
     */
    #dismissFormer(visitors: readonly Visitor[]): void {
      for (const visitor of visitors)
        if (!this.#members.has(visitor.player) && this.shard?.isFollowing(visitor) === false)
          this.dismiss(visitor, "not-member");
    }

    async #show(snapshot: RosterSnapshot): Promise<void> {
      const incarnations = new Set(snapshot.sessions.map(({ incarnation }) => incarnation));
      const alive = await house.leases.alive([...incarnations]);
      if (snapshot !== this.#snapshot) return;
      if (snapshot === this.#settled && alive.size === incarnations.size) return;
      this.#settled = undefined;
      const online = new Set(
        snapshot.sessions.filter(({ incarnation }) => alive.has(incarnation)).map(({ player }) => player),
      );
      const { state } = this;
      const { members } = snapshot;
      this.#online = online;
      const { memberCount } = snapshot;
      const onlineCount =
        memberCount > members.length ? online.size : members.filter(({ player }) => online.has(player)).length;
      if (assign(state, { ...factsOf(snapshot), memberCount, onlineCount })) this.dirty = true;
      this.#showRoster(members);
      for (const visitor of this.visitors.values()) this.#tell(visitor);
      await this.#mendSessions(snapshot, alive);
    }

    /** Takes sessions of long dead processes off, and puts on again what is open here and was taken off while this process was stalled. */
    async #mendSessions(snapshot: RosterSnapshot, alive: ReadonlySet<string>): Promise<void> {
      const { sessions } = snapshot;
      const now = Date.now();
      const dead = sessions.filter(({ incarnation }) => !alive.has(incarnation));
      for (const session of [...this.#deadSince.keys()])
        if (!dead.some((row) => row.session === session)) this.#deadSince.delete(session);
      for (const { player, session } of dead) {
        const since = this.#deadSince.get(session) ?? now;
        this.#deadSince.set(session, since);
        if (now - since > FORGET_AFTER_LEASES * house.leaseMs)
          await house.rosters.setSession(this.channel, player, session, undefined);
      }
      const shown = new Set(sessions.map(({ session }) => session));
      const missing = [...this.visitors.values()].filter(({ session }) => !shown.has(session));
      if (dead.length === 0 && missing.length === 0) this.#settled = snapshot;
      this.#isAllOwn = sessions.every(({ incarnation }) => incarnation === house.incarnation);
      for (const { player, session, since } of missing)
        if (now - since > house.leaseMs)
          await house.rosters.setSession(this.channel, player, session, house.incarnation);
    }

    #showRoster(members: readonly MemberView[]): void {
      const { roster } = this.state;
      const present = new Set(members.map(({ player }) => player));
      for (const player of [...roster.keys()]) {
        if (present.has(player)) continue;
        roster.delete(player);
        this.dirty = true;
      }
      this.numbers.clear();
      for (const member of members) {
        this.numbers.add(member.number);
        const online = this.#online.has(member.player);
        const known = roster.get(member.player);
        if (known !== undefined && isShown(known, member, online)) continue;
        const shown = known ?? new MemberState();
        if (assign(shown, memberFields(member, online))) this.dirty = true;
        if (known === undefined) {
          roster.set(member.player, shown);
          this.dirty = true;
        }
      }
    }

    /** Sends a visitor what is for him alone, when it has changed. */
    #tell(visitor: Visitor): void {
      const member = this.#members.get(visitor.player);
      if (this.#snapshot === undefined || member === undefined) return;
      const me: Me = {
        version: this.#snapshot.version,
        number: member.number,
        rank: member.rank,
        points: member.points,
        ...(member.seasonPoints ? { seasonPoints: member.seasonPoints } : {}),
      };
      const seen = `${me.number} ${me.rank} ${me.points} ${me.seasonPoints}`;
      if (this.#told.get(visitor) === seen) return;
      this.#told.set(visitor, seen);
      visitor.client.send(MESSAGES.me, me);
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

const playersOf = (visitors: readonly Visitor[]): string[] => [...new Set(visitors.map(({ player }) => player))];

/** Whether a row shows the member as he is; of a profile its version says so. */
const isShown = (shown: MemberState, { number, rank, points, profile }: MemberView, online: boolean): boolean =>
  shown.number === number &&
  shown.version === profile.version &&
  shown.online === online &&
  shown.rank === rank &&
  shown.points === points;

const memberFields = ({ number, rank, points, profile }: MemberView, online: boolean) => ({
  number,
  name: profile.name,
  avatar: profile.avatar,
  level: profile.level,
  power: profile.power,
  rank,
  points,
  online,
  fields: Object.keys(profile.fields).length === 0 ? "" : JSON.stringify(profile.fields),
  locale: profile.locale,
  zone: profile.zone,
  version: profile.version,
});

/** Sets what differs and says whether anything did: an assignment of an equal value would make a patch of it. */
const assign = <T extends object>(target: T, values: Partial<T>): boolean => {
  let changed = false;
  for (const [name, value] of Object.entries(values))
    if (Reflect.get(target, name) !== value) changed = Reflect.set(target, name, value);
  return changed;
};
