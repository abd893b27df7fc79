import type { ChannelId } from "../shared/id.ts";
import { Channel } from "./channel.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { PhraseBook } from "./phrase-book.ts";

export type GremioOptions = {
  /** Where the chat service is: `https://chat.example`, or with a path in front of `/v1`. */
  url: string;
  /** A token of the player's, signed by the game's backend; asked for at each joining and before the last one ends. `fresh`: not the last one again. */
  getToken(fresh: boolean): Promise<string> | string;
  /** Left out: the channel of the player's guild. */
  channel?: ChannelId;
  /** Entries held in memory. Left out: 1000. */
  keep?: number;
  clock?: Clock;
  random?(): number;
};

export type GremioClient = {
  readonly channel: Channel;
  /** The studio's own quick phrases, for `wordsIn` and for a menu. */
  readonly phrases: PhraseBook;
  /** Settles when the channel is live for the first time; rejects with the reason when it is closed before. */
  live(): Promise<void>;
  /** Tries to connect now, or makes sure that the line is alive: for when the network is back or the app comes to the front. */
  hurry(): void;
  /** Leaves. Messages not acknowledged by then are refused, those already sent with `outcome-unknown`. */
  close(): void;
};

/** Begins to connect, and stays connected until `close` or until the server refuses for good; `channel.status` says which. */
export const connect = (options: GremioOptions): GremioClient => {
  const { clock = systemClock, random = Math.random, keep = 1_000 } = options;
  const url = new URL(options.url.endsWith("/") ? options.url : `${options.url}/`);
  const phrases = new PhraseBook({ url, getToken: async () => options.getToken(false), now: () => clock.now() });
  const channel = new Channel(
    { clock, random, keep, makeNonce: () => randomNonce(), onArrival: (entry) => phrases.meet(entry) },
    () => connection.giveUpLine(),
  );
  const connection = new Connection(
    { url, channel: options.channel, getToken: async (fresh) => options.getToken(fresh), clock, random },
    channel,
  );
  const stopHurrying = onOnline(() => connection.hurry());
  void connection.run().finally(stopHurrying);
  return {
    channel,
    phrases,
    live: () =>
      new Promise((resolve, reject) => {
        const check = (): boolean => {
          const { status } = channel;
          if (status.phase === "live") resolve();
          else if (status.phase === "closed") reject(new Error(`closed: ${status.reason}`));
          else return false;
          return true;
        };
        if (check()) return;
        const off = channel.on("status", () => {
          if (check()) off();
        });
      }),
    hurry: () => connection.hurry(),
    close: () => {
      channel.flush();
      connection.close();
    },
  };
};

/** 128 random bits; `crypto.randomUUID` exists only on pages served over TLS. */
const randomNonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const onOnline = (listener: () => void): (() => void) => {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  globalThis.addEventListener("online", listener);
  return () => globalThis.removeEventListener("online", listener);
};
