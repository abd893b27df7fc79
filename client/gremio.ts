import type { Badge } from "../shared/badge.ts";
import type { Entry } from "../shared/entry.ts";
import type { ChannelId, GuildId, PlayerId } from "../shared/id.ts";
import type { Locale } from "../shared/locale.ts";
import type { FilterChoice } from "../shared/moderation/filter-policy.ts";
import type { OperationAnswer, OperationInput, OperationName } from "../shared/operations.ts";
import type { OwnChannel, Personal } from "../shared/protocol.ts";
import { wordsIn } from "../shared/words-in.ts";
import type { Channel } from "./channel.ts";
import { Channels } from "./channels.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection, type Phase } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { PhraseBook } from "./phrase-book.ts";
import { randomNonce } from "./random-nonce.ts";
import { seatWay } from "./seat-way.ts";

type Options = {
  /** Where the chat service is: `https://chat.example`, or with a path in front of `/v1`. */
  url: string;
  /** A token of the player's, signed by the game's backend; asked for at each joining and before the last one ends. `fresh`: not the last one again. */
  getToken(fresh: boolean): Promise<string> | string;
  /** Entries held in memory, of each channel. Left out: 1000. */
  keep?: number;
  /** What the player does not want to read, besides what a channel masks for all. Left out: he reads what the channel lets pass. */
  filter?: FilterChoice;
  clock?: Clock;
  random?(): number;
};

export type GremioOptions = Options & {
  /** Left out: the channel of the player's guild. */
  channel?: ChannelId;
  home?: false;
};

/** The player may have no guild: his connection is at his guild while he has one, and at home else. */
export type HomeOptions = Options & { home: true };

export type ClientEvents = {
  /** The line itself; `status` of a channel says when that one has caught up. */
  phase: Phase;
  /** At home: the seat belongs to another channel now, or to none. */
  channel: Channel | undefined;
  /** The player has read on one of his devices, in any of his channels, followed or not. */
  read: Pick<Extract<Personal, { type: "read" }>, "channel" | "read">;
  /** The player has become a member of a guild, or (null) of none, by whatever way. A client at home takes the seat there by itself. */
  membership: GuildId | null;
  /** What the player's own book of points holds now, after so many entries: of two, the one with more is newer. */
  points: { balance: number; entries: number };
  /** The player has blocked somebody, on one of his devices, or not any more: entries are hidden, or shown again (see `isHidden` of a channel). */
  block: { player: PlayerId; on: boolean };
  /** A guild has invited the player: he becomes a member by `ask("joinGuild", …)`. Told to connections that are open; all that stands is in `getInvitations`. */
  invited: Pick<Extract<Personal, { type: "invited" }>, "guild" | "name" | "by">;
  /** A team has invited the player: he becomes a member by `ask("joinTeam", …)`. As `invited`. */
  teamInvited: Pick<Extract<Personal, { type: "team-invited" }>, "team" | "name" | "by">;
  /** The player has read a mail of his guild's leader, on this device or another. */
  mailRead: { guild: string; mail: string };
  /** A guild has answered the player's request. */
  answered: Pick<Extract<Personal, { type: "answered" }>, "guild" | "name" | "accepted" | "reason">;
  /** What waits while the player is in a match: how many important notices, and which is the newest. Drawn as a badge; `count` 0 takes it off. */
  badge: Badge;
  /** The game's backend says that the player is in a match that is expected to end then (epoch ms), or in none any more (0). */
  match: { until: number };
  /** A report of the player's was decided. */
  report: { report: string; outcome: string };
};

type Client<Own> = {
  /** The seat's own channel, the only one whose state is synced. */
  readonly channel: Own;
  /** The studio's own quick phrases, for `wordsIn` and for a menu. */
  readonly phrases: PhraseBook;
  /** What the player does not want to read; it may be set at any time, and holds for `words` from then on. */
  filter: FilterChoice;
  /** What an entry says, in the player's language and as he wants to read it. */
  words(entry: Entry, locale: Locale): string;
  readonly phase: Phase;
  /** The returned function takes the listener off. */
  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void;
  /**
   * The player is in a match on this device that is expected to end in so long (at most 3 hours); 0: in none any more. His channels show it, and important notices wait
   * for its end instead of being pushed, while `badge` tells of them. The server is told again on each new line.
   */
  inMatch(forMs: number): void;
  /**
   * Somebody is at this device, or nobody any more. To be called with every touch (it is told rarely), and with false when there was none for two minutes or the app goes
   * to the background: then nothing is marked as read, and the player is told by push on his other devices. Who never calls it is judged by what the player does.
   */
  watched(isThere?: boolean): void;
  /** Whom the player has blocked, as of the last joining and what was heard since. He blocks by `ask("blockPlayer", …)`. */
  readonly blocked: ReadonlySet<PlayerId>;
  /** All channels the player is in and what is unread in each, followed or not, in one request. Rejects with `Refused` or `NoAnswer`; without a line at once. */
  channels(): Promise<readonly OwnChannel[]>;
  /**
   * Asks what concerns guilds, moderation or points: any operation a player may (see shared/operations). Rejects with `Refused` or `NoAnswer`; without a line at once.
   */
  ask<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationAnswer<N>>;
  /**
   * One more channel over this connection, complete and in order like the seat's own: the same object when asked again, until it is closed. It needs no line: all
   * that are followed are asked for together on each. Where the player is no member it closes with `not-member`. Throws when the id is none.
   */
  follow(channel: ChannelId): Channel;
  /** Its object is closed (`left`); the seat's own channel stays. */
  unfollow(channel: ChannelId): void;
  readonly followed: readonly Channel[];
  /** Begins a new line. At home the seat in a guild the player has got is taken by itself, unless the news of it was lost. */
  reseat(): void;
  /** Settles when for the first time everything is live; rejects with the reason when the client is closed before. */
  live(): Promise<void>;
  /** Tries to connect now, or makes sure that the line is alive: for when the network is back or the app comes to the front. */
  hurry(): void;
  /** Leaves. Messages not acknowledged by then are refused, those already sent with `outcome-unknown`. */
  close(): void;
};

export type GremioClient = Client<Channel>;
export type HomeClient = Client<Channel | undefined>;

/**
 * Begins to connect, and stays connected until `close` or until the server refuses for good; `channel.status` says which. With `home` it does not end when the
 * player leaves his guild, or has none.
 */
export function connect(options: HomeOptions): HomeClient;
export function connect(options: GremioOptions): GremioClient;
export function connect(options: GremioOptions | HomeOptions): HomeClient {
  const { clock = systemClock, random = Math.random, keep = 1_000, home = false } = options;
  const url = new URL(options.url.endsWith("/") ? options.url : `${options.url}/`);
  const phrases = new PhraseBook({ url, getToken: async () => options.getToken(false), now: () => clock.now() });
  let filter = options.filter ?? "off";
  const events = new Emitter<ClientEvents>();
  const channels = new Channels(
    { clock, random, keep, makeNonce: randomNonce, onArrival: (entry) => phrases.meet(entry) },
    home,
    {
      giveUpLine: () => connection.giveUpLine(),
      onPhase: (phase) => events.emit("phase", phase),
      onOwn: (own) => events.emit("channel", own),
      onPersonal: (personal) => {
        if (personal.type === "read") events.emit("read", { channel: personal.channel, read: personal.read });
        if (personal.type === "membership") events.emit("membership", personal.guild);
        if (personal.type === "mail") events.emit("mailRead", { guild: personal.guild, mail: personal.mail });
        if (personal.type === "invited" || personal.type === "answered") events.emit(personal.type, personal);
        if (personal.type === "team-invited") events.emit("teamInvited", personal);
        if (personal.type === "points") events.emit("points", { balance: personal.balance, entries: personal.entries });
        if (personal.type === "block") events.emit("block", { player: personal.player, on: personal.on });
        if (personal.type === "badge") events.emit("badge", { count: personal.count, newest: personal.newest });
        if (personal.type === "match") events.emit("match", { until: personal.until });
        if (personal.type === "report") events.emit("report", { report: personal.report, outcome: personal.outcome });
      },
    },
  );
  const way = seatWay({
    ...{ url, home, clock, getToken: async (fresh: boolean) => options.getToken(fresh) },
    channel: options.home === true ? undefined : options.channel,
  });
  const connection = new Connection({ way, home, clock, random }, channels);
  const stopHurrying = onOnline(() => connection.hurry());
  void connection.run().finally(stopHurrying);
  return {
    /** Without `home` there from the beginning, and always the same. */
    get channel() {
      return channels.own;
    },
    phrases,
    get filter() {
      return filter;
    },
    set filter(chosen) {
      filter = chosen;
    },
    words: (entry, locale) => wordsIn(entry, locale, phrases.known, filter),
    get phase() {
      return channels.phase;
    },
    on: (event, listener) => events.on(event, listener),
    blocked: channels.blocked,
    channels: () => channels.list(),
    inMatch: (forMs) => channels.inMatch(forMs),
    watched: (isThere = true) => channels.watched(isThere),
    ask: (name, input) => channels.ask(name, input),
    follow: (id) => channels.follow(id),
    unfollow: (id) => channels.unfollow(id),
    get followed() {
      return channels.followed;
    },
    reseat: () => connection.giveUpLine(),
    live: () =>
      new Promise((resolve, reject) => {
        const check = (): boolean => {
          const { phase } = channels;
          if (phase.phase === "live") resolve();
          else if (phase.phase === "closed") reject(new Error(`closed: ${phase.reason}`));
          else return false;
          return true;
        };
        if (check()) return;
        const off = events.on("phase", () => {
          if (check()) off();
        });
      }),
    hurry: () => connection.hurry(),
    close: () => {
      channels.flush();
      connection.close();
    },
  };
}

const onOnline = (listener: () => void): (() => void) => {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  globalThis.addEventListener("online", listener);
  return () => globalThis.removeEventListener("online", listener);
};
