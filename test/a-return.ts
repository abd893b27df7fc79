import { expect } from "vitest";
import { makeMember } from "../bench/resume/member.ts";
import { inParallel } from "../bench/studio/in-parallel.ts";
import type { Entry } from "../shared/entry.ts";
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
        [leader, ...rest].map(async (player) => aMember(first.port, await studio.token(player))),
      ),
    })),
  );
  const all = rooms.flatMap(({ returners }) => returners);
  await inParallel(all, AT_ONCE, (one) => one.comeBack());
  for (const { shown } of all) shown.splice(0);

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
  const due = [...said, "and said when they were back"];
  await waitFor(() => all.every(({ shown }) => shown.length >= due.length), "everything at everybody", DEADLINE_MS);
  for (const { shown } of all) {
    expect(shown.map(({ body }) => body)).toEqual(due);
    const [oldest] = shown;
    expect(shown.map(({ epoch, seq }) => [epoch, seq])).toEqual(
      due.map((_, index) => [oldest?.epoch, (oldest?.seq ?? 0) + index]),
    );
  }
  for (const one of all) one.cut();
  return { waitsMs };
};

/** With what he is shown. */
const aMember = (port: number, token: string) => {
  const shown: Entry[] = [];
  return { ...makeMember(port, token, (entries) => void shown.push(...entries)), shown };
};
