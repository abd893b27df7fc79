import { expect } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReports } from "../server/moderation/reports.ts";
import type { OperationName } from "../shared/operations.ts";
import { RANKS, type Rank } from "../shared/rank.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { inAll } from "./api-world.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { type About, C1, C2, G1 } from "./rights-acts.ts";

/**
 * A guild and a circle with a member of each rank, by whom and about what acts of rights-acts.ts are asked. With two processes operations over HTTP and over connections go
 * to one each: it lets a player do 60 at once.
 */
export const aRightsWorld = async ({ processes }: { processes: 1 | 2 } = { processes: 1 }) => {
  const env = { GREMIO_GUILD_PACE: "off", GREMIO_MAIL_PER_DAY: "20" };
  const { studio, chat, seat } = await aRoom(["leader", "officer", "member", "recruit"], env);
  const other = processes === 1 ? chat : await studio.chat(env);
  const { redis, keys, players, guilds } = studio;
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const reports = makeReports(redis, keys);
  for (const circle of [C1, C2]) await groups.found(circle, { name: "Pesca", capacity: 1_000 });
  for (const rank of RANKS) {
    if (rank !== "leader") await guilds.setRank("g1", rank, rank);
    await groups.admit(C1, rank, rank);
  }
  const info = keys.of(G1, "info");
  await redis.run(info, ["HSET", info, "capacity", "1000"]);
  await players.putProfile("nobody", { name: "nobody" });
  const seats = new Map<string, Awaited<ReturnType<typeof seat>>>();
  for (const rank of RANKS) seats.set(rank, await seat(rank, other.port));
  seats.set("nobody", await seat("nobody", other.port, { home: true }));
  /** He stays connected whatever happens to him elsewhere. */
  const sitElsewhere = async (player: string) => {
    await groups.admit(C2, player, "member");
    seats.set(player, await seat(player, other.port, { channel: C2 }));
  };

  let made = 0;
  const next = (): number => ++made;
  const person = async (rank: Exclude<Rank, "leader">, where: "guild" | "circle" | "both"): Promise<string> => {
    const player = `p${next()}`;
    await players.putProfile(player, { name: player });
    if (where !== "circle") await guilds.admit("g1", player, rank);
    if (where !== "guild") await groups.admit(C1, player, rank);
    return player;
  };
  const author = await person("recruit", "guild");
  await sitElsewhere(author);
  const say = async (): Promise<number> => {
    const said = { channel: G1, author, nonce: nonce(next()), kind: "text", body: `hola ${made}` } as const;
    return (await log.append(said)).seq;
  };
  /** Another guild, and a challenge between it and this one, as the backend asks for it. The guild is free for the next. */
  const rival = async (): Promise<string> => {
    const [id, leader] = [`rival${next()}`, `p${next()}`];
    await players.putProfile(leader, { name: leader });
    await guilds.create({ id, name: `Rival ${made}`, tag: "RIV", leader });
    const asks = keys.of(G1, "warasks");
    await redis.run(asks, ["DEL", asks]);
    return id;
  };
  const challenge = async (guild: string, opponent: string): Promise<string> => {
    const request = { guild, opponent, mode: "blitz", nonce: nonce(next()) };
    return Object((await askOverHttp(chat.port, key, "challengeGuild", request)).body).war;
  };
  const agreed = async (): Promise<string> => {
    const war = await challenge("g1", await rival());
    expect(await over.key("answerChallenge", { war, accept: true })).toBe("ok");
    // It may be disbanded, and challenge others.
    const bound = keys.of(G1, "war");
    await redis.run(bound, ["DEL", bound]);
    await redis.run(info, ["HDEL", info, "reserved"]);
    return war;
  };
  const renewed: { readonly [P in keyof About]: () => Promise<About[P]> } = {
    player: () => person("recruit", "guild"),
    fellow: () => person("recruit", "circle"),
    seq: say,
    report: async () => {
      const about = { channel: G1, seq: await say(), nonce: nonce(next()) };
      return (await reports.file({ ...about, reporter: "member", category: "abuse", text: "" })).report;
    },
    card: async () => {
      const roll = { channel: G1, nonce: nonce(next()), card: "roll-call", title: "¿Vamos?" };
      return Object(await seats.get(author)?.room.request("card", roll)).seq;
    },
    gift: async () => {
      const request = { guild: "g1", key: `gift-${next()}`, points: 1, shares: 1 };
      return Object((await askOverHttp(chat.port, key, "dropGift", request)).body).gift;
    },
    rival,
    asked: async () => challenge("g1", await rival()),
    incoming: async () => challenge(await rival(), "g1"),
    agreed,
  };
  const byKey = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${chat.port}${path}`, {
      method,
      headers: { ...key, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.status < 300 ? "ok" : codeOf(errorOf({ body: await answer.json() }));
  };
  const item = { name: inAll("Estandarte"), price: 1, book: "guild", contents: [{ item: "banner", amount: 1 }] };
  expect(await byKey("PUT", "/v1/rewards/banner", item)).toBe("ok");
  expect(await byKey("POST", "/v1/guilds/g1/points", { key: "k", amount: 1_000, reason: "quest" })).toBe("ok");

  const tokens = new Map<string, string>();
  /** What came of it: `ok`, or the code of the refusal. */
  const over = {
    socket: async (who: string, name: string, request: object): Promise<unknown> =>
      codeOf(await refusal(seats.get(who)?.room.request(name, request) ?? Promise.resolve())),
    token: async (who: string, name: OperationName, request: object): Promise<unknown> => {
      const token = tokens.get(who) ?? (await studio.token(who));
      tokens.set(who, token);
      return codeOf(errorOf(await askOverHttp(chat.port, { authorization: `Bearer ${token}` }, name, request)));
    },
    key: async (name: OperationName, request: object): Promise<unknown> =>
      codeOf(errorOf(await askOverHttp(chat.port, key, name, request))),
  };
  const about: About = {
    ...{ player: await renewed.player(), fellow: await renewed.fellow(), seq: await renewed.seq() },
    ...{ report: await renewed.report(), card: await renewed.card(), gift: await renewed.gift() },
    ...{ asked: await renewed.asked(), incoming: await renewed.incoming(), agreed: await renewed.agreed() },
    rival: await renewed.rival(),
  };
  const renew = async (part: keyof About): Promise<void> => {
    Object.assign(about, { [part]: await renewed[part]() });
  };
  return { studio, over, byKey, about, renew, next, person, groups, seat, seats, sitElsewhere, port: other.port };
};

const errorOf = ({ body }: { body: unknown }): unknown =>
  typeof body === "object" && body !== null && "error" in body ? body.error : undefined;

const codeOf = (failure: unknown): unknown => {
  if (failure === undefined) return "ok";
  return typeof failure === "object" && failure !== null && "code" in failure ? failure.code : failure;
};
