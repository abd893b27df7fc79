import { expect } from "vitest";
import { makeMember } from "../bench/resume/member.ts";
import type { Returner } from "../bench/resume/returner.ts";
import { inParallel } from "../bench/studio/in-parallel.ts";
import { nonce } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

export type Return = { guilds: number; members: number; messages: number };

const AT_ONCE = 24;
const NO_PACE = { GREMIO_GUILD_PACE: "off" };
const DEADLINE_MS = 60_000;

/**
 * Guilds whose members are all connected to one process, which is killed (-9); while they are away somebody in each guild goes on talking at another process. Then the
 * first is started again and all come back at the same moment. Throws unless everybody has everything, once and in order. Gives how long each waited, by his place.
 */
export const aReturn = async ({ guilds, members, messages }: Return): Promise<{ waitsMs: number[] }> => {
  const studio = await aStudio();
  const [first, other] = [await studio.chat(NO_PACE), await studio.chat(NO_PACE)];
  const names = Array.from({ length: guilds }, (_, guild) => ({
    guild: `g${guild}`,
    players: Array.from({ length: members }, (_, member) => `p${guild}x${member}`),
  }));
  await inParallel(names, AT_ONCE, ({ guild, players }) => studio.guild(guild, players));
  const rooms = await Promise.all(
    names.map(async ({ players: [leader = "", ...rest] }) => ({
      speaker: await aSeat(other.port, await studio.token(leader)),
      returners: await Promise.all(
        [leader, ...rest].map(async (player) => makeMember(first.port, await studio.token(player))),
      ),
    })),
  );
  const all = rooms.flatMap(({ returners }) => returners);
  await inParallel(all, AT_ONCE, (one) => one.comeBack());
  for (const one of all) one.takeHeard();

  await first.kill();
  const said = Array.from({ length: messages }, (_, index) => `said while they were away ${index}`);
  const sayAll = (texts: readonly string[]): Promise<unknown> =>
    Promise.all(
      rooms.map(async ({ speaker }) => {
        for (const text of texts) await speaker.ask("send", { nonce: nonce(said.indexOf(text) + 1), text });
      }),
    );
  await sayAll(said);
  await studio.chat({ ...NO_PACE, PORT: String(first.port) });

  const began = performance.now();
  // By turns of the guilds, so that members of one do not stand together.
  const inOrder = Array.from({ length: members }, (_, place) => rooms.map(({ returners }) => returners[place])).flat();
  const waitsMs = await Promise.all(
    inOrder.map(async (one) => {
      await one?.comeBack();
      return performance.now() - began;
    }),
  );
  // Everybody is live: what is said now comes by itself, after what was missed.
  await sayAll(["and said when they were back"]);
  const heard = new Map<Returner, string[]>(all.map((one) => [one, []]));
  const due = [...said, "and said when they were back"];
  await waitFor(
    () => {
      for (const [one, texts] of heard) texts.push(...one.takeHeard());
      return [...heard.values()].every((texts) => texts.length >= due.length);
    },
    "everything at everybody",
    DEADLINE_MS,
  );
  for (const texts of heard.values()) expect(texts).toEqual(due);
  expect(all.reduce((sum, { disordered }) => sum + disordered, 0)).toBe(0);
  for (const one of all) one.cut();
  return { waitsMs };
};
