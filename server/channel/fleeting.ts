import { cardMessageSchema, MESSAGES, reactionsMessageSchema } from "../../shared/protocol.ts";
import { signalMessageSchema } from "../../shared/signal.ts";
import { parsedJson } from "../redis/parsed-json.ts";

/** Told beside the log: of one `key` only the newest counts, and any may be lost. What has become of an entry is told anew by pages. */
export type Fleeting = {
  readonly type: typeof MESSAGES.reactions | typeof MESSAGES.card | typeof MESSAGES.signal;
  readonly key: string;
  /** A higher one is newer; of equal ones the later. */
  readonly version: number;
  /** Not for the member of this number, who said it. */
  readonly from?: number;
  /** As it is sent to clients. */
  readonly payload: unknown;
};

/** What a channel's feed tells after `r` (reactions), `c` (a card's state) or `s` (a signal); undefined for everything else, and for what this release cannot read. */
export const parseFleeting = (message: string): Fleeting | undefined => {
  switch (message[0]) {
    case "r": {
      const payload = parsedJson(message.slice(1));
      const { data } = reactionsMessageSchema.safeParse(payload);
      return data && { type: MESSAGES.reactions, key: `r${data.seq}`, version: data.version, payload };
    }
    case "c": {
      const payload = parsedJson(message.slice(1));
      const { data } = cardMessageSchema.safeParse(payload);
      return data && { type: MESSAGES.card, key: `c${data.seq}`, version: data.state.version, payload };
    }
    case "s": {
      const payload = parsedJson(message.slice(1));
      const { data } = signalMessageSchema.safeParse(payload);
      const key = `s${data?.from} ${data?.signal.signal}`;
      return data && { type: MESSAGES.signal, key, version: 0, from: data.from, payload };
    }
    default:
      return undefined;
  }
};

/** A signal among so few readers leaves at once: a ping on a team's map is for now. Among more it waits a little for others. */
const FEW = 40;
const SIGNAL_MS = 100;
/** Other changes leave with the next frame, and at the latest after this: of 200 taps on a card a phone need not draw each. */
const CHANGE_MS = 250;

/** What is still to be sent: of each key the newest. `onDue` is called when it is time to `take` it. */
export class FleetingLane {
  readonly #onDue: () => void;
  readonly #waiting = new Map<string, Fleeting>();
  #timer: NodeJS.Timeout | undefined;
  #waitMs = 0;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** `readers`: how many it is for. */
  add(fleeting: Fleeting, readers: number): void {
    const before = this.#waiting.get(fleeting.key);
    if (before === undefined || before.version <= fleeting.version) this.#waiting.set(fleeting.key, fleeting);
    const waitMs = fleeting.from === undefined ? CHANGE_MS : readers <= FEW ? 0 : SIGNAL_MS;
    if (this.#timer !== undefined && waitMs >= this.#waitMs) return;
    clearTimeout(this.#timer);
    this.#waitMs = waitMs;
    this.#timer = setTimeout(this.#onDue, waitMs);
  }

  /** All that waits, which waits no more. */
  take(): Fleeting[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}
