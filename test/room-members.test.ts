import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { RoomMembers } from "../server/rooms/room-members.ts";
import { makeRoomTeams } from "../server/team/room-teams.ts";
import { channelIdSchema } from "../shared/id.ts";
import { aRedis } from "./a-redis.ts";
import { aTeamWorld } from "./a-team-world.ts";
import { waitFor } from "./wait-for.ts";

let own: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  own = await aRedis();
});
afterAll(() => own.redis.close());

const code = (expected: string) => ({ code: expected });
const MINUTE_MS = 60_000;

/** The players of a room whose team has this id. */
const aRoom = (id: string) => {
  const world = aTeamWorld(own.redis, own.keys);
  const room = new RoomMembers({
    ...world,
    ...{ teams: makeRoomTeams(own.redis, own.keys), logger: pino({ level: "silent" }) },
    team: { name: "Rojo", capacity: 5 },
  });
  const enter = async (player: string) => {
    room.enter(player, { player, profile: { name: player }, channel: `team:${id}`, role: "" });
    return room.of(player);
  };
  return { world, room, enter };
};

// The red side's first player, who led its team, made a code and gave it to a friend on the blue side, who read along; and he ended the chat of all others.
test("[CP2] nobody comes into a room's team but by the room: its members neither invite nor make codes, nor open, change or end it; the backend may", async () => {
  const { world, enter, room } = aRoom("match-red");
  await world.people("spy");
  const { channel: team } = await enter("ana");
  await enter("beto");
  const asked = { team, nonce: "nonce-code", lifeMs: MINUTE_MS, uses: 1 };
  for (const caller of ["ana", "beto"]) {
    await expect(world.invitations.createCode({ ...asked, caller })).rejects.toMatchObject(code("not-permitted"));
    await expect(world.invitations.invite(team, "spy", caller)).rejects.toMatchObject(code("not-permitted"));
    await expect(world.teams.change(team, { capacity: 2 }, caller)).rejects.toMatchObject(code("not-permitted"));
    await expect(world.teams.end(team, caller)).rejects.toMatchObject(code("not-permitted"));
  }
  await expect(world.teams.end(team, "spy")).rejects.toMatchObject(code("not-member"));
  const check = { team, id: "check-1", lastsMs: MINUTE_MS };
  await expect(world.readiness.start({ ...check, caller: "ana" })).rejects.toMatchObject(code("not-permitted"));
  expect((await world.rosters.snapshot(team)).members.map(({ rank }) => rank)).toEqual(["member", "member"]);
  const until = await world.readiness.start({ ...check, caller: undefined });
  expect(until).toBeGreaterThan(Date.now());
  world.readiness.close();
  await world.invitations.invite(team, "spy");
  await world.invitations.join(team, "spy");
  await room.close();
  await world.teams.end(team);
});

// A studio's backend keeps `team:clan7`. A room with the plugin was opened for it: it became a team, its version began anew (so nobody was shown a change), and it was gone
// within the hour after the last player had left the room.
test("[CP15] a channel that the backend has made is used as it is, and outlives the room", async () => {
  const { world, enter, room } = aRoom("clan7");
  await world.people("caro");
  await world.groups.found("team:clan7", { name: "Clan", capacity: 5 });
  for (const player of ["caro"]) await world.groups.admit("team:clan7", player, "member");
  await world.groups.release("team:clan7", "caro", "left");
  const { version } = await world.rosters.snapshot("team:clan7");
  expect(await enter("ana")).toMatchObject({ channel: "team:clan7", number: 2 });
  const inside = await world.rosters.snapshot("team:clan7");
  expect(inside).toMatchObject({ name: "Clan", memberCount: 1 });
  expect(inside.version).toBeGreaterThan(version);
  room.leave("ana", 0);
  await waitFor(async () => (await world.rosters.snapshot("team:clan7")).memberCount === 0, "his leaving");
  expect(await world.kinds("team:clan7")).toEqual(["joined", "left", "joined", "left"]);
  expect(await enter("ana")).toMatchObject({ channel: "team:clan7", number: 2 });
  await room.close();
});

// A match's uuid and `-red` are 40 characters. When that team had ended and somebody came into the room, his team's id had 42, which is none: his client refused it, and
// he had no chat.
test("[CP14] the team after one of the longest id has an id as well, the same in every room", async () => {
  const id = "0198f3a2-7c51-7d20-9e11-5b1f3a6c9d42-red";
  const { enter, room } = aRoom(id);
  expect((await enter("ana")).channel).toBe(`team:${id}`);
  room.leave("ana", 0);
  await waitFor(() => room.playerOf("ana") === undefined, "his leaving");
  const { channel } = await enter("beto");
  expect(channelIdSchema.safeParse(channel).success).toBe(true);
  expect(channel).not.toBe(`team:${id}`);
  const { room: other, enter: enterOther } = aRoom(id);
  expect((await enterOther("caro")).channel).toBe(channel);
  await Promise.all([room.close(), other.close()]);
});

// Nobody had opened the chat of a lobby for two hours, so its team was over. Who opened it then was told that he is no member, as long as he stayed in the lobby.
test("[CP14] who asks for the chat of a team that has ended meanwhile has it of the next; whoever was kicked from one that goes on has none", async () => {
  const { world, enter, room } = aRoom("lobby");
  const { channel: team } = await enter("ana");
  await world.teams.end(team);
  const next = await room.of("ana");
  expect(next.channel).not.toBe(team);
  expect(await world.members.isMember(next.channel, "ana")).toBe(true);
  expect((await enter("beto")).channel).toBe(next.channel);
  await makeSanctions(own.redis, own.keys, { historyLength: 100 }).kick(next.channel, "beto", { reason: "spam" });
  expect((await room.of("beto")).channel).toBe(next.channel);
  expect(await world.members.isMember(next.channel, "beto")).toBe(false);
  await room.close();
});
