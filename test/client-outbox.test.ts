import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbox, type Outgoing } from "../client/outbox.ts";
import type { Receipt } from "../client/posts.ts";
import { Refused, refusalOf } from "../client/refused.ts";
import type { ErrorCode } from "../shared/errors.ts";
import { FakeClock } from "./fake-clock.ts";

/** Lets every settled promise be heard of. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const refused = (code: ErrorCode, retryAtMs?: number): Refused =>
  new Refused({ ...refusalOf(code), ...(retryAtMs === undefined ? {} : { retryAtMs }) });

/** A server's log that knows nonces, behind a line that does to each try what the script says. */
class ModelServer {
  readonly log: { nonce: string; text: string; receipt: Receipt }[] = [];
  tries = 0;
  /** What was refused for good stays so: the player has lost the right. */
  readonly refused = new Set<string>();

  write(nonce: string, text: string): Receipt {
    if (this.refused.has(nonce)) throw refused("not-permitted");
    const known = this.log.find((entry) => entry.nonce === nonce);
    if (known) return known.receipt;
    const receipt = { epoch: 1, seq: this.log.length + 1, at: 0 };
    this.log.push({ nonce, text, receipt });
    return receipt;
  }
}

const anOutbox = (transmit: (nonce: string, text: string) => Promise<Receipt>, clock = new FakeClock()) => {
  let made = 0;
  const changes: string[] = [];
  const outbox = new Outbox({
    onChange: (outgoing) => changes.push(`${outgoing.text} ${outgoing.state}`),
    makeNonce: () => `nonce-${++made}-xx`,
    clock,
    random: () => 0.5,
  });
  const add = (command: "send" | "announce", text: string): Outgoing =>
    outbox.add({ command, text, transmit: (own) => transmit(own.nonce, own.text) });
  return { outbox, add, clock, changes };
};

type Fate = "good" | "lost on the way" | "answer lost" | "later" | "outcome unknown" | "refused" | "line cut" | "late";
const fates = fc.array(
  fc.constantFrom<Fate>(
    "good",
    "good",
    "good",
    "lost on the way",
    "answer lost",
    "later",
    "outcome unknown",
    "refused",
    "line cut",
    "late",
  ),
  { maxLength: 60 },
);

describe("the outbox", () => {
  test("[CL6] writes each message once and in order, whatever tries and answers are lost", async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 1, max: 12 }), async (script, count) => {
        const server = new ModelServer();
        const late: (() => void)[] = [];
        const refusedTexts: string[] = [];
        let cut = false;
        let underWay = 0;
        const { outbox, add, clock } = anOutbox(async (nonce, text) => {
          underWay += 1;
          const fate = script[server.tries] ?? "good";
          server.tries += 1;
          try {
            if (fate === "good") return server.write(nonce, text);
            if (fate === "late") {
              await new Promise<void>((resolve) => late.push(resolve));
              return server.write(nonce, text);
            }
            if (fate === "answer lost") server.write(nonce, text);
            if (fate === "later") throw refused("rate-limited", clock.now() + 700);
            if (fate === "outcome unknown") {
              server.write(nonce, text);
              throw refused("outcome-unknown");
            }
            if (fate === "refused" && !server.log.some((entry) => entry.nonce === nonce)) {
              refusedTexts.push(text);
              server.refused.add(nonce);
              throw refused("not-permitted");
            }
            if (fate === "refused") return server.write(nonce, text);
            if (fate === "line cut") cut = true;
            throw new Error("no answer");
          } finally {
            underWay -= 1;
          }
        });
        const sent: Outgoing[] = [];
        for (let n = 1; n <= count; n++) sent.push(add("send", `m${n}`));
        outbox.open();
        for (let step = 0; step < 2_000 && outbox.waiting.length > 0; step++) {
          await settle();
          if (late.length > 0) {
            // The line goes while the server is still at work; its late answer comes when another line is up.
            outbox.shut();
            if (step % 2 === 0) {
              outbox.open();
              await settle();
            }
            late.shift()?.();
            await settle();
            outbox.open();
          } else if (cut) {
            cut = false;
            outbox.shut();
            outbox.open();
          } else if (clock.nextInMs !== undefined) clock.advance(clock.nextInMs);
        }
        expect(outbox.waiting).toEqual([]);
        // A message may have been acknowledged by an older try while a newer one was still at the server.
        for (const answer of late.splice(0)) answer();
        await settle();
        const outcomes = await Promise.all(sent.map(({ settled }) => settled));
        expect(server.log.map(({ text }) => text)).toEqual(
          sent.map(({ text }) => text).filter((text) => !refusedTexts.includes(text)),
        );
        for (const [index, outcome] of outcomes.entries()) {
          const text = sent[index]?.text ?? "";
          const written = server.log.find((entry) => entry.text === text);
          expect(outcome).toMatchObject(written ? { ok: true, seq: written.receipt.seq } : { ok: false });
          expect(sent[index]?.state).toBe(written ? "acknowledged" : "refused");
        }
        expect(underWay).toBe(0);
      }),
      // The example: two late tries of one message, the older of which acknowledges it.
      { numRuns: 300, examples: [[["good", "outcome unknown", "good", "outcome unknown", "late", "late"], 3]] },
    );
  });

  test("[CL6] has one message under way at a time", async () => {
    let underWay = 0;
    const waiting: (() => void)[] = [];
    const server = new ModelServer();
    const { outbox, add } = anOutbox(async (nonce, text) => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise<void>((resolve) => waiting.push(resolve));
      underWay -= 1;
      return server.write(nonce, text);
    });
    for (let n = 0; n < 5; n++) add("send", `m${n}`);
    outbox.open();
    while (outbox.waiting.length > 0) {
      await settle();
      waiting.shift()?.();
      await settle();
    }
    expect(server.log).toHaveLength(5);
  });

  test("[CL7] tries again when the server says so, never earlier, and spreads what nobody timed", async () => {
    const tries: number[] = [];
    const clock = new FakeClock();
    const answers: (() => Receipt)[] = [
      () => {
        throw refused("rate-limited", clock.now() + 5_000);
      },
      () => {
        throw new Error("no answer");
      },
      () => {
        throw new Error("no answer");
      },
      // A device's clock may be an hour wrong.
      () => {
        throw refused("rate-limited", clock.now() + 3_600_000);
      },
      () => ({ epoch: 1, seq: 1, at: 0 }),
    ];
    const { outbox, add } = anOutbox(async () => {
      tries.push(clock.now());
      return answers.shift()?.() ?? { epoch: 1, seq: 1, at: 0 };
    }, clock);
    const { settled } = add("send", "hola");
    outbox.open();
    const begin = clock.now();
    for (let n = 0; n < 10; n++) {
      await settle();
      if (clock.nextInMs !== undefined) clock.advance(clock.nextInMs);
    }
    expect((await settled).ok).toBe(true);
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = tries.map((at) => at - begin);
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(5_000);
    expect(third - second).toBe(750);
    expect(fourth - third).toBe(1_500);
    expect(fifth - fourth).toBe(3_000);
  });

  test("[CL8] tells at once what will not be sent: empty, too long, muted, timed out, said too often, not permitted", async () => {
    const inADay = (code: ErrorCode) => () => {
      throw refused(code, Date.now() + 86_400_000);
    };
    let answer: () => Receipt = inADay("muted");
    let tries = 0;
    const { outbox, add, changes } = anOutbox(async () => {
      tries += 1;
      return answer();
    });
    outbox.open();
    const codeOf = async (outgoing: Outgoing): Promise<string> => {
      const settled = await outgoing.settled;
      return settled.ok ? "ok" : settled.refusal.code;
    };
    expect(await codeOf(add("send", " \u200b "))).toBe("text-empty");
    expect(await codeOf(add("send", "x".repeat(501)))).toBe("text-too-long");
    expect(tries).toBe(0);
    expect(await codeOf(add("send", "hola"))).toBe("muted");
    answer = inADay("timed-out");
    expect(await codeOf(add("send", "hola"))).toBe("timed-out");
    answer = inADay("too-similar");
    expect(await codeOf(add("send", "hola"))).toBe("too-similar");
    answer = () => {
      throw refused("not-permitted");
    };
    const one = add("announce", "uno");
    answer = () => ({ epoch: 1, seq: 1, at: 0 });
    const other = add("send", "dos");
    expect(await Promise.all([codeOf(one), codeOf(other)])).toEqual(["not-permitted", "ok"]);
    expect(changes).toContain("uno refused");
  });

  test("[CL9] never repeats a message the server may have forgotten by then", async () => {
    let tries = 0;
    const { outbox, add, clock } = anOutbox(async () => {
      tries += 1;
      throw new Error("no answer");
    });
    const tried = add("send", "uno");
    const untried = add("send", "dos");
    outbox.open();
    await settle();
    outbox.shut();
    clock.advance(24 * 3_600_000);
    outbox.open();
    await settle();
    expect(await tried.settled).toMatchObject({ ok: false, refusal: { code: "outcome-unknown" } });
    expect(untried.state).toBe("sent");
    expect(tries).toBe(2);
    outbox.end(refusalOf("unavailable"));
    expect(await untried.settled).toMatchObject({ ok: false, refusal: { code: "outcome-unknown" } });
    expect(await add("send", "tres").settled).toMatchObject({ ok: false, refusal: { code: "unavailable" } });
    expect(clock.pending).toBe(0);
  });
});
