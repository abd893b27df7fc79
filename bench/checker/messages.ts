import type { Cursor } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { addTo, note, type Report } from "./report.ts";
import { compare, keyOf, type WholeLog } from "./whole-log.ts";

/** `line`: what the sender sends it over; he may have several. */
export type Sending = { readonly sender: number; readonly line: string; readonly nonce: string; readonly text: string };

type Message = Sending & {
  readonly sentAtMs: number;
  /** Place among all sendings and acknowledgements. */
  readonly sentTurn: number;
  answer:
    | { type: "acknowledged"; at: Cursor; turn: number; ms: number }
    | { type: "refused"; code: string }
    | undefined;
};

/** What was sent and what came back, in the order in which it happened. */
export class Messages {
  readonly #all = new Map<string, Message>();
  #turns = 0;

  /** One line's messages are promised to be written in the order in which they are recorded here. */
  sent({ sender, line, nonce, text, atMs }: Sending & { atMs: number }): void {
    if (this.#all.has(nonce)) throw new Error(`the nonce ${nonce} was recorded before`);
    this.#turns += 1;
    this.#all.set(nonce, { sender, line, nonce, text, sentAtMs: atMs, sentTurn: this.#turns, answer: undefined });
  }

  acknowledged(nonce: string, { epoch, seq }: Cursor, atMs: number): void {
    const message = this.#known(nonce);
    this.#turns += 1;
    message.answer = { type: "acknowledged", at: { epoch, seq }, turn: this.#turns, ms: atMs - message.sentAtMs };
  }

  refused(nonce: string, code: string): void {
    this.#known(nonce).answer = { type: "refused", code };
  }

  /** Judges sending, and gives the keys of acknowledged entries that are in the log. What stands up to `since` was sent before. */
  judge(log: WholeLog, report: Report, since: Cursor): ReadonlySet<string> {
    const keys = new Set<string>();
    const tookMs: number[] = [];
    for (const message of this.#all.values()) {
      report.sent += 1;
      const { answer } = message;
      if (answer === undefined) report.unanswered += 1;
      else if (answer.type === "refused") addTo(report.refused, answer.code);
      else {
        report.acknowledged += 1;
        tookMs.push(answer.ms);
        judgeWritten(message, answer.at, log, keys, report);
      }
    }
    this.#judgeOrder(report);
    this.#judgeCopies(
      log.entries.filter((entry) => compare(entry, since) > 0),
      report,
    );
    tookMs.sort((a, b) => a - b);
    report.acknowledgedMs = { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99) };
    return keys;
  }

  #known(nonce: string): Message {
    const message = this.#all.get(nonce);
    if (message === undefined) throw new Error(`the nonce ${nonce} was never sent`);
    return message;
  }

  /** A sender's own order; and what was acknowledged before another was even sent stands before it. */
  #judgeOrder(report: Report): void {
    const written = [...this.#all.values()].flatMap(({ line, sentTurn, answer }) =>
      answer?.type === "acknowledged" ? [{ line, sentTurn, at: answer.at, turn: answer.turn }] : [],
    );
    const byAnswer = written.toSorted((a, b) => a.turn - b.turn);
    const ownLast = new Map<string, Cursor>();
    let answered = 0;
    let latest: Cursor | undefined;
    for (const message of written) {
      for (
        let next = byAnswer[answered];
        next !== undefined && next.turn < message.sentTurn;
        next = byAnswer[answered]
      ) {
        if (latest === undefined || compare(next.at, latest) > 0) latest = next.at;
        answered += 1;
      }
      const own = ownLast.get(message.line);
      for (const [earlier, whose] of [
        [own, "the same sender's"],
        [latest, "an acknowledged"],
      ] as const)
        if (earlier !== undefined && compare(message.at, earlier) < 0) {
          note(report, "disordered", `${keyOf(message.at)} was sent after ${whose} ${keyOf(earlier)}`);
          break;
        }
      if (own === undefined || compare(message.at, own) > 0) ownLast.set(message.line, message.at);
    }
  }

  /** More entries of one text than its sender sent: one sending was written twice, or one that had been refused. */
  #judgeCopies(entries: readonly Entry[], report: Report): void {
    const sent = new Map<string, { open: number; refused: number }>();
    const senders = new Set<number>();
    for (const { sender, text, answer } of this.#all.values()) {
      const name = JSON.stringify([sender, text]);
      const count = sent.get(name) ?? { open: 0, refused: 0 };
      count[answer?.type === "refused" ? "refused" : "open"] += 1;
      sent.set(name, count);
      senders.add(sender);
    }
    for (const entry of entries) {
      if (!senders.has(entry.from) || (entry.kind !== "text" && entry.kind !== "announcement")) continue;
      const count = sent.get(JSON.stringify([entry.from, entry.body])) ?? { open: 0, refused: 0 };
      if (count.open > 0) count.open -= 1;
      else if (count.refused > 0) {
        count.refused -= 1;
        note(report, "differing", `${keyOf(entry)} was refused, yet it is written`);
      } else note(report, "duplicated", `${keyOf(entry)} was not sent that often`);
    }
  }
}

const judgeWritten = (message: Message, at: Cursor, log: WholeLog, keys: Set<string>, report: Report): void => {
  const key = keyOf(at);
  switch (log.whereIs(at)) {
    case "tail":
      addTo(report.told, "tail");
      return;
    case "trimmed":
      return;
    case "nowhere":
      note(report, "lost", `${key} was acknowledged and is not in the history`);
      return;
    default:
  }
  if (keys.has(key)) note(report, "lost", `${key} was acknowledged for two messages`);
  keys.add(key);
  const entry = log.at(at);
  if (entry?.from !== message.sender || entry.body !== message.text)
    note(report, "differing", `${key} was acknowledged for another message than the history has there`);
};

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
