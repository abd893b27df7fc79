import { Decoder, Encoder } from "@colyseus/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toGuildSnapshot } from "../client/guild-snapshot.ts";
import type { FollowedWar } from "../server/pvp/followed-war.ts";
import { SIDES } from "../server/pvp/war-row.ts";
import { parseWarEvent, topOf, type WarFighter, type WarView } from "../server/pvp/war-views.ts";
import { makeWarWindow } from "../server/rooms/war-window.ts";
import { GuildState } from "../shared/state.ts";
import { NAMES } from "./a-written-war.ts";

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant("fight" as const), fighter: fc.nat(13), score: fc.nat(9), also: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("void" as const), fighter: fc.nat(13) }) },
  ...(["lose", "vanish", "other", "newcomer", "look"] as const).map((name) => ({
    weight: name === "look" ? 6 : 1,
    arbitrary: fc.record({ do: fc.constant(name) }),
  })),
);

const aView = (war: string): WarView => {
  const players = Array.from({ length: 14 }, (_, n) => `p${n}`);
  const fighters = players.map(
    (player, n): WarFighter => ({ player, side: n % 2 === 0 ? 0 : 1, used: 0, battles: 0, score: 0, at: 0 }),
  );
  const aSide = (guild: string) => ({ guild, name: guild, tag: guild, score: 0, battles: 0, fighters: 7 });
  return {
    ...{
      war,
      version: 1,
      phase: "active",
      mode: { mode: "blitz", name: NAMES, attempts: 3 },
      outcome: "",
      lead: undefined,
    },
    ...{ at: 1, lockAt: 2, startsAt: 3, endsAt: 4, endedAt: undefined, events: [], sides: [aSide("g1"), aSide("g2")] },
    fighters: new Map(fighters.map((fighter) => [fighter.player, fighter])),
    names: new Map(players.map((player) => [player, `The ${player}`])),
  };
};

test("[PV50] [PV51] what clients decode is the war as it is, whatever comes between two patches, also to one who comes later", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const state = new GuildState();
      const encoder = new Encoder(state);
      const decoders = [new Decoder(new GuildState())];
      decoders[0]?.decode(encoder.encodeAll());
      encoder.discardChanges();
      let listener: Parameters<FollowedWar["listen"]>[0] = () => undefined;
      let dirty = false;
      const follow = (_war: string, heard: typeof listener) => {
        listener = heard;
        return () => undefined;
      };
      const feeds = { follow, check: async () => undefined, close: () => undefined };
      const window = makeWarWindow(state, feeds, () => {
        dirty = true;
      });
      const wars = { view: aView("w1"), number: 1, times: 0 };
      const point = () => window.show({ ...nothing, war: wars.view.war, challenges: [], acting: new Map() });
      point();
      const tell = (view: WarView): void => {
        wars.view = view;
        listener(view);
      };
      const look = (): void => {
        const bytes = encoder.encode();
        if (dirty) for (const decoder of decoders) decoder.decode(bytes);
        else expect(bytes.length).toBeLessThanOrEqual(1);
        encoder.discardChanges();
        dirty = false;
        const { war } = state;
        for (const decoder of decoders) expect(decoder.state.toJSON()).toEqual(state.toJSON());
        if (war === undefined) return;
        const shown = toGuildSnapshot(decoders[0]?.state)?.war;
        expect(shown?.events.map(({ at, player, score, name }) => [at, player, score, name])).toEqual(
          wars.view.events.slice(0, 10).map((json) => {
            const { at, player = "", score } = parseWarEvent(json) ?? {};
            return [at, player, score, `The ${player}`];
          }),
        );
        for (const side of SIDES)
          expect(shown?.sides[side].top.map(({ player, score }) => [player, score])).toEqual(
            topOf(wars.view, side).map(({ player, score }) => [player, score]),
          );
      };
      const fight = (fighter: number, score: number): WarView => {
        const { view } = wars;
        const player = `p${fighter}`;
        const row = view.fighters.get(player) ?? aView("w0").fighters.get("p0");
        if (row === undefined) return view;
        const at = ++wars.times;
        const now = { ...row, used: row.used + 1, battles: row.battles + 1, score: row.score + score, at };
        const event = JSON.stringify({ at, what: "battle", side: row.side, player, score });
        return {
          ...view,
          version: view.version + 1,
          fighters: new Map([...view.fighters, [player, now]]),
          events: [event, ...view.events].slice(0, 10),
        };
      };
      for (const next of steps) {
        if (next.do === "look") look();
        if (next.do === "fight") {
          // Several battles may come with one reading.
          for (let n = 0; n < next.also; n++) wars.view = fight((next.fighter + n) % 14, n);
          tell(fight(next.fighter, next.score));
        }
        if (next.do === "void") {
          const fighters = new Map(wars.view.fighters);
          const row = fighters.get(`p${next.fighter}`);
          if (row !== undefined) fighters.set(row.player, { ...row, battles: 0, score: 0 });
          tell({ ...wars.view, fighters });
        }
        if (next.do === "lose") tell({ ...wars.view, events: wars.view.events.slice(1) });
        if (next.do === "vanish") listener(undefined);
        if (next.do === "newcomer") {
          look();
          const decoder = new Decoder(new GuildState());
          decoder.decode(encoder.encodeAll());
          decoders.push(decoder);
        }
        if (next.do === "other") {
          wars.view = aView(`w${++wars.number}`);
          point();
        }
      }
      listener(wars.view);
      look();
      expect(state.war?.id).toBe(wars.view.war);
    }),
  );
});

/** A guild of which only its war is asked for. */
const nothing = {
  ...{
    id: "g1",
    version: 1,
    name: "",
    tag: "",
    capacity: 0,
    createdAt: 0,
    points: 0,
    motto: "",
    language: "" as const,
  },
  ...{
    region: "",
    emblem: "",
    topics: [],
    level: 1,
    earned: 0,
    seasonPoints: 0,
    disbandsAt: 0,
    mailAt: 0,
    info: new Map<string, string>(),
    requests: 0,
  },
  ...{
    joinMode: "open" as const,
    minLevel: 0,
    firstRank: "member" as const,
    memberCount: 0,
    members: [],
    others: [],
    sessions: [],
  },
};
