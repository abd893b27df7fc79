/** Joins as its own process, one player after the other, and leaves again: HTTP, seat, WebSocket, resume. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { openSeatedSocket } from "../fanout/seated-socket.ts";

const orderSchema = z.object({ port: z.int(), tokens: z.array(z.string()) });
export type ProbeOrder = z.input<typeof orderSchema>;

/** Milliseconds each join took, until the seat was live. */
export const joinedSchema = z.object({ ms: z.array(z.number()), cpuMs: z.number(), tookMs: z.number() });

/** After leaving, so that what it makes the server do is not part of the next join. */
const PAUSE_MS = 10;

const join = async ({ port, tokens }: z.infer<typeof orderSchema>): Promise<z.infer<typeof joinedSchema>> => {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const ms: number[] = [];
  for (const token of tokens) {
    const began = performance.now();
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
    const socket = await openSeatedSocket(port, token, () => {}, onClose);
    ms.push(performance.now() - began);
    socket.close();
    await closed;
    await delay(PAUSE_MS);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms, cpuMs: (user + system) / 1000, tookMs: performance.now() - start };
};

if (import.meta.main) {
  process.on("message", (message) => {
    void join(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "probe" }));
}
