/**
 * A line of a mobile network, as its own process: what goes over it takes `DELAY_MS` ± `JITTER_MS` each way. A proxy of TCP cannot lose packets, so a loss is what the
 * receiver sees of one: with a probability of `LOSS` a piece of the stream, and all behind it, waits until the sender has noticed and sent it again, 200 ms (Linux' least
 * retransmission time-out) and a round trip later. `node lossy-line.ts TARGET_PORT`
 */
import { connect, createServer, type Socket } from "node:net";
import { makeRandom } from "../random.ts";

export const LINE = { delayMs: 80, jitterMs: 40, loss: 0.02 };
const RESEND_AFTER_MS = 200;

/** Passes on what comes, later, in the order in which it came. */
const passOn = (from: Socket, to: Socket, random: () => number): void => {
  const underWay: { data: Uint8Array; dueAt: number }[] = [];
  const deliver = (): void => {
    for (;;) {
      const [first] = underWay;
      if (first === undefined) return;
      const left = first.dueAt - performance.now();
      if (left > 0) {
        setTimeout(deliver, left);
        return;
      }
      underWay.shift();
      if (to.writable) to.write(first.data);
    }
  };
  from.on("data", (data) => {
    const late = LINE.delayMs + (2 * random() - 1) * LINE.jitterMs;
    const resent = random() < LINE.loss ? RESEND_AFTER_MS + 2 * LINE.delayMs : 0;
    const dueAt = Math.max(underWay.at(-1)?.dueAt ?? 0, performance.now() + late + resent);
    underWay.push({ data: Buffer.from(data), dueAt });
    if (underWay.length === 1) deliver();
  });
};

if (import.meta.main) {
  const target = Number(process.argv[2]);
  let opened = 0;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    // The same luck for the same connection of either side.
    opened += 1;
    const [there, back] = [makeRandom(2 * opened), makeRandom(2 * opened + 1)];
    for (const [socket, other, random] of [
      [near, far, there],
      [far, near, back],
    ] as const) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
      passOn(socket, other, random);
    }
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(JSON.stringify({ ready: "line", port: typeof address === "object" && address ? address.port : 0 }));
  });
  process.once("disconnect", () => process.exit());
}
