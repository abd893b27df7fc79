import { readFile } from "node:fs/promises";
import { Decoder, Encoder, Reflection } from "@colyseus/schema";
import { expect, test } from "vitest";
import { z } from "zod";
import { guildSnapshotSchema, toGuildSnapshot } from "../client/guild-snapshot.ts";
import { teamSnapshotSchema, toTeamSnapshot } from "../client/team-snapshot.ts";
import { GuildState, TeamState } from "../shared/state.ts";

/** The layout as Colyseus tells it to a client at joining: types with their fields, in the order of the wire. */
const handshakeSchema = z.object({
  types: z.array(
    z.object({
      id: z.int(),
      fields: z.array(z.object({ name: z.string(), type: z.string(), referencedType: z.number().optional() })),
    }),
  ),
});

const layoutNow = (state: GuildState | TeamState = new GuildState()): z.infer<typeof handshakeSchema> => {
  const reflection = new Reflection();
  new Decoder(reflection).decode(Reflection.encode(new Encoder(state)));
  return handshakeSchema.parse(reflection.toJSON());
};

test("[RM15] state fields are appended to the last recorded layout, never moved, renamed or removed", async () => {
  const text = await readFile(new URL("./fixtures/state-layout.json", import.meta.url), "utf8");
  const { team, ...guild } = handshakeSchema.extend({ team: handshakeSchema }).parse(JSON.parse(text));
  for (const [recorded, state] of [[guild, new GuildState()] as const, [team, new TeamState()] as const]) {
    const now = layoutNow(state);
    for (const type of recorded.types) {
      const fields = now.types.find(({ id }) => id === type.id)?.fields ?? [];
      expect(fields.slice(0, type.fields.length)).toEqual(type.fields);
    }
  }
});

test("[CL47] the client's view of a guild has every field of its state, and what an older server does not send is empty", () => {
  const guild = layoutNow()
    .types.map(({ fields }) => fields.map(({ name }) => name))
    .find((names) => names.includes("roster"));
  expect(Object.keys(guildSnapshotSchema.shape).sort()).toEqual(guild?.toSorted());
  const older = { id: "g1", name: "Lobos", tag: "LOB", points: 1, memberCount: 0, onlineCount: 0, roster: {} };
  expect(toGuildSnapshot(older)).toMatchObject({ ...older, roster: new Map(), motto: "", level: 1, mailAt: 0 });
});

test("[CL48] the client's view of a team has every field of its state, and is none of a guild's", () => {
  const state = new TeamState();
  const [, team] = layoutNow(state)
    .types.map(({ fields }) => fields.map(({ name }) => name))
    .sort((a, b) => a.indexOf("members") - b.indexOf("members"));
  expect(Object.keys(teamSnapshotSchema.shape).sort()).toEqual(team?.toSorted());
  expect(toTeamSnapshot(state)).toMatchObject({ check: "", members: new Map() });
  expect(toTeamSnapshot(new GuildState())).toBeUndefined();
});
