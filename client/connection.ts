import { CLOSE_CODES, closePolicy } from "../shared/close-code.ts";
import type { ErrorCode } from "../shared/errors.ts";
import { type Backoff, backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Line, LineListener } from "./line.ts";
import { Refused } from "./refused.ts";
import type { Opening, Way } from "./way.ts";

/**
 * Why a client is closed for good: it left, the server said so (`banned` and others), newer connections of the player have taken its place, the game put him out (`kicked`; a new
 * client is let in when the player wants it), the team whose room it was has `ended`, or it does not understand the server.
 */
export type ClosedReason = "left" | "malformed" | "replaced" | "kicked" | "ended" | ErrorCode;

export type Phase =
  | { phase: "connecting" }
  | { phase: "live" }
  | { phase: "reconnecting"; nextTryAtMs: number }
  | { phase: "closed"; reason: ClosedReason };

export type ConnectionOptions = {
  way: Way;
  /** Who is taken out of the seat's channel may stay, in a seat of none. */
  home: boolean;
  clock: Clock;
  random(): number;
};

export type ConnectionPorts = {
  /** A seat is reserved: who listens to its line. */
  opening(opening: Opening): Omit<LineListener, "onEnd">;
  /** The line is open. Settles when everything that was missed has been fetched; if it rejects, the line is given up. */
  opened(line: Line): Promise<void>;
  /** The player is no member of the seat's channel any more, but may stay at home. The line is about to go. */
  removed(): void;
  /** The line is gone. `tooSlow`: it did not take what was sent to it. */
  ended(tooSlow: boolean): void;
  onPhase(phase: Phase): void;
};

type End = { policy: "now" | "later"; livedMs: number } | { policy: "never"; reason: ClosedReason };

/** Why it is closed for good by a close code; one of a later version is not understood. */
const REASONS: Readonly<Record<number, ClosedReason>> = {
  [CLOSE_CODES["not-member"]]: "not-member",
  [CLOSE_CODES.replaced]: "replaced",
  [CLOSE_CODES.banned]: "banned",
  [CLOSE_CODES.kicked]: "kicked",
  [CLOSE_CODES.ended]: "ended",
};

const BACKOFF: Backoff = { firstMs: 250, mostMs: 15_000 };
/** A line that held this long was a good one: the pauses begin small again. */
const STEADY_MS = 2_000;
/** After a line that was live, if only for a moment, pauses stay small (at most 1 s): the server is well, it is the network that flickers. */
const FLICKER_ATTEMPT = 2;
/** "At once" is spread over this, since a process that sends its players away sends all of them. */
const AT_ONCE_MS = 100;
/** Fresh tokens refused in a row after which there is no hope. */
const TOKEN_TRIES = 3;

/** Keeps a line to the channel: joins, takes the seat, and after every loss begins again, as the close code says and with growing pauses. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #ports: ConnectionPorts;
  #phase: Phase = { phase: "connecting" };
  #stopped = false;
  #wantFresh = false;
  #tokenRefusals = 0;
  #line: Line | undefined;
  #endLine: (code: number) => void = () => {};
  #wake: () => void = () => {};

  constructor(options: ConnectionOptions, ports: ConnectionPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Settles when the connection is closed for good. */
  async run(): Promise<void> {
    const { clock, random } = this.#options;
    for (let attempt = 0; !this.#stopped; attempt++) {
      const end = await this.#once();
      if (this.#stopped) return;
      if (end.policy === "never") {
        this.#stopped = true;
        this.#enter({ phase: "closed", reason: end.reason });
        return;
      }
      if (end.livedMs >= STEADY_MS) attempt = 0;
      else if (end.livedMs > 0) attempt = Math.min(attempt, FLICKER_ATTEMPT);
      const waitMs =
        end.policy === "now" && attempt === 0 ? AT_ONCE_MS * random() : backoffMs(attempt, BACKOFF, random);
      this.#enter({ phase: "reconnecting", nextTryAtMs: clock.now() + waitMs });
      await this.#pause(waitMs);
    }
  }

  /** The network is back, or the app was brought to the front: tries now, or makes sure that the line is alive. */
  hurry(): void {
    this.#wake();
    this.#line?.ask();
  }

  /** The line is of no use any more: begins again. */
  giveUpLine(): void {
    this.#endLine(0);
  }

  close(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#endLine(0);
    this.#wake();
    this.#enter({ phase: "closed", reason: "left" });
  }

  /** One line, from joining to its end. */
  async #once(): Promise<End> {
    const { clock } = this.#options;
    let liveSince: number | undefined;
    const livedMs = (): number => (liveSince === undefined ? 0 : clock.now() - liveSince);
    try {
      const { opening, open } = await this.#begin();
      if (this.#stopped) return { policy: "later", livedMs: 0 };
      const ended = new Promise<number>((resolve) => {
        this.#endLine = resolve;
      });
      const { line, stop } = await open({ ...this.#ports.opening(opening), onEnd: this.#endLine });
      let code: number | undefined;
      try {
        this.#line = line;
        const first = await Promise.race([ended, this.#ports.opened(line)]);
        if (first === undefined && !this.#stopped) {
          liveSince = clock.now();
          this.#enter({ phase: "live" });
        }
        code = await ended;
        return this.#judge(code, livedMs());
      } finally {
        stop();
        this.#line = undefined;
        line.close();
        this.#ports.ended(code === CLOSE_CODES["too-slow"]);
      }
    } catch (error) {
      return this.#judgeError(error, livedMs());
    }
  }

  async #begin(): ReturnType<Way["begin"]> {
    const begun = await this.#options.way.begin(this.#wantFresh);
    this.#wantFresh = false;
    this.#tokenRefusals = 0;
    return begun;
  }

  #judge(code: number, livedMs: number): End {
    if (code === CLOSE_CODES["token-expired"]) {
      this.#wantFresh = true;
      return { policy: "now", livedMs };
    }
    if (this.#options.home && code === CLOSE_CODES["not-member"]) {
      this.#ports.removed();
      return { policy: "now", livedMs };
    }
    const policy = closePolicy(code);
    if (policy === "stay-away") return { policy: "never", reason: REASONS[code] ?? "malformed" };
    return { policy: policy === "rejoin-now" ? "now" : "later", livedMs };
  }

  #judgeError(error: unknown, livedMs: number): End {
    if (!(error instanceof Refused)) return { policy: "later", livedMs };
    const { retry, code } = error.refusal;
    if (retry === "never") return { policy: "never", reason: code };
    if (retry !== "renew") return { policy: "later", livedMs };
    this.#wantFresh = true;
    this.#tokenRefusals += 1;
    return this.#tokenRefusals >= TOKEN_TRIES
      ? { policy: "never", reason: code }
      : { policy: this.#tokenRefusals === 1 ? "now" : "later", livedMs };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#ports.onPhase(phase);
  }
}
