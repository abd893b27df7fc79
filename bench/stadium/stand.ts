import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import { Audience, emptyTally, type Heard } from "../crowd/audience.ts";
import { type ColyseusSocket, openColyseusSocket } from "../fanout/colyseus-socket.ts";
import { joinInTurn } from "../resume/join-in-turn.ts";
import { inParallel } from "../studio/in-parallel.ts";
import type { HeardAll, Sat } from "./orders.ts";

/** Connections that are opened at the same time: enough that a process sees that many come, and reads the guild's state once for all of them. */
const AT_ONCE = 256;
const MOST_TRIES = 5;
const DEADLINE_MS = 120_000;
/** Before a frame's own bytes: Colyseus' code and the message type. Before an answer's: code, id and status. */
const FRAME_AT = 2;
const ANSWER_AT = 3;

const sentSchema = z.object({ seq: z.int() });

/** CLOCK_MONOTONIC, which all processes of a machine read alike. */
const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Thousands of sockets on one process's room of the channel. Every message has to reach each of them once and in order. */
export class Stand {
  readonly #tally = emptyTally();
  readonly #audience = new Audience(
    (bytes) => this.#read(bytes),
    this.#tally,
    (messages) => this.#heard(messages),
  );
  readonly #entries = new Map<number, { seq: number; from: number; text: string }>();
  #origin = 0;
  #sockets = 0;
  #closed = 0;
  #putOff = 0;
  #faults: string[] = [];
  #unheard = 0;
  #unanswered = 0;
  #lastHeardMs = 0;
  #answersMs: number[] = [];
  #cpuBefore = process.cpuUsage();
  #round = Promise.withResolvers<void>();

  async sit(port: number, tokens: readonly string[], sockets: number): Promise<Sat> {
    const before = process.cpuUsage();
    const seats = Array.from({ length: sockets }, (_, index) => tokens[index % tokens.length] ?? "");
    await inParallel(seats, AT_ONCE, async (token, index) => {
      const socket = await this.#open(port, token);
      this.#audience.speakers[index] = (text, onAnswer) => this.#say(socket, text, onAnswer);
    });
    return { putOff: this.#putOff, cpuMs: cpuMsSince(before) };
  }

  expect(messages: number): void {
    Object.assign(this.#tally, emptyTally());
    this.#entries.clear();
    this.#answersMs = [];
    this.#cpuBefore = process.cpuUsage();
    this.#round = Promise.withResolvers();
    this.#round.promise.catch(() => undefined);
    this.#unheard = messages * this.#sockets;
    this.#checkOpen();
  }

  /** Rejects when anything is missing after two minutes, and at once when a send is refused or a socket closed. */
  async say(senders: number, textLength: number): Promise<HeardAll> {
    const late = setTimeout(() => this.#round.reject(new Error(this.#missing())), DEADLINE_MS);
    this.#unanswered += senders;
    const firstSaidMs = clockMs();
    for (let sender = 0; sender < senders; sender++) {
      const text = `${process.pid} ${sender} `.padEnd(textLength, "goal ").slice(0, textLength);
      this.#audience.say(sender, text, () => {
        this.#answersMs.push(clockMs() - firstSaidMs);
        this.#unanswered -= 1;
        this.#checkDone();
      });
    }
    this.#checkDone();
    await this.#round.promise.finally(() => clearTimeout(late));
    const faults = [...this.#audience.settle(), ...this.#faults.splice(0)];
    if (faults.length > 0) throw new Error(faults.join("; "));
    const { frames, messages: deliveries, payloadBytes } = this.#tally;
    return {
      ...(senders === 0 ? {} : { firstSaidMs }),
      ...{ lastHeardMs: this.#lastHeardMs, answersMs: this.#answersMs, cpuMs: cpuMsSince(this.#cpuBefore) },
      ...{ frames, deliveries, payloadBytes },
      entries: [...this.#entries.values()].sort((a, b) => a.seq - b.seq),
    };
  }

  /** As clients do: who finds his line cut or his seat gone, since more come at once than the machine keeps up with, comes again. */
  async #open(port: number, token: string): Promise<ColyseusSocket> {
    for (let tries = 1; ; tries++)
      try {
        return await this.#openOnce(port, token);
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
        this.#putOff += 1;
      }
  }

  async #openOnce(port: number, token: string): Promise<ColyseusSocket> {
    const { seat, origin } = await joinInTurn(port, token, () => {
      this.#putOff += 1;
    });
    this.#origin = origin;
    const { promise: closed, reject: onClose } = Promise.withResolvers<never>();
    let live = false;
    closed.catch(() => {
      if (!live) return;
      this.#closed += 1;
      this.#checkOpen();
    });
    const socket = await openColyseusSocket(port, seat, {
      dataType: MESSAGES.frame,
      onData: this.#audience.ear(),
      onClose: () => onClose(new Error("closed before he was live")),
    });
    const resumed = new Promise<void>((resolve, reject) =>
      socket.ask("resume", { cursor: { epoch: 0, seq: 0 } }, (ok, bytes, at, length) =>
        ok ? resolve() : reject(new Error(bytes.toString("latin1", at + ANSWER_AT, at + length))),
      ),
    );
    try {
      await Promise.race([resumed, closed]);
    } catch (error) {
      socket.close();
      throw error;
    }
    live = true;
    this.#sockets += 1;
    return socket;
  }

  #say(socket: ColyseusSocket, text: string, onAnswer: (seq: number) => void): void {
    socket.ask("send", { nonce: randomUUID(), text }, (ok, bytes, at, length) => {
      if (ok) onAnswer(sentSchema.parse(unpack(bytes.subarray(at + ANSWER_AT, at + length))).seq);
      else this.#round.reject(new Error(`refused: ${bytes.toString("latin1", at + ANSWER_AT, at + length)}`));
    });
  }

  #read(bytes: Buffer): Heard {
    const entries = decodeFrame(unpack(bytes.subarray(FRAME_AT)), this.#origin);
    if (entries === undefined) throw new Error("a frame could not be read");
    for (const { seq, from, body } of entries) {
      const text = typeof body === "string" ? body : "";
      const known = this.#entries.get(seq);
      if (known !== undefined && (known.text !== text || known.from !== from))
        this.#faults.push(`${seq} came as two different messages`);
      this.#entries.set(seq, { seq, from, text });
    }
    return { first: entries[0]?.seq, texts: entries.map(({ body }) => (typeof body === "string" ? body : "")) };
  }

  #heard(messages: number): void {
    this.#unheard -= messages;
    if (this.#unheard === 0) this.#lastHeardMs = clockMs();
    this.#checkDone();
  }

  #checkDone(): void {
    if (this.#unheard === 0 && this.#unanswered === 0) this.#round.resolve();
  }

  #checkOpen(): void {
    if (this.#closed > 0) this.#round.reject(new Error(this.#missing()));
  }

  #missing(): string {
    return `${this.#unheard} deliveries and ${this.#unanswered} answers are missing, ${this.#closed} of ${this.#sockets} sockets closed`;
  }
}

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
