import { cardMessageSchema, MESSAGES, reactionsMessageSchema } from "../../shared/protocol.ts";

/** What has become of an entry, told beside the log: of several the newest counts, and any may be lost, since pages tell it anew. */
export type Fleeting = {
  readonly type: typeof MESSAGES.reactions | typeof MESSAGES.card;
  readonly seq: number;
  readonly version: number;
  /** As it is sent to clients. */
  readonly payload: unknown;
};

/** What a channel's feed tells after `r` (reactions) or `c` (a card's state); undefined for everything else, and for what this release cannot read. */
export const parseFleeting = (message: string): Fleeting | undefined => {
  const letter = message[0];
  if (letter !== "r" && letter !== "c") return undefined;
  const payload = parsedOrNot(message.slice(1));
  if (letter === "r") {
    const { data } = reactionsMessageSchema.safeParse(payload);
    return data && { type: MESSAGES.reactions, seq: data.seq, version: data.version, payload };
  }
  const { data } = cardMessageSchema.safeParse(payload);
  return data && { type: MESSAGES.card, seq: data.seq, version: data.state.version, payload };
};

const parsedOrNot = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is still to be sent: of each entry the newest. */
export class FleetingLane {
  readonly #waiting = new Map<string, Fleeting>();

  add(fleeting: Fleeting): void {
    const key = `${fleeting.type}${fleeting.seq}`;
    const before = this.#waiting.get(key);
    if (before === undefined || before.version < fleeting.version) this.#waiting.set(key, fleeting);
  }

  /** All that waits, which waits no more. */
  take(): Fleeting[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}
