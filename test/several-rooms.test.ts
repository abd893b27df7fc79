import { expect, test } from "vitest";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { joinAnswerSchema } from "../shared/protocol.ts";
import { nonce, texts } from "./a-room.ts";
import { aSeat, joinOver, type SeatHeld } from "./a-seat.ts";
import { aStudio, aToken, type Studio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const NO_PACE = { GREMIO_GUILD_PACE: "off" };
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

const roomOf = async (port: number, player: string): Promise<string> => {
  const { body } = await joinOver(port, await aToken(player));
  return joinAnswerSchema.parse(body).seat.roomId;
};

/** How many are in each room, fullest first. */
const filling = (rooms: readonly string[]): number[] =>
  [...Map.groupBy(rooms, (room) => room).values()].map(({ length }) => length).toSorted((a, b) => b - a);

const roomIdOf = ({ join }: SeatHeld): string => join.seat.roomId;

const rosterOf = ({ room }: SeatHeld): unknown => ({
  members: room.state.memberCount,
  online: room.state.onlineCount,
  roster: [...(room.state.roster?.entries() ?? [])]
    .map(([player, { number, rank, online }]) => ({ player, number, rank, online }))
    .toSorted((a, b) => a.number - b.number),
});

/** Connections of all processes to Redis that follow the guild's feed. */
const followers = async ({ redis, keys }: Studio): Promise<number> => {
  const feed = keys.of("guild:g1", "feed");
  const reply = await redis.run(feed, ["PUBSUB", "SHARDNUMSUB", feed]);
  return Array.isArray(reply) ? Number(reply[1]) : Number.NaN;
};

test("[RM24] many who join at once get the fewest rooms that hold them, and none more than its seats", async () => {
  const players = names(30);
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat({ GREMIO_ROOM_SEATS: "8" });
  const rooms = await Promise.all(players.slice(0, 20).map((player) => roomOf(chat.port, player)));
  expect(filling(rooms)).toEqual([8, 8, 4]);
  rooms.push(...(await Promise.all(players.slice(20, 29).map((player) => roomOf(chat.port, player)))));
  expect(filling(rooms)).toEqual([8, 8, 8, 5]);
});

test("[RM24] a place that becomes free is taken before another room is opened", async () => {
  const players = names(5);
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat({ GREMIO_ROOM_SEATS: "2" });
  const seats: SeatHeld[] = [];
  for (const player of players.slice(0, 4)) seats.push(await aSeat(chat.port, await aToken(player)));
  const [first, , third] = seats;
  expect(filling(seats.map(roomIdOf))).toEqual([2, 2]);
  await waitFor(() => third?.room.state.onlineCount === 4, "all to be there");
  first?.cut();
  await waitFor(() => third?.room.state.onlineCount === 3, "the departure");
  expect((await aSeat(chat.port, await aToken("p4"))).join.seat.roomId).toBe(first && roomIdOf(first));
});

test.each([
  { processes: 1, seats: 5, members: 9, rooms: [5, 4] },
  { processes: 1, seats: 3, members: 9, rooms: [3, 3, 3] },
  { processes: 2, seats: 2, members: 10, rooms: [2, 2, 2, 2, 1, 1] },
])(
  "[RM25] a guild of $members in $rooms.length rooms of $processes process(es) is one guild",
  async (size) => {
    const players = names(size.members);
    const studio = await aStudio();
    await studio.guild("g1", players);
    const chats = await Promise.all(
      Array.from({ length: size.processes }, () => studio.chat({ ...NO_PACE, GREMIO_ROOM_SEATS: String(size.seats) })),
    );
    const seats = await Promise.all(
      players.map(async (player, index) => aSeat(chats[index % size.processes]?.port ?? 0, await aToken(player))),
    );
    expect(filling(seats.map(roomIdOf))).toEqual(size.rooms);
    await Promise.all(seats.map((seat) => seat.resume()));

    await Promise.all(
      seats.flatMap((seat, member) =>
        Array.from({ length: 10 }, (_, n) => seat.ask("send", { nonce: nonce(n), text: `${member} ${n}` })),
      ),
    );
    await waitFor(
      () => seats.every(({ entries }) => texts(entries).length === 10 * size.members),
      "all of it, everywhere",
    );
    const [first, second] = seats;
    for (const seat of seats) expect(seat.entries).toEqual(first?.entries);
    const page = await seats.at(-1)?.ask("history", { limit: 200 });
    expect(page?.lineage.head).toBe(first?.entries.at(-1)?.seq);
    await waitFor(() => seats.every(({ room }) => room.state.onlineCount === size.members), "all online, everywhere");
    for (const seat of seats) expect(rosterOf(seat)).toEqual(first && rosterOf(first));

    // One is removed, one closes the game, one comes new: all rooms see all of it.
    const [removed, gone, ...staying] = seats.toReversed();
    await studio.guilds.remove("g1", players.at(-1) ?? "", "kicked");
    expect(await removed?.closed).toBe(CLOSE_CODES["not-member"]);
    gone?.cut();
    await studio.players.putProfile("new", { name: "new" });
    await studio.guilds.admit("g1", "new", "member");
    const kinds = ({ entries }: SeatHeld) => entries.slice(-2).map(({ kind }) => kind);
    await waitFor(() => staying.every((seat) => kinds(seat).join() === "kicked,joined"), "departure and arrival");
    expect(removed?.entries.at(-1)?.kind).toBe("kicked");
    await waitFor(
      () => staying.every(({ room }) => room.state.onlineCount === size.members - 2 && room.state.roster?.has("new")),
      "the counts without them",
    );
    for (const seat of staying) expect(rosterOf(seat)).toEqual(second && rosterOf(second));
    expect(second?.room.state.memberCount).toBe(size.members);
    expect([...(second?.room.state.roster?.keys() ?? [])]).not.toContain(players.at(-1));
  },
  30_000,
);

test("[RM26] a room that empties while others come back is opened again, and nobody misses a thing", async () => {
  const players = names(6);
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat({ ...NO_PACE, GREMIO_ROOM_SEATS: "3" });
  const token = await Promise.all(players.map((player) => aToken(player)));
  const known = players.map(() => ({ epoch: 1, seq: 6 }));
  const heard: unknown[][] = players.map(() => []);
  const sent: string[] = [];
  for (let round = 0; round < 12; round++) {
    // All go at once: in every third round the rooms are gone before the next come, else they come while the rooms close.
    const seats = await Promise.all(
      players.map(async (_, index) => {
        const seat = await aSeat(chat.port, token[index] ?? "");
        await seat.resume(known[index]);
        return seat;
      }),
    );
    // Who has not been seen to go yet still has his seat.
    if (round % 3 === 1) expect(filling(seats.map(roomIdOf))).toEqual([3, 3]);
    const text = `round-${round}`;
    sent.push(text);
    await seats[round % 6]?.ask("send", { nonce: nonce(text), text });
    await waitFor(() => seats.every(({ entries }) => texts(entries).includes(text)), "the round's message");
    // On a cluster the subscription may need a connection first.
    await waitFor(async () => (await followers(studio)) === 1, "one subscription for both rooms");
    for (const [index, seat] of seats.entries()) {
      heard[index]?.push(...texts(seat.entries));
      const last = seat.entries.at(-1);
      if (last !== undefined) known[index] = { epoch: last.epoch, seq: last.seq };
    }
    for (const seat of seats) seat.cut();
    if (round % 3 === 0) await waitFor(async () => (await followers(studio)) === 0, "the rooms to close");
    else await Promise.all(seats.map(({ closed }) => closed));
  }
  for (const texts of heard) expect(texts).toEqual(sent);
});
