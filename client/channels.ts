import { type ChannelId, channelIdSchema, type GuildId, guildChannel, type PlayerId } from "../shared/id.ts";
import type { OperationAnswer, OperationInput, OperationName } from "../shared/operations.ts";
import type { OwnChannel, Personal } from "../shared/protocol.ts";
import { Attention } from "./attention.ts";
import { Channel, type ChannelOptions } from "./channel.ts";
import type { ChannelLine } from "./channel-line.ts";
import type { ClosedReason, ConnectionPorts, Phase } from "./connection.ts";
import { FollowBatch, Follows } from "./follows.ts";
import { Gaze } from "./gaze.ts";
import type { Line, LineListener } from "./line.ts";
import { MatchSign } from "./match-sign.ts";
import { Reach } from "./reach.ts";
import { NoAnswer } from "./refused.ts";
import type { Opening } from "./way.ts";

export type ChannelsPorts = {
  giveUpLine(): void;
  onPhase(phase: Phase): void;
  /** The seat belongs to another channel now, or to none. */
  onOwn(channel: Channel | undefined): void;
  onPersonal(personal: Personal): void;
};

type Options = Omit<ChannelOptions, "id" | "isBlocked" | "onLook" | "isWatched">;

/** All channels of a player over his one connection: the seat's own, and those he follows. */
export class Channels implements ConnectionPorts {
  readonly #options: Options;
  readonly #ports: ChannelsPorts;
  readonly #home: boolean;
  readonly #gaze = new Gaze();
  readonly #match: MatchSign;
  readonly #attention: Attention;
  readonly #batch = new FollowBatch();
  /** Those with a known id that are not closed, the seat's own among them. */
  readonly #byId = new Map<ChannelId, Channel>();
  /** As the server said at joining, and since. */
  readonly #blocked = new Set<PlayerId>();
  #own: Channel | undefined;
  #reach: Reach | undefined;
  /** Operations under way, and where the seat goes after them. */
  #asking = 0;
  #next: ChannelId | undefined;
  #phase: Phase = { phase: "connecting" };

  /** Not at home: the seat's own channel is there from the beginning, and stays. */
  constructor(options: Options, home: boolean, ports: ChannelsPorts) {
    this.#options = options;
    this.#match = new MatchSign(options.clock);
    this.#attention = new Attention(options.clock);
    this.#home = home;
    this.#ports = ports;
    if (!home) this.#own = this.#make(undefined);
  }

  get own(): Channel | undefined {
    return this.#own;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get followed(): readonly Channel[] {
    return [...this.#byId.values()].filter((channel) => channel !== this.#own);
  }

  follow(id: ChannelId): Channel {
    channelIdSchema.parse(id);
    const known = this.#own?.id === id ? this.#own : this.#byId.get(id);
    if (known !== undefined) return known;
    const channel = this.#make(id);
    this.#byId.set(id, channel);
    if (this.#phase.phase !== "live") channel.onPhase(this.#phase);
    void this.#reach?.catchUp(channel);
    return channel;
  }

  unfollow(id: ChannelId): void {
    const channel = this.#byId.get(id);
    if (channel === undefined || channel === this.#own) return;
    void channel.flush();
    this.#close(channel, "left");
    this.#reach?.line?.request("unfollow", { channels: [id] }).catch(() => undefined);
  }

  /** Asks the server for all of the player's channels. */
  async list(): Promise<OwnChannel[]> {
    const line = this.#reach?.line;
    if (line === undefined) throw new NoAnswer("no line");
    const { channels } = await line.request("channels", {});
    for (const one of channels) this.#of(one.channel)?.stands(one);
    return channels;
  }

  async ask<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationAnswer<N>> {
    const line = this.#reach?.line;
    if (line === undefined) throw new NoAnswer("no line");
    this.#asking += 1;
    try {
      return await line.operate(name, input);
    } finally {
      this.#asking -= 1;
      this.#moveOn();
    }
  }

  inMatch(forMs: number): void {
    this.#match.set(forMs);
  }

  watched(isThere: boolean): void {
    const isBack = isThere && !this.#attention.isThere;
    this.#attention.set(isThere);
    if (isBack) for (const channel of this.#all()) channel.watched();
  }

  get blocked(): ReadonlySet<PlayerId> {
    return this.#blocked;
  }

  flush(): void {
    for (const channel of this.#all()) void channel.flush();
  }

  opening(answer: Opening): Omit<LineListener, "onEnd"> {
    const { clock, random } = this.#options;
    const reach: Reach = new Reach(answer, {
      ...{ clock, random },
      isCurrent: (channel) => this.#isCurrent(channel, reach),
      close: (channel, reason) => this.#close(channel, reason),
      giveUpLine: () => this.#ports.giveUpLine(),
    });
    this.#reach = reach;
    this.#blocked.clear();
    for (const player of answer.blocked ?? []) this.#blocked.add(player);
    this.#seat(answer.channel);
    const { channel } = answer;
    const own = channel === undefined ? undefined : this.#own?.opening({ ...answer, channel });
    return {
      onFrame: (frame) => own?.onFrame(frame),
      onLineage: (lineage) => own?.onLineage(lineage),
      onReactions: (reactions) => own?.onReactions(reactions),
      onCard: (card) => own?.onCard(card),
      onSignal: (signal) => own?.onSignal(signal),
      onMe: (me) => own?.onMe(me),
      onState: (read) => own?.onState(read),
      onFollowed: (ref, deliver) => reach.follows?.take(ref, deliver),
      onFollowedEnd: (ref) => reach.follows?.end(ref),
      onPersonal: (personal) => {
        if (personal.type === "read") this.#of(personal.channel)?.wasRead(personal.read);
        if (personal.type === "block") this.#block(personal.player, personal.on);
        if (personal.type === "membership") this.#moveTo(personal.guild);
        this.#ports.onPersonal(personal);
      },
    };
  }

  async opened(line: Line): Promise<void> {
    const reach = this.#reach;
    if (reach === undefined) return;
    const { clock } = this.#options;
    const follows = new Follows({
      ask: (channels) => line.request("follow", { channels }),
      now: () => clock.now(),
      batch: this.#batch,
      first: () => this.#gaze.at?.id,
      tookIn: (ref, cursor, entries) => line.tookIn(cursor, entries, ref),
      forget: (ref) => line.forget(ref),
    });
    reach.line = line;
    reach.follows = follows;
    const own = this.#own;
    const followed = this.followed;
    const joinOwn = async (): Promise<void> => {
      await own?.opened(this.#ownLine(line));
      if (reach !== this.#reach) return;
      this.#match.open(line);
      // A line on which it could not be said ends, and the next one is told.
      this.#attention.open((idle) => void line.request("presence", { idle }).catch(() => undefined));
      this.#gaze.open(line, own);
      own?.onPhase({ phase: "live" });
    };
    // The server does what one client asks in the order of asking.
    const isOwnFirst = !followed.some((channel) => channel === this.#gaze.at);
    const first = isOwnFirst ? joinOwn() : undefined;
    const others = followed.map((channel) => reach.catchUp(channel));
    follows.flush();
    await Promise.all([first ?? joinOwn(), ...others]);
    if (reach === this.#reach) this.#batch.wentWell();
  }

  removed(): void {
    const own = this.#own;
    if (own === undefined) return;
    this.#close(own, "not-member");
    this.#own = undefined;
    this.#ports.onOwn(undefined);
  }

  ended(tooSlow: boolean): void {
    const reach = this.#reach;
    this.#reach = undefined;
    // The next one is where he belongs.
    this.#next = undefined;
    reach?.end(tooSlow);
    this.#match.shut();
    this.#attention.shut();
    this.#gaze.shut();
    for (const channel of this.#all()) channel.ended();
  }

  onPhase(phase: Phase): void {
    this.#phase = phase;
    // Each channel is live when it has caught up.
    if (phase.phase !== "live") for (const channel of this.#all()) channel.onPhase(phase);
    this.#ports.onPhase(phase);
  }

  #all(): Set<Channel> {
    return new Set([...(this.#own === undefined ? [] : [this.#own]), ...this.#byId.values()]);
  }

  #of(id: ChannelId): Channel | undefined {
    return this.#own?.id === id ? this.#own : this.#byId.get(id);
  }

  #make(id: ChannelId | undefined): Channel {
    return new Channel({
      ...this.#options,
      id,
      isBlocked: (player) => this.#blocked.has(player),
      onLook: (channel, reading) => this.#gaze.look(channel, reading),
      isWatched: () => this.#attention.isThere,
    });
  }

  #block(player: PlayerId, on: boolean): void {
    if (on) this.#blocked.add(player);
    else this.#blocked.delete(player);
  }

  /** The seat is one of this channel. What was the seat's own before is followed from now on, or refused. */
  #seat(id: ChannelId | undefined): void {
    const before = this.#own;
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (this.#home) this.#own = id === undefined ? undefined : (known ?? this.#make(id));
    // Followed before it was known to be the seat's own: that one shows it.
    else if (known !== undefined && known !== before) this.#close(known, "bad-request");
    if (id !== undefined && this.#own !== undefined) this.#byId.set(id, this.#own);
    if (this.#own !== before) this.#ports.onOwn(this.#own);
  }

  /** At home the seat goes where he belongs, when what he has asked is answered. Whoever is taken out of a guild is told so by its log. */
  #moveTo(guild: GuildId | null): void {
    this.#next = this.#home && guild !== null ? guildChannel(guild) : undefined;
    this.#moveOn();
  }

  #moveOn(): void {
    if (this.#next === undefined || this.#asking > 0) return;
    const isThere = this.#own?.id === this.#next;
    this.#next = undefined;
    if (!isThere) this.#ports.giveUpLine();
  }

  #ownLine(line: Line): ChannelLine {
    return {
      request: (name, input) => line.request(name, input),
      resume: (cursor) => line.request("resume", { cursor }),
      tookIn: (cursor, entries) => line.tookIn(cursor, entries),
      onFailure: () => this.#ports.giveUpLine(),
      hasRoster: true,
    };
  }

  #isCurrent(channel: Channel, reach: Reach): boolean {
    return reach === this.#reach && channel.id !== undefined && this.#byId.get(channel.id) === channel;
  }

  #close(channel: Channel, reason: ClosedReason): void {
    const { id } = channel;
    if (id !== undefined && this.#byId.get(id) === channel) {
      this.#byId.delete(id);
      this.#reach?.follows?.drop(id);
    }
    channel.ended();
    channel.onPhase({ phase: "closed", reason });
    this.#gaze.forget(channel);
  }
}
