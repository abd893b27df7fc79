/** Measures as its own process: in each team one says something, and the clock stops when the last of the team has it. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { makeRandom } from "../random.ts";
import { openSeat, type Seat, seatSchema } from "../seats/seat.ts";
import { makeTexts } from "../seats/texts.ts";
import { inParallel } from "../studio/in-parallel.ts";

const orderSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("sit"), port: z.int(), atOnce: z.int(), teams: z.array(z.array(seatSchema)) }),
  /**
   * Each team says `times` messages, the next when the last has come and after a short pause. `together`: the teams do not wait for each other; else one message is
   * under way in all. Nothing is begun after `withinMs`, if given.
   */
  z.object({ do: z.literal("measure"), times: z.int(), together: z.boolean(), withinMs: z.number().optional() }),
]);
export type ProbeOrder = z.input<typeof orderSchema>;

/** Milliseconds of each message, from being said to being with the last of the team. */
export const measuredSchema = z.object({ ms: z.array(z.number()), cpuMs: z.number(), tookMs: z.number() });

type Team = { seats: Seat[]; missing: number; allHave: () => void };

/** Longest pause between two messages of a team. They are random, so that they do not fall in step with anybody's timers. */
const PAUSE_MS = 8;
const MESSAGE_DEADLINE_MS = 10_000;

const teams: Team[] = [];
const random = makeRandom(1);
const nextText = makeTexts(2);

/** Ends the process, and with it the bench. */
const fail = (why: string): never => {
  throw new Error(why);
};

const sit = async (port: number, orders: readonly z.infer<typeof seatSchema>[], team: Team): Promise<void> => {
  const listener = {
    onMessages: (count: number): void => {
      team.missing -= count;
      if (team.missing === 0) team.allHave();
      else if (team.missing < 0) fail("a message came twice");
    },
    onRefused: () => fail("a message was refused"),
    onClose: () => fail("a line broke"),
  };
  team.seats.push(...(await Promise.all(orders.map((order) => openSeat(port, order, listener)))));
};

const once = async (team: Team, speaker: number): Promise<number> => {
  await delay(random() * PAUSE_MS);
  team.missing = team.seats.length;
  const delivered = new Promise<void>((resolve) => {
    team.allHave = resolve;
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${team.missing} of a team did not get a message`)),
    MESSAGE_DEADLINE_MS,
  );
  const began = performance.now();
  team.seats[speaker % team.seats.length]?.say(nextText());
  await Promise.race([delivered, late.promise]);
  clearTimeout(timer);
  return performance.now() - began;
};

type Measure = Extract<z.infer<typeof orderSchema>, { do: "measure" }>;

const measure = async ({
  times,
  together,
  withinMs = Number.POSITIVE_INFINITY,
}: Measure): Promise<z.infer<typeof measuredSchema>> => {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const ms: number[] = [];
  const oneAfterTheOther = async (some: readonly Team[]): Promise<void> => {
    for (let time = 0; time < times; time++)
      for (const team of some) if (performance.now() - began < withinMs) ms.push(await once(team, time));
  };
  await (together ? Promise.all(teams.map((team) => oneAfterTheOther([team]))) : oneAfterTheOther(teams));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms, cpuMs: (user + system) / 1000, tookMs: performance.now() - began };
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  if (order.do === "measure") return measure(order);
  await inParallel(order.teams, order.atOnce, async (orders) => {
    const team: Team = { seats: [], missing: 0, allHave: () => {} };
    await sit(order.port, orders, team);
    teams.push(team);
  });
  return {};
};

if (import.meta.main) {
  process.on("message", (message) => {
    void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "probe" }));
}
