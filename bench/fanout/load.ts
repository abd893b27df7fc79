/** The load of one side, as its own process: opens sockets, then says messages one after the other, each when all have the one before. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type OnFrame, openRawSocket } from "./raw-socket.ts";
import { openSeatedSocket } from "./seated-socket.ts";

const orderSchema = z.discriminatedUnion("do", [
  /** One socket for each token, at a guild's room. */
  z.object({ do: z.literal("sit"), port: z.int(), tokens: z.array(z.string()) }),
  /** So many sockets at the bare server. */
  z.object({ do: z.literal("connect"), port: z.int(), count: z.int() }),
  z.object({ do: z.literal("round"), messages: z.int(), textLength: z.int() }),
]);

/** What a round has come to. `payloadBytes`: of all counted frames, without WebSocket headers. */
export const roundAnswerSchema = z.object({
  tookMs: z.number(),
  frames: z.int(),
  payloadBytes: z.int(),
  cpuMs: z.number(),
});

/** Says one message; everyone gets one frame. */
const speakers: ((text: string) => void)[] = [];
const AT_ONCE = 16;
const ROUND_DEADLINE_MS = 60_000;

const got = { frames: 0, payloadBytes: 0 };
let missing = 0;
let allHaveIt = (): void => {};
let closed = 0;

const onFrame: OnFrame = (_bytes, _at, length) => {
  got.frames += 1;
  got.payloadBytes += length;
  missing -= 1;
  if (missing === 0) allHaveIt();
};
const onClose = (): void => {
  closed += 1;
};

const open = async (count: number, one: (index: number) => Promise<(text: string) => void>): Promise<void> => {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) speakers.push(await one(next++));
    }),
  );
};

const round = async (messages: number, textLength: number): Promise<z.infer<typeof roundAnswerSchema>> => {
  const before = { ...got };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${missing} deliveries are missing, ${closed} sockets closed`)),
    ROUND_DEADLINE_MS,
  );
  for (let message = 0; message < messages; message++) {
    missing = speakers.length;
    const delivered = new Promise<void>((resolve) => {
      allHaveIt = resolve;
    });
    // By turns, so that nobody speaks faster than an honest client.
    speakers[message % speakers.length]?.(String(message).padEnd(textLength, "·"));
    await Promise.race([delivered, late.promise]);
  }
  clearTimeout(timer);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    tookMs: performance.now() - began,
    frames: got.frames - before.frames,
    payloadBytes: got.payloadBytes - before.payloadBytes,
    cpuMs: (user + system) / 1000,
  };
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  switch (order.do) {
    case "sit":
      await open(order.tokens.length, async (index) => {
        const seated = await openSeatedSocket(order.port, order.tokens[index] ?? "", onFrame, onClose);
        return (text) => seated.ask("send", { nonce: randomUUID(), text });
      });
      return {};
    case "connect":
      await open(order.count, async () => {
        const socket = await openRawSocket({ port: order.port, path: "/" }, onFrame, onClose);
        return (text) => socket.send(Buffer.from(text));
      });
      return {};
    default:
      return round(order.messages, order.textLength);
  }
};

if (import.meta.main) {
  process.on("message", (message) => {
    void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "load" }));
}
