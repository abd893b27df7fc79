import { type ErrorCode, GremioError, type Refusal } from "../shared/errors.ts";
import { LIMITS } from "../shared/limits.ts";
import { cleanText } from "../shared/text.ts";
import { type Backoff, backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Post, PostedCommand, Receipt } from "./posts.ts";
import { Refused, refusalOf } from "./refused.ts";

export type Settled = ({ ok: true } & Receipt) | { ok: false; refusal: Refusal };
export type OutgoingState = "queued" | "sent" | "acknowledged" | "refused";

/** A message, or something done to one, on its way. `settled` always comes, and never rejects. */
export type Outgoing = {
  readonly command: PostedCommand;
  /** Made once; whatever happens on the way, the server writes one entry for it. */
  readonly nonce: string;
  /** Its words; '' for commands that have none. */
  readonly text: string;
  readonly state: OutgoingState;
  readonly settled: Promise<Settled>;
};

export type OutboxPorts = {
  onChange(outgoing: Outgoing): void;
  makeNonce(): string;
  clock: Clock;
  random(): number;
};

const BACKOFF: Backoff = { firstMs: 500, mostMs: 16_000 };
/** A `retryAtMs` further off than this is not believed: the device's clock is wrong, or it will be said again. */
const LONGEST_WAIT_MS = 30_000;
/** Refusals that pass, but are for the player to know and not for the outbox to wait out: what he wrote, or how long he may not. */
const FOR_THE_PLAYER: ReadonlySet<ErrorCode> = new Set(["muted", "timed-out", "too-similar"]);
/** The server forgets a nonce after a day; from an hour before that on, repeating it might write a second entry. */
const NONCE_SAFE_MS = LIMITS.nonceKeptMs - 3_600_000;

type Item = {
  outgoing: Outgoing & { state: OutgoingState };
  post: Post;
  settle(settled: Settled): void;
  firstTriedAt: number | undefined;
};

/**
 * One's own messages and what one does to messages, sent one at a time and in order: the next leaves when the one before is acknowledged or refused for good. What got no answer is sent
 * again under its first nonce, on this line or the next, so that it is written exactly once.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  #items: Item[] = [];
  #open = false;
  /** The try under way; an answer to an older one no longer decides when the next is due. */
  #turn = 0;
  #busy = false;
  #attempt = 0;
  #cancelWait: (() => void) | undefined;
  #ended: Refusal | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Messages not yet acknowledged or refused, in order. */
  get waiting(): readonly Outgoing[] {
    return this.#items.map((item) => item.outgoing);
  }

  /** Puts a post at the end. One that cannot be sent at all (empty, too long) is refused at once and holds up nothing. */
  add(post: Post): Outgoing {
    const { command, nonce = this.#ports.makeNonce() } = post;
    const { clean, refusal } = post.text === undefined ? { clean: "" } : cleaned(post.text);
    const refused = this.#ended ?? refusal;
    let settle: Item["settle"] = () => {};
    const settled = new Promise<Settled>((resolve) => {
      settle = resolve;
    });
    const outgoing: Item["outgoing"] = { command, nonce, text: clean, state: "queued", settled };
    const item: Item = { outgoing, post, settle, firstTriedAt: undefined };
    if (refused === undefined) {
      this.#items.push(item);
      this.#ports.onChange(outgoing);
      this.#pump();
    } else this.#settle(item, { ok: false, refusal: refused });
    return outgoing;
  }

  /** A line is up and caught up: begins, or goes on, with the oldest message. */
  open(): void {
    this.#open = true;
    this.#attempt = 0;
    this.#stopWaiting();
    this.#pump();
  }

  /** The line is gone, and with it the answer to whatever was under way. */
  shut(): void {
    this.#open = false;
    this.#busy = false;
    this.#turn += 1;
    this.#stopWaiting();
  }

  /** For good: what was never tried is refused with `refusal`, what was tried has an unknown outcome. */
  end(refusal: Refusal): void {
    this.shut();
    this.#ended = refusal;
    for (const item of [...this.#items])
      this.#settle(item, {
        ok: false,
        refusal: item.firstTriedAt === undefined ? refusal : refusalOf("outcome-unknown"),
      });
  }

  #pump(): void {
    const [item] = this.#items;
    if (!this.#open || this.#busy || this.#cancelWait !== undefined || item === undefined) return;
    const now = this.#ports.clock.now();
    item.firstTriedAt ??= now;
    if (now - item.firstTriedAt > NONCE_SAFE_MS) {
      this.#settle(item, { ok: false, refusal: refusalOf("outcome-unknown") });
      this.#pump();
      return;
    }
    this.#busy = true;
    this.#turn += 1;
    const turn = this.#turn;
    const { nonce, text } = item.outgoing;
    if (item.outgoing.state === "queued") {
      item.outgoing.state = "sent";
      this.#ports.onChange(item.outgoing);
    }
    item.post.transmit({ nonce, text }).then(
      (receipt) => this.#onReceipt(item, turn, receipt),
      (error: unknown) => this.#onFailure(item, turn, error),
    );
  }

  #onReceipt(item: Item, turn: number, receipt: Receipt): void {
    // Also when the line it came by is gone: the entry is written.
    this.#settle(item, { ok: true, ...receipt });
    this.#goOn(turn);
  }

  #onFailure(item: Item, turn: number, error: unknown): void {
    if (turn !== this.#turn) return;
    const refusal = error instanceof Refused ? error.refusal : undefined;
    if (refusal !== undefined && (refusal.retry === "never" || FOR_THE_PLAYER.has(refusal.code))) {
      this.#settle(item, { ok: false, refusal });
      this.#goOn(turn);
      return;
    }
    const wait = this.#waitFor(refusal?.retryAtMs);
    this.#attempt += 1;
    this.#busy = false;
    this.#cancelWait = this.#ports.clock.after(wait, () => {
      this.#cancelWait = undefined;
      this.#pump();
    });
  }

  #waitFor(retryAtMs: number | undefined): number {
    const { clock, random } = this.#ports;
    const backoff = backoffMs(this.#attempt, BACKOFF, random);
    if (retryAtMs === undefined) return backoff;
    const until = retryAtMs - clock.now() + random() * 100;
    return until > 0 && until <= LONGEST_WAIT_MS ? until : backoff;
  }

  #goOn(turn: number): void {
    if (turn !== this.#turn) return;
    this.#busy = false;
    this.#attempt = 0;
    this.#pump();
  }

  #settle(item: Item, settled: Settled): void {
    if (item.outgoing.state === "acknowledged" || item.outgoing.state === "refused") return;
    this.#items = this.#items.filter((other) => other !== item);
    item.outgoing.state = settled.ok ? "acknowledged" : "refused";
    item.settle(settled);
    this.#ports.onChange(item.outgoing);
  }

  #stopWaiting(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }
}

const cleaned = (text: string): { clean: string; refusal?: Refusal } => {
  try {
    return { clean: cleanText(text) };
  } catch (error) {
    if (error instanceof GremioError) return { clean: text, refusal: error.toRefusal() };
    throw error;
  }
};
