/** Players with all their connections, as their own process. */
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { makeTexts } from "../seats/texts.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { until } from "../studio/until.ts";
import { orderSchema, type talkedSchema } from "./orders.ts";
import { openPlayer, type Player } from "./player.ts";

const AT_ONCE = 24;
const TICK_MS = 2;
const LAST_DEADLINE_MS = 15_000;

const players: Player[] = [];
const nextText = makeTexts(3);
const count = { got: 0, frameBytes: 0, refused: 0, closed: 0 };
const listener = {
  onFrame: (bytes: number, messages: number): void => {
    count.frameBytes += bytes;
    count.got += messages;
  },
  onRefused: (): void => {
    count.refused += 1;
  },
  onClose: (): void => {
    count.closed += 1;
  },
};

const talk = async ({
  ms,
  channels,
}: Extract<z.infer<typeof orderSchema>, { do: "talk" }>): Promise<z.infer<typeof talkedSchema>> => {
  const inChannel = new Map<string, Player[]>(channels.map(({ channel }) => [channel, []]));
  for (const player of players) for (const channel of player.channels) inChannel.get(channel)?.push(player);
  // In the order of when each is due; channels do not speak in step.
  const due = channels
    .flatMap(({ channel, messages }, index) =>
      Array.from({ length: messages }, (_, turn) => ({
        channel,
        turn,
        atMs: ((turn + ((index * 7) % 101) / 101) / messages) * ms,
      })),
    )
    .sort((a, b) => a.atMs - b.atMs);
  const before = { ...count };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  let deliveries = 0;
  for (const { channel, turn, atMs } of due) {
    while (performance.now() - began < atMs) await delay(TICK_MS);
    const members = inChannel.get(channel) ?? [];
    deliveries += members.length;
    members[turn % members.length]?.say(channel, nextText());
  }
  await until(() => count.got - before.got >= deliveries, LAST_DEADLINE_MS);
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    ...{ due: deliveries, got: count.got - before.got, frameBytes: count.frameBytes - before.frameBytes },
    ...{ refused: count.refused, closed: count.closed, cpuMs: (user + system) / 1000, tookMs },
  };
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  if (order.do === "talk") return talk(order);
  await inParallel(order.players, AT_ONCE, async (one) => {
    players.push(await openPlayer(order.port, one, listener));
  });
  return {};
};

process.on("message", (message) => {
  void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "load" }));
