import type { Cursor } from "../../shared/cursor.ts";
import { encodeFrame } from "../../shared/frame.ts";
import { type ChannelId, kindOfChannel } from "../../shared/id.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { Log, Resumed } from "../channel/log.ts";
import type { Reads } from "../channel/reads.ts";
import { Shard } from "../channel/shard.ts";
import type { Reader } from "../channel/standing.ts";
import type { Tails } from "../channel/tails.ts";
import { type SocketFrame, toSocketFrame } from "./socket-line.ts";
import type { Visitor } from "./visitor.ts";
import type { Wire } from "./wire.ts";

/** A visitor's way to one more channel than his room's. */
export type Following = {
  /** What the channel is called in messages to this connection. */
  readonly ref: number;
  /** As `Shard.resume`, at most so many entries at once. */
  resume(cursor: Cursor, limit: number): Promise<Resumed>;
  /** As `Shard.report`. */
  report(cursor: Cursor): boolean;
  stop(): void;
};

/**
 * Channels that visitors follow besides their room's, over the connection they have. For each the process has one shard, whoever follows it from whichever room.
 */
export type Followings = {
  /** Throws `not-member`, and whatever reading the channel throws; then nothing is followed. */
  follow(channel: ChannelId, visitor: Visitor): Promise<Following>;
  close(): void;
};

type Shown = { ref: number; opened: Promise<Shard<SocketFrame>>; followers: number; close(): void };

/** Readers who are held, or may have been removed, are looked after this often. */
const LOOK_MS = 500;

export const makeFollowings = (house: {
  tails: Tails;
  log: Log;
  reads: Reads;
  origin: number;
  wire: Wire;
}): Followings => {
  const shown = new Map<ChannelId, Shown>();
  const shards = new Set<Shard<SocketFrame>>();
  let refs = 0;

  const open = (channel: ChannelId): Shown => {
    refs += 1;
    const ref = refs;
    let closed = false;
    let close = (): void => {};
    const start = async (): Promise<Shard<SocketFrame>> => {
      const { tail, release } = await house.tails.follow(channel);
      const shard = new Shard<SocketFrame>(tail, house.log, {
        encode: (entries) =>
          toSocketFrame(house.wire(MESSAGES.followedFrame, [ref, encodeFrame(entries, house.origin)])),
        encodeFleeting: ({ type, payload }) =>
          toSocketFrame(house.wire(MESSAGES.followedFleeting, [ref, type, payload])),
        onState: () => {},
        neverWaits: kindOfChannel(channel) === "team",
      });
      shards.add(shard);
      close = () => {
        shards.delete(shard);
        shard.close();
        release();
      };
      if (closed) close();
      return shard;
    };
    return {
      ref,
      opened: start(),
      followers: 0,
      close: () => {
        closed = true;
        close();
      },
    };
  };

  const leave = (channel: ChannelId, entry: Shown): void => {
    entry.followers -= 1;
    if (entry.followers > 0) return;
    if (shown.get(channel) === entry) shown.delete(channel);
    entry.close();
  };

  const timer = setInterval(() => {
    for (const shard of shards) if (shard.watched > 0) shard.look();
    // On a line that carries several another comes first next time.
    for (const shard of [...shards].slice(0, 1)) {
      shards.delete(shard);
      shards.add(shard);
    }
  }, LOOK_MS);

  return {
    follow: async (channel, visitor) => {
      const number = await house.reads.numberOf(channel, visitor.player);
      const entry = shown.get(channel) ?? open(channel);
      shown.set(channel, entry);
      entry.followers += 1;
      let left = false;
      const stop = (): void => {
        if (left) return;
        left = true;
        leave(channel, entry);
      };
      try {
        const shard = await entry.opened;
        const reader = readerOf(visitor, number, entry.ref, () => {
          visitor.followed.delete(channel);
          stop();
        });
        shard.add(reader);
        return {
          ref: entry.ref,
          resume: (cursor, limit) => shard.resume(reader, cursor, limit),
          report: (cursor) => shard.report(reader, cursor),
          stop: () => {
            shard.remove(reader);
            stop();
          },
        };
      } catch (error) {
        if (shown.get(channel) === entry) shown.delete(channel);
        stop();
        throw error;
      }
    },

    close: () => {
      clearInterval(timer);
      for (const entry of shown.values()) entry.close();
      shown.clear();
    },
  };
};

/** The same connection, as a reader of another channel. */
const readerOf = (visitor: Visitor, number: number, ref: number, onDismissed: () => void): Reader<SocketFrame> => ({
  player: visitor.player,
  number,
  get unsentBytes() {
    return visitor.unsentBytes;
  },
  get takenBytes() {
    return visitor.takenBytes;
  },
  get reports() {
    return visitor.reports;
  },
  sendFrame: (frame) => visitor.sendFrame(frame),
  sendEpoch: (lineage) => visitor.tell(MESSAGES.followedEpoch, [ref, lineage]),
  dismiss: () => {
    visitor.tell(MESSAGES.followedEnd, [ref]);
    onDismissed();
  },
  cutOff: () => visitor.cutOff(),
});
