import type { Channel } from "../client/channel.ts";
import { connect, type GremioClient } from "../client/gremio.ts";
import type { Outgoing } from "../client/outbox.ts";
import type { ErrorCode } from "../shared/errors.ts";
import type { PlayerId } from "../shared/id.ts";
import type { Locale } from "../shared/locale.ts";
import { PERMISSIONS, type Permission } from "../shared/rank.ts";
import type { StudioPhrases } from "../shared/words-in.ts";
import type { Tally } from "./tally.ts";
import { WarDesk } from "./war-desk.ts";
import { WhyDesk } from "./why-desk.ts";

type SeatOptions = {
  player: PlayerId;
  name: string;
  locale: Locale;
  /** Whether he can be sent away. */
  mayLeave: boolean;
  url: string;
  getToken(): Promise<string>;
  tally: Tally;
  /** A message of his was acknowledged to stand here. */
  onPlaced(seq: number): void;
  /** He is there, after he was not: the game is open. */
  onOpen(): void;
  onChange(): void;
};

/** Entries of the timeline kept to be drawn. */
const KEEP = 200;
const REFUSAL_SHOWN_MS = 8_000;

/** One player at the page: his client while he is there, and what was last seen when he is not. */
export class Seat {
  readonly #options: SeatOptions;
  #client: GremioClient | undefined;
  #channel: Channel | undefined;
  #looking = true;
  #isWatched = true;
  locale: Locale;
  /** Whether his chat shows the newest line. */
  atNewest = true;
  /** He came back: what follows this seq was written while he was away. */
  awaySince: number | undefined;
  refused: ErrorCode | undefined;
  /** What the player does not want to read. */
  filter: "off" | "strict" = "off";
  /** What stands in the field he writes in. */
  draft = "";
  readonly wars: WarDesk;
  readonly why: WhyDesk;
  #forgetRefusal: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SeatOptions) {
    this.#options = options;
    this.locale = options.locale;
    this.why = new WhyDesk(options.player, () => this.locale, options.onChange);
    this.wars = new WarDesk({
      player: options.player,
      client: () => this.#client,
      channel: () => this.#channel,
      onChange: options.onChange,
    });
  }

  get player(): PlayerId {
    return this.#options.player;
  }

  get mayLeave(): boolean {
    return this.#options.mayLeave;
  }

  get name(): string {
    return this.#channel?.state?.roster.get(this.player)?.name ?? this.#options.name;
  }

  /** Also while he is away: then it stays as he left it. */
  get channel(): Channel | undefined {
    return this.#channel;
  }

  get phrases(): StudioPhrases {
    return this.#client?.phrases.known ?? new Map();
  }

  get isAway(): boolean {
    return this.#client === undefined;
  }

  get isLive(): boolean {
    return !this.isAway && this.#channel?.status.phase === "live";
  }

  may(permission: Permission): boolean {
    const rank = this.#channel?.me?.rank;
    const ranks: readonly string[] = PERMISSIONS[permission];
    return rank !== undefined && ranks.includes(rank);
  }

  comeBack(): void {
    if (this.#client !== undefined) return;
    const { url, getToken, player, tally, onOpen, onChange } = this.#options;
    const leftAt = this.#channel?.cursor.seq;
    this.awaySince = leftAt;
    this.#client = connect({ url, getToken, keep: KEEP });
    const { channel, phrases } = this.#client;
    phrases.onChange(onChange);
    this.#channel = channel;
    this.atNewest = true;
    channel.setReading(this.#looking);
    this.#client.watched(this.#isWatched);
    tally.away(player, false, Date.now());
    this.#client.live().then(onOpen, () => {});
    channel.on("reset", () => tally.begins(player, channel.entries[0]?.seq ?? channel.cursor.seq + 1, Date.now()));
    channel.on("entry", (entry) => {
      tally.saw(player, entry, Date.now());
      onChange();
    });
    channel.on("lost", (entries) => {
      tally.gone(entries);
      onChange();
    });
    channel.on("me", ({ number }) => {
      tally.isNumber(player, number);
      onChange();
    });
    channel.on("status", ({ phase }) => {
      if (channel === this.#channel) tally.live(player, phase === "live", Date.now());
      onChange();
    });
    channel.on("state", onChange);
    channel.on("mark", onChange);
    channel.on("unread", onChange);
    channel.on("outgoing", ({ state, nonce, text }) => {
      if (state === "sent" && text !== "") tally.sent(player, nonce, text);
      onChange();
    });
    onChange();
  }

  /** Closes the game, as far as Gremio can tell. */
  leave(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#options.tally.away(this.player, true, Date.now());
    this.#options.onChange();
  }

  /** Sends what he has written. */
  say(): void {
    this.#post(this.#channel?.send(this.draft));
  }

  announce(): void {
    this.#post(this.#channel?.announce(this.draft));
  }

  /** Whether the page is in front. */
  look(looking: boolean): void {
    this.#looking = looking;
    this.#channel?.setReading(looking);
  }

  /** Whether somebody is at the page. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    this.#client?.watched(isWatched);
  }

  /** What is in view is read. */
  read(): void {
    if (this.isLive && this.#looking && this.atNewest) this.#channel?.markRead();
  }

  #post(outgoing: Outgoing | undefined): void {
    if (outgoing === undefined) return;
    const { tally, player, onPlaced, onChange } = this.#options;
    this.atNewest = true;
    this.draft = "";
    void outgoing.settled.then((settled) => {
      if (!settled.ok) this.#showRefusal(settled.refusal.code, outgoing.text);
      else {
        tally.acknowledged(player, outgoing.nonce, settled.seq, Date.now());
        onPlaced(settled.seq);
      }
      onChange();
    });
  }

  /** His words are his again, unless they may have arrived or he is writing others. */
  #showRefusal(code: ErrorCode, text: string): void {
    if (code !== "outcome-unknown" && this.draft === "") this.draft = text;
    this.refused = code;
    clearTimeout(this.#forgetRefusal);
    this.#forgetRefusal = setTimeout(() => {
      this.refused = undefined;
      this.#options.onChange();
    }, REFUSAL_SHOWN_MS);
  }
}
