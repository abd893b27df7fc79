import { expect } from "vitest";
import { Checker } from "../bench/checker/checker.ts";
import { isSound } from "../bench/checker/report.ts";
import { makeBackend } from "../bench/studio/backend.ts";
import { parseRefusal } from "../client/refused.ts";
import type { Cursor } from "../shared/cursor.ts";
import { GremioError } from "../shared/errors.ts";
import type { GuildState } from "../shared/state.ts";
import { aClient } from "./a-client.ts";
import { refusal } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aToken, type Studio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

type Member = {
  readonly player: string;
  readonly seq: () => number;
  /** How often his connection has ended. */
  readonly ends: () => number;
  readonly state: () => Pick<GuildState, "name" | "memberCount" | "onlineCount"> | undefined;
  /** Tells the checker what he has been shown. */
  look(): void;
  say(nonce: string, text: string): Promise<Cursor>;
};

/** Members of guild `g1`, all connected and watched. */
export type WatchedGuild = {
  readonly members: readonly Member[];
  /** Settles when it is acknowledged, however often it has to be asked. */
  say(member: number, text: string): Promise<void>;
  /** Waits until all have what is written, and fails unless everyone was shown all of it, once, in order, on the connection he came with. */
  expectAllIsWell(): Promise<void>;
};

/** Member n is seated at port n modulo their number. Every other one has the real client; the rest have bare connections, which mend nothing by themselves. */
export const aWatchedGuild = async (studio: Studio, ports: readonly number[], count: number): Promise<WatchedGuild> => {
  const players = Array.from({ length: count }, (_, index) => `p${index}`);
  await studio.guild("g1", players);
  const checker = new Checker();
  const backend = makeBackend(() => ports[0] ?? 0, studio.env.GREMIO_API_KEYS ?? "");

  const withClient = async (player: string, number: number, port: number): Promise<Member> => {
    const client = aClient(`http://127.0.0.1:${port}`, player);
    const view = checker.view(player, number);
    let ends = 0;
    client.channel.on("reset", (reason) => view.reset(reason));
    client.channel.on("lost", (entries) => view.withdraw(entries));
    client.channel.on("entry", (entry) => view.show(entry));
    client.channel.on("status", ({ phase }) => {
      if (phase === "reconnecting") ends += 1;
    });
    await client.live();
    return {
      player,
      seq: () => client.channel.cursor.seq,
      ends: () => ends,
      state: () => client.channel.state,
      look: () => {},
      say: async (_nonce, text) => {
        const settled = await client.channel.send(text).settled;
        if (!settled.ok) throw new GremioError(settled.refusal.code);
        return settled;
      },
    };
  };

  const withSeat = async (player: string, number: number, port: number): Promise<Member> => {
    const seat = await aSeat(port, await aToken(player));
    let ends = 0;
    void seat.closed.then(() => {
      ends += 1;
    });
    const view = checker.view(player, number);
    view.reset("no-cursor");
    await seat.resume();
    let shown = 0;
    let last: Promise<unknown> = Promise.resolve();
    // Like the client: one message at a time, and what got no answer is asked again under its nonce.
    const sayNow = async (nonce: string, text: string): Promise<Cursor> => {
      for (;;) {
        const asked = seat.ask("send", { nonce, text });
        const refused = await refusal(asked);
        const isOpen = (parseRefusal(refused)?.retry ?? "same-nonce") === "same-nonce";
        if (refused === undefined || !isOpen || ends > 0) return asked;
      }
    };
    return {
      player,
      seq: () => seat.entries.at(-1)?.seq ?? 0,
      ends: () => ends,
      state: () => seat.room.state,
      look: () => {
        for (const entry of seat.entries.slice(shown)) view.show(entry);
        shown = seat.entries.length;
      },
      say: (nonce, text) => {
        const saying = last.then(() => sayNow(nonce, text));
        last = saying.catch(() => undefined);
        return saying;
      },
    };
  };

  const members = await Promise.all(
    players.map((player, index) =>
      (index % 2 === 0 ? withClient : withSeat)(player, index + 1, ports[index % ports.length] ?? 0),
    ),
  );
  let said = 0;
  return {
    members,
    say: async (index, text) => {
      const nonce = `nonce-${said++}-of-the-test`;
      checker.sent(index + 1, nonce, text);
      const at = await members[index]?.say(nonce, text);
      if (at !== undefined) checker.acknowledged(nonce, at);
    },
    expectAllIsWell: async () => {
      const { entries, lineage } = await backend.history("g1");
      for (const { player, seq } of members) await waitFor(() => seq() >= lineage.head, `everything at ${player}`);
      for (const { look } of members) look();
      const report = checker.report(entries, lineage);
      expect(report.examples).toEqual([]);
      expect(isSound(report)).toBe(true);
      expect({ ...report, told: {} }).toMatchObject({ acknowledged: said, delivered: report.due });
      expect(members.map(({ ends }) => ends())).toEqual(members.map(() => 0));
    },
  };
};
