import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { OnAnswer } from "../fanout/colyseus-socket.ts";
import { openRawSocket } from "../fanout/raw-socket.ts";
import { openSeatedSocket } from "../fanout/seated-socket.ts";
import { CHAT, chatSchema, type JoinOptions } from "../plain-colyseus/chat.ts";
import { openPlainSocket } from "../plain-colyseus/plain-socket.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { Audience, emptyTally, type Heard } from "./audience.ts";
import type { Order, Outcome } from "./orders.ts";

/** Connections that are opened at the same time. */
const AT_ONCE = 16;
const DEADLINE_MS = 60_000;

/** A message's kind and its payload, as Colyseus writes them: code, type as a short string, msgpack. */
const payloadOf = (bytes: Buffer, type: string | number): unknown =>
  unpack(bytes.subarray(typeof type === "number" ? 2 : 2 + type.length));

const readEntries = (bytes: Buffer, origin: number): Heard => {
  const entries = decodeFrame(payloadOf(bytes, MESSAGES.frame), origin);
  if (entries === undefined) throw new Error("a frame could not be read");
  return { first: entries[0]?.seq, texts: entries.map(({ body }) => (typeof body === "string" ? body : "")) };
};

const readChat = (bytes: Buffer): Heard => {
  const { seq, body } = chatSchema.parse(payloadOf(bytes, CHAT));
  return { first: seq, texts: [body] };
};

const readBare = (): Heard => ({ first: undefined, texts: [""] });

type OrderTo<D extends Order["do"]> = Extract<Order, { do: D }>;

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const answerSchema = z.object({ seq: z.int() });

/** Everyone a load plays: audiences of one kind of server. */
export class Crowd {
  readonly #deadlineMs: number;
  readonly #audiences: Audience[] = [];
  readonly #tally = emptyTally();
  #sockets = 0;
  #closed = 0;
  #unheard = 0;
  #unanswered = 0;
  #refused = "";
  #settle = (): void => {};
  #fail = (_error: Error): void => {};
  #answersMs: number[] = [];

  /** A round that has not everything by its deadline fails; one in which a send is refused or a socket closed fails at once. */
  constructor(deadlineMs = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  /** Members of our guilds, by their tokens; one audience a guild. */
  async sit(port: number, guilds: readonly (readonly string[])[]): Promise<void> {
    let origin = 0;
    for (const tokens of guilds) {
      const audience = this.#audience((bytes) => readEntries(bytes, origin));
      await this.#open(tokens, async (token, index) => {
        const seated = await openSeatedSocket(port, token, audience.ear(), this.#onClose);
        origin = seated.origin;
        audience.speakers[index] = (text, onAnswer) =>
          seated.ask("send", { nonce: randomUUID(), text }, this.#answer(onAnswer));
      });
    }
  }

  /** Players of the plain server; one audience a room. */
  async join(port: number, rooms: readonly (readonly JoinOptions[])[]): Promise<void> {
    for (const players of rooms) {
      const audience = this.#audience(readChat);
      await this.#open(players, async (player, index) => {
        const listener = { onChat: audience.ear(), onClose: this.#onClose };
        const plain = await openPlainSocket(port, player, listener);
        audience.speakers[index] = (text, onAnswer) => plain.say(text, this.#answer(onAnswer));
      });
    }
  }

  /** Connections to the bare server, which answers nothing. */
  async connect(port: number, count: number): Promise<void> {
    const audience = this.#audience(readBare);
    await this.#open(
      Array.from({ length: count }, (_, index) => index),
      async (index) => {
        const socket = await openRawSocket({ port, path: "/" }, audience.ear(), this.#onClose);
        audience.speakers[index] = (text) => socket.send(Buffer.from(text));
      },
    );
  }

  /** `senders` of the first audience, by turns, say something at the same moment, `bursts` times, each when everyone has all of the one before. */
  burst({ senders, bursts, textLength, answered }: OrderTo<"burst">): Promise<Outcome> {
    return this.#round(async (late) => {
      const [audience] = this.#audiences;
      for (let burst = 0; burst < bursts && audience !== undefined; burst++) {
        const settled = this.#expect(senders * audience.speakers.length, answered ? senders : 0);
        for (let sender = 0; sender < senders; sender++)
          this.#say(audience, burst * senders + sender, `${burst} ${sender}`, textLength);
        await Promise.race([settled, late]);
      }
    });
  }

  /** In every audience `underWay` sends at any time, by turns of its members, until it has said `messages`. */
  stream({ messages, underWay, textLength }: OrderTo<"stream">): Promise<Outcome> {
    return this.#round(async (late) => {
      const deliveries = this.#audiences.reduce((sum, { speakers }) => sum + speakers.length * messages, 0);
      const settled = this.#expect(deliveries, this.#audiences.length * messages);
      for (const audience of this.#audiences) {
        let said = 0;
        const sayNext = (): void => {
          if (said === messages) return;
          const sender = said++;
          this.#say(audience, sender, String(sender), textLength, sayNext);
        };
        for (let sender = 0; sender < underWay; sender++) sayNext();
      }
      await Promise.race([settled, late]);
    });
  }

  #say(audience: Audience, sender: number, text: string, textLength: number, then = (): void => {}): void {
    const saidAt = performance.now();
    audience.say(sender, text.padEnd(textLength, "."), () => {
      this.#answersMs.push(performance.now() - saidAt);
      this.#unanswered -= 1;
      then();
      this.#check();
    });
  }

  async #round(work: (late: Promise<never>) => Promise<void>): Promise<Outcome> {
    Object.assign(this.#tally, emptyTally());
    this.#answersMs = [];
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => undefined);
    this.#fail = late.reject;
    const timer = setTimeout(() => late.reject(new Error(this.#missing())), this.#deadlineMs);
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    await work(late.promise).finally(() => clearTimeout(timer));
    const tookMs = performance.now() - began;
    const { user, system } = process.cpuUsage(cpuBefore);
    const faults = this.#audiences.flatMap((audience) => audience.settle());
    if (this.#closed > 0) faults.push(this.#missing());
    if (faults.length > 0) throw new Error(faults.join("; "));
    const sorted = this.#answersMs.toSorted((a, b) => a - b);
    const answersMs = { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
    return { tookMs, cpuMs: (user + system) / 1000, answersMs, ...this.#tally };
  }

  #expect(deliveries: number, answers: number): Promise<void> {
    if (this.#unheard !== 0 || this.#unanswered !== 0) throw new Error(`after the end of a round: ${this.#missing()}`);
    this.#unheard = deliveries;
    this.#unanswered = answers;
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  #check(): void {
    if (this.#unheard === 0 && this.#unanswered === 0) this.#settle();
  }

  #missing(): string {
    const refused = this.#refused === "" ? "" : `, refused: ${this.#refused}`;
    return `${this.#unheard} deliveries and ${this.#unanswered} answers are missing, ${this.#closed} of ${this.#sockets} sockets closed${refused}`;
  }

  #audience(read: (bytes: Buffer) => Heard): Audience {
    const audience = new Audience(read, this.#tally, (messages) => {
      this.#unheard -= messages;
      this.#check();
    });
    this.#audiences.push(audience);
    return audience;
  }

  async #open<T>(all: readonly T[], one: (item: T, index: number) => Promise<void>): Promise<void> {
    this.#sockets += all.length;
    await inParallel(all, AT_ONCE, one);
  }

  readonly #onClose = (): void => {
    this.#closed += 1;
    this.#fail(new Error(this.#missing()));
  };

  #answer(onAnswer: (seq: number) => void): OnAnswer {
    return (ok, bytes, at, length) => {
      if (ok) onAnswer(answerSchema.parse(unpack(bytes.subarray(at + 3, at + length))).seq);
      else {
        this.#refused = bytes.toString("latin1", at + 3, at + length);
        this.#fail(new Error(this.#missing()));
      }
    };
  }
}
