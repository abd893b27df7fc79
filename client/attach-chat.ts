import type { Room } from "@colyseus/sdk";
import type { Entry } from "../shared/entry.ts";
import { isErrorCode } from "../shared/errors.ts";
import type { ChannelId, PlayerId } from "../shared/id.ts";
import type { Locale } from "../shared/locale.ts";
import type { FilterChoice } from "../shared/moderation/filter-policy.ts";
import type { OperationAnswer, OperationInput, OperationName } from "../shared/operations.ts";
import { type OwnChannel, type Personal, ROOM_WIRE } from "../shared/protocol.ts";
import { type StudioPhrases, wordsIn } from "../shared/words-in.ts";
import type { Channel } from "./channel.ts";
import { Channels } from "./channels.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection, type Phase } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { randomNonce } from "./random-nonce.ts";
import { Refused, refusalOf } from "./refused.ts";
import { roomWay } from "./room-way.ts";

export type AttachOptions = {
  /** The message type under which the chat goes in this room, if the server was told another. */
  messageType?: string;
  /** Entries held in memory, of each channel. Left out: 1000. */
  keep?: number;
  /** What the player does not want to read, besides what a channel masks for all. Left out: he reads what the channel lets pass. */
  filter?: FilterChoice;
  /** The studio's own quick phrases, for `words`. */
  phrases?: StudioPhrases;
  clock?: Clock;
  random?(): number;
};

export type RoomChatEvents = {
  phase: Phase;
  /** The player has been put into another team; its channel. */
  channel: Channel;
  personal: Personal;
};

/** The chat in a room the game has joined itself. */
export type RoomChat = {
  /** The channel of the player's team. */
  readonly channel: Channel;
  readonly phase: Phase;
  /** Whom the player has blocked. */
  readonly blocked: ReadonlySet<PlayerId>;
  /** The returned function takes the listener off. */
  on<K extends keyof RoomChatEvents>(event: K, listener: (value: RoomChatEvents[K]) => void): () => void;
  /** What an entry says, in the player's language and as he wants to read it. */
  words(entry: Entry, locale: Locale): string;
  /** Somebody is at this device, or nobody any more; see `GremioClient.watched`. */
  watched(isThere?: boolean): void;
  /** All channels the player is in, his guild's first. Rejects with `Refused` or `NoAnswer`. */
  channels(): Promise<readonly OwnChannel[]>;
  /** One more channel over the same connection, say his guild's; see `GremioClient.follow`. */
  follow(channel: ChannelId): Channel;
  unfollow(channel: ChannelId): void;
  /** Asks what concerns reports, blocks, moderation and pins. Rejects with `Refused` or `NoAnswer`. */
  ask<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationAnswer<N>>;
  /** Ends the chat; the room stays. Messages not acknowledged by then are refused, those already sent with `outcome-unknown`. */
  close(): void;
};

/**
 * The chat in a room that has the plugin, once the player's team is known. It lasts as long as the room: when the room's connection drops and comes back, it resumes
 * without hole or repetition, and what was sent meanwhile is written once. Rejects with `Refused` when the player may not have it, also when he leaves the room before.
 */
export const attachChat = (room: Room, options: AttachOptions = {}): Promise<RoomChat> => {
  const { clock = systemClock, random = Math.random, keep = 1_000, filter = "off", phrases = new Map() } = options;
  const events = new Emitter<RoomChatEvents>();
  const { promise, resolve, reject } = Promise.withResolvers<RoomChat>();
  let own: Channel | undefined;
  const channels = new Channels({ clock, random, keep, makeNonce: randomNonce }, true, {
    giveUpLine: () => connection.giveUpLine(),
    onPhase: (phase) => {
      events.emit("phase", phase);
      if (phase.phase !== "closed") return;
      const { reason } = phase;
      reject(new Refused(refusalOf(isErrorCode(reason) ? reason : "unavailable")));
    },
    onOwn: () => undefined,
    onPersonal: (personal) => events.emit("personal", personal),
  });
  const way = roomWay(room, {
    type: options.messageType ?? ROOM_WIRE,
    onBack: () => connection.hurry(),
    onLeft: () => connection.close(),
  });
  const chatIn = (first: Channel): RoomChat => ({
    get channel() {
      return own ?? first;
    },
    get phase() {
      return channels.phase;
    },
    blocked: channels.blocked,
    on: (event, listener) => events.on(event, listener),
    words: (entry, locale) => wordsIn(entry, locale, phrases, filter),
    watched: (isThere = true) => channels.watched(isThere),
    channels: () => channels.list(),
    follow: (id) => channels.follow(id),
    unfollow: (id) => channels.unfollow(id),
    ask: (name, input) => channels.ask(name, input),
    close: () => {
      channels.flush();
      connection.close();
    },
  });
  /** The seat is one of no channel: the team's is followed like any other. */
  const team = (id: ChannelId): void => {
    const before = own;
    own = channels.follow(id);
    if (before === undefined) resolve(chatIn(own));
    else if (before !== own) events.emit("channel", own);
  };
  const connection = new Connection(
    {
      ...{ home: true, clock, random },
      way: {
        begin: async () => {
          const { opening, open } = await way.begin();
          const { channel, ...rest } = opening;
          team(channel);
          return { opening: rest, open };
        },
      },
    },
    channels,
  );
  void connection.run();
  return promise;
};
