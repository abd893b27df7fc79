import { expect, onTestFinished } from "vitest";
import { Checker } from "../bench/checker/checker.ts";
import { isSound } from "../bench/checker/report.ts";
import type { View } from "../bench/checker/view.ts";
import type { Channel } from "../client/channel.ts";
import { connect, type HomeClient, type HomeOptions } from "../client/gremio.ts";
import { type Groups, makeGroups } from "../server/channel/groups.ts";
import type { Entry } from "../shared/entry.ts";
import { aCountedClock } from "./a-counted-clock.ts";
import { aStudio, aToken, type Studio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";
import { wholeLog } from "./whole-log.ts";

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

export type HomeStudio = Studio & {
  readonly groups: Groups;
  readonly numberIn: (channel: string, player: string) => number;
};

/** A guild `g1` of the first players, and groups of members. */
export const aHomeStudio = async (
  guild: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
  redisUrl?: string,
): Promise<HomeStudio> => {
  const studio = await aStudio(redisUrl);
  if (guild.length > 0) await studio.guild("g1", guild);
  const made = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 10_000 });
  const numbers = new Map(guild.map((player, index) => [`guild:g1 ${player}`, index + 1]));
  for (const player of new Set(Object.values(groups).flat())) await studio.players.putProfile(player, { name: player });
  for (const [channel, members] of Object.entries(groups)) {
    await made.found(channel, { name: channel, capacity: 100 });
    for (const player of members)
      numbers.set(`${channel} ${player}`, (await made.admit(channel, player, "member")).number);
  }
  const numberIn = (channel: string, player: string): number => numbers.get(`${channel} ${player}`) ?? 0;
  return Object.assign(studio, { groups: made, numberIn });
};

/** A client at home. It ends with the test. */
export const aHomeClient = (url: string, player: string, options: Partial<HomeOptions> = {}): HomeClient => {
  const { clock, waiting } = aCountedClock(options.clock);
  const client = connect({ url, getToken: () => aToken(player), ...options, clock, home: true });
  onTestFinished(async () => {
    client.close();
    await waitFor(() => waiting() === 0, "the timers of a closed client to go");
  });
  return client;
};

/** What a channel has shown, told by its events alone. */
export const watch = (channel: Channel): { shown: Entry[]; lost: Entry[]; resets: string[]; phases: string[] } => {
  const seen = { shown: [...channel.entries], lost: [] as Entry[], resets: [] as string[], phases: [] as string[] };
  channel.on("entry", (entry) => seen.shown.push(entry));
  channel.on("lost", (entries) => seen.lost.push(...entries));
  channel.on("reset", (reason) => {
    seen.resets.push(reason);
    seen.shown.length = 0;
  });
  channel.on("status", ({ phase }) => {
    if (seen.phases.at(-1) !== phase) seen.phases.push(phase);
  });
  return seen;
};

export const isLive = (channel: Channel): boolean => channel.status.phase === "live";

/** One checker for each channel: what was said there, and what each device was shown. */
export class Judges {
  readonly #studio: HomeStudio;
  readonly #checkers = new Map<string, Checker>();
  readonly #open = new Set<Promise<void>>();
  readonly #reached: { channel: Channel; id: string; device: string }[] = [];
  sent = 0;

  constructor(studio: HomeStudio) {
    this.#studio = studio;
  }

  get unanswered(): number {
    return this.#open.size;
  }

  /** From before its first entry on. */
  watch(channel: Channel, player: string, device: string): View {
    const id = channel.id ?? "";
    const view = this.#checker(id).view(device, this.#studio.numberIn(id, player));
    channel.on("entry", (entry) => view.show(entry));
    channel.on("lost", (entries) => view.withdraw(entries));
    channel.on("reset", (reason) => view.reset(reason));
    this.#reached.push({ channel, id, device });
    return view;
  }

  say(channel: Channel, player: string, text: string): void {
    const id = channel.id ?? "";
    const checker = this.#checker(id);
    const { nonce, settled } = channel.send(text);
    this.sent += 1;
    checker.sent(this.#studio.numberIn(id, player), nonce, text);
    const done: Promise<void> = settled.then((answer) => {
      this.#open.delete(done);
      if (answer.ok) checker.acknowledged(nonce, answer);
      else checker.refused(nonce, answer.refusal.code);
    });
    this.#open.add(done);
  }

  /** Throws unless everything that was said is acknowledged and everybody has seen all of it, once and in order. */
  async judge(port: number, reader: string): Promise<void> {
    await waitFor(() => this.unanswered === 0, `${this.unanswered} acknowledgements`, 60_000);
    let due = 0;
    for (const [id, checker] of this.#checkers) {
      const log = await wholeLog(port, reader, id);
      const head = log.entries.at(-1)?.seq ?? 0;
      for (const { channel, device } of this.#reached.filter(
        (one) => one.id === id && one.channel.status.phase !== "closed",
      ))
        await waitFor(() => channel.cursor.seq >= head, `the end of ${id} at ${device}`);
      const report = checker.report(log.entries, log.lineage);
      expect(report, `${id}: ${report.examples.join("; ")}`).toMatchObject({
        ...{ lost: 0, duplicated: 0, disordered: 0, differing: 0, logFaults: 0, told: {}, refused: {}, unanswered: 0 },
      });
      expect(isSound(report)).toBe(true);
      expect(report.delivered).toBe(report.due);
      due += report.due;
    }
    expect(due).toBeGreaterThanOrEqual(this.sent);
  }

  #checker(id: string): Checker {
    const known = this.#checkers.get(id) ?? new Checker();
    this.#checkers.set(id, known);
    return known;
  }
}
