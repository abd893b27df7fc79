import type { Schema } from "@colyseus/schema";
import { GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { MESSAGES, type Me } from "../../shared/protocol.ts";
import type { MemberView, RosterSnapshot } from "../channel/rosters.ts";
import { matchEnds } from "../presence/match-ends.ts";
import { makeRefresher } from "../redis/refresher.ts";
import { ChannelRoom } from "./channel-room.ts";
import type { Visitor } from "./visitor.ts";

/** While many come at once, each of whom changes who is online: else every state would be read, and told to all who are there, for a few of them at a time. */
const CROWDED_GAP_MS = 2_000;

/** Sessions whose process has been dead for so many leases are taken off. */
const FORGET_AFTER_LEASES = 5;

/** A room whose state shows a channel's owner and its members: it reads them when they have changed, and knows who is online. */
export abstract class RosterRoom<State extends Schema> extends ChannelRoom<State> {
  override readonly numbers = new Set<number>();
  #snapshot: RosterSnapshot | undefined;
  /** Of the snapshot, by player. */
  #members: ReadonlyMap<string, MemberView> = new Map();
  /** The last reading of the owner failed; what has changed is not shown yet. */
  #behind = false;
  /** All sessions of the settled snapshot are held by this process. */
  #isAllOwn = false;
  readonly #deadSince = new Map<string, number>();
  /** The snapshot that is shown whole, if all its sessions were alive and those of all visitors in it: then showing it again changes nothing. */
  #settled: RosterSnapshot | undefined;
  /** The first end of a match that is shown, in epoch ms. */
  #matchEndsAt = Number.POSITIVE_INFINITY;
  readonly #told = new Map<Visitor, string>();
  readonly #refresher = makeRefresher(
    () => this.#read(),
    () => (this.house.admission.crowded ? CROWDED_GAP_MS : this.gapMs),
  );

  /** The state is read anew at most this often. */
  protected abstract readonly gapMs: number;
  /**
   * Puts into the state what differs, and sets `dirty` if anything did. `online`: players with a session in a living process; `matches`: those of them who are in a
   * match, and its expected end in epoch ms.
   */
  protected abstract show(
    snapshot: RosterSnapshot,
    online: ReadonlySet<string>,
    matches: ReadonlyMap<string, number>,
  ): void;
  /** What is for a member alone. */
  protected abstract meOf(member: MemberView, snapshot: RosterSnapshot): Me;
  /** A snapshot that is newer than the last has been shown. */
  protected abstract shown(snapshot: RosterSnapshot): Promise<void>;

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

  override started(visitor: Visitor): void {
    this.#settled = undefined;
    this.#tell(visitor);
  }

  override ended(visitor: Visitor): void {
    this.#told.delete(visitor);
  }

  /** Of what was read last. */
  protected get snapshot(): RosterSnapshot | undefined {
    return this.#snapshot;
  }

  override checkOnline(): void {
    if (this.#behind) this.refresh();
    const snapshot = this.#snapshot;
    if (Date.now() >= this.#matchEndsAt) this.#settled = undefined;
    // What is shown is right, and whoever is online is so through this very process.
    if (snapshot !== undefined && snapshot === this.#settled && this.#isAllOwn) return;
    if (snapshot === undefined || this.visitors.size === 0) return;
    void this.#show(snapshot).catch((error: unknown) =>
      this.house.logger.warn({ event: "online-check-failed", channel: this.channel, error: String(error) }),
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
      await this.shown(snapshot);
    } catch (error) {
      this.#behind = true;
      if (error instanceof GremioError && (error.code === "guild-not-found" || error.code === "channel-not-found")) {
        this.#members = new Map();
        this.#dismissFormer(before);
      }
      this.house.logger.warn({ event: "roster-read-failed", channel: this.channel, error: String(error) });
    }
  }

  /** Of a guild that is not shown whole, also the rows of those who are here. */
  async #readRows(visitors: readonly Visitor[]): Promise<RosterSnapshot> {
    const wanted = (this.#snapshot?.memberCount ?? 0) > LIMITS.rosterMembers ? visitors : [];
    const snapshot = await this.house.rosters.snapshot(this.channel, playersOf(wanted));
    const isWhole = snapshot.memberCount <= LIMITS.rosterMembers;
    if (isWhole || wanted.length === visitors.length) return snapshot;
    return this.house.rosters.snapshot(this.channel, playersOf(visitors));
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
    const alive = await this.house.leases.alive([...incarnations]);
    if (snapshot !== this.#snapshot) return;
    if (snapshot === this.#settled && alive.size === incarnations.size) return;
    this.#settled = undefined;
    const open = snapshot.sessions.filter(({ incarnation }) => alive.has(incarnation));
    const online = new Set(open.map(({ player }) => player));
    const matches = matchEnds(open, Date.now());
    this.#matchEndsAt = Math.min(...matches.values());
    this.numbers.clear();
    for (const { number } of snapshot.members) this.numbers.add(number);
    this.show(snapshot, online, matches);
    this.tellAll();
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
      if (now - since > FORGET_AFTER_LEASES * this.house.leaseMs)
        await this.house.rosters.setSession(this.channel, player, session, undefined);
    }
    const shown = new Set(sessions.map(({ session }) => session));
    const missing = [...this.visitors.values()].filter(({ session }) => !shown.has(session));
    if (dead.length === 0 && missing.length === 0) this.#settled = snapshot;
    this.#isAllOwn = sessions.every(({ incarnation }) => incarnation === this.house.incarnation);
    for (const { player, session, since } of missing)
      if (now - since > this.house.leaseMs)
        await this.house.rosters.setSession(this.channel, player, session, this.house.incarnation);
  }

  /** Sends every visitor what is for him alone, when it has changed. */
  protected tellAll(): void {
    for (const visitor of this.visitors.values()) this.#tell(visitor);
  }

  /** Sends a visitor what is for him alone, when it has changed. */
  #tell(visitor: Visitor): void {
    const member = this.#members.get(visitor.player);
    if (this.#snapshot === undefined || member === undefined) return;
    const me = this.meOf(member, this.#snapshot);
    const seen = valuesOf(me);
    if (this.#told.get(visitor) === seen) return;
    this.#told.set(visitor, seen);
    visitor.tell(MESSAGES.me, me);
  }
}

const playersOf = (visitors: readonly Visitor[]): string[] => [...new Set(visitors.map(({ player }) => player))];

/** All that is told but versions, which rise with what others do. */
const valuesOf = ({ number, rank, points, seasonPoints, war }: Me): string => {
  const part = war && [war.id, war.fighter, war.attempts, war.attemptsLeft, war.score].join(" ");
  return [number, rank, points, seasonPoints, part].join(" ");
};
