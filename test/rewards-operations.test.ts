import { afterAll, beforeAll, expect, test } from "vitest";
import { giftAnswerSchema, orderSchema, ordersSchema, rewardsSchema } from "../shared/api/reward.ts";
import { aSeat } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { type Api, anApi, codeOf, detailsOf } from "./an-api.ts";
import { inAll } from "./api-world.ts";
import { waitFor } from "./wait-for.ts";

let api: Api;
beforeAll(async () => {
  api = await anApi();
  await api.guild("g1", ["ana", "beto"]);
  for (const book of ["guilds/g1", "players/beto"])
    await api.backend("POST", `/v1/${book}/points`, { key: "start", amount: 50, reason: "quest" });
});
afterAll(() => api.close());

const chest = { name: inAll("Cofre"), price: 10, contents: [{ item: "gold", amount: 5 }] };
const as = async (player: string, method: string, path: string, body?: unknown) =>
  api.send({ method, path, body, headers: { authorization: `Bearer ${await aToken(player)}` } });

test("[RW19] a player sees what is on sale, what is left, what he has bought and why he may not, and buys it on every way", async () => {
  const now = Date.now();
  const put = (id: string, more: object = {}) => api.backend("PUT", `/v1/rewards/${id}`, { ...chest, ...more });
  await put("chest", { stock: 3, perPlayer: 2 });
  await put("banner", { book: "guild", price: 20 });
  await put("dear", { price: 1_000 });
  await put("gone", { until: now - 1 });
  await put("hidden", { enabled: false });
  await put("high", { level: 30 });
  await put("none", { stock: 0 });
  await put("officers", { ranks: ["officer"] });
  await put("soon", { from: now + 3_600_000 });
  const beto = await aSeat(api.service.port, await aToken("beto"));
  await beto.resume();
  const bought = await beto.room.request("purchase", { reward: "chest", key: "k1", price: 10 });
  expect(orderSchema.parse(bought)).toMatchObject({ order: "player:beto:k1", player: "beto", price: 10 });

  const seen = async (player: string) => rewardsSchema.parse((await as(player, "GET", "/v1/rewards")).body);
  const list = await seen("beto");
  expect(list.points).toEqual({ own: 40, guild: 50 });
  expect(
    Object.fromEntries(list.rewards.map(({ id, refused, left, bought: own }) => [id, [refused, left, own]])),
  ).toEqual({
    banner: ["not-permitted", undefined, 0],
    chest: [undefined, 2, 1],
    dear: ["points-insufficient", undefined, 0],
    high: ["level-too-low", undefined, 0],
    none: ["reward-sold-out", 0, 0],
    officers: ["not-permitted", undefined, 0],
    soon: ["reward-closed", undefined, 0],
  });
  expect((await seen("ana")).rewards.find(({ id }) => id === "banner")).not.toHaveProperty("refused");
  const stranger = await seen("nadie");
  expect(stranger.rewards.map(({ refused }) => refused)).toContain("no-guild");
  const all = rewardsSchema.parse(await api.backend("GET", "/v1/rewards"));
  expect(all.rewards.map(({ id }) => id)).toEqual(expect.arrayContaining(["gone", "hidden"]));
  expect(all.version).toBe(9);
});

test("[RW20] a player sees his own orders and his guild's; deliveries and refunds are the backend's", async () => {
  expect((await as("ana", "POST", "/v1/rewards/banner/orders", { key: "flag", guild: "g1" })).status).toBe(200);
  const page = ordersSchema.parse((await as("beto", "GET", "/v1/guilds/g1/orders")).body);
  expect(page).toMatchObject({ orders: [{ order: "guild:g1:flag", guild: "g1", player: "ana" }], next: null });
  const codes = [
    await as("ana", "GET", "/v1/players/beto/orders"),
    await as("nadie", "GET", "/v1/orders/guild:g1:flag"),
    await as("beto", "POST", "/v1/orders/player:beto:k1/refund", { reason: "please" }),
    await as("beto", "POST", "/v1/rewards/banner/orders", { key: "mine", guild: "g1" }),
    await as("beto", "POST", "/v1/rewards/chest/orders", { key: "his", player: "ana" }),
  ].map(codeOf);
  expect(codes).toEqual(["not-permitted", "not-member", "api-key-invalid", "not-permitted", "not-permitted"]);
  await api.backend("POST", "/v1/orders/guild:g1:flag/delivered");
  await api.backend("POST", "/v1/orders/player:beto:k1/refund", { reason: "sorry" });
  const own = ordersSchema.parse((await as("beto", "GET", "/v1/players/me/orders")).body);
  expect(own.orders[0]?.refundedAt).toBeGreaterThan(0);
  expect(orderSchema.parse((await as("beto", "GET", "/v1/orders/guild:g1:flag")).body).deliveredAt).toBeGreaterThan(0);
});

test("[RW9] the studio's webhook that takes a batch with a purchase makes its order delivered", async () => {
  await api.backend("POST", "/v1/rewards/chest/orders", { key: "k2", player: "beto" });
  const order = async () => orderSchema.parse(await api.backend("GET", "/v1/orders/player:beto:k2"));
  await waitFor(async () => (await order()).deliveredAt !== undefined, "the delivery");
});

test("[RW21] a gift's card shows in the channel, and a tap on it over a connection brings the share into the book", async () => {
  const beto = await aSeat(api.service.port, await aToken("beto"));
  await beto.resume();
  const dropped = giftAnswerSchema.parse(
    (await as("ana", "POST", "/v1/guilds/g1/gifts", { key: "g", points: 20, shares: 2 })).body,
  );
  const before = await api.backend("GET", "/v1/players/beto/points");
  await beto.room.request("act", { seq: dropped.seq, action: "take", on: true });
  const after = await api.backend("GET", "/v1/players/beto/points");
  expect([before, after]).toMatchObject([{ balance: 40 }, { balance: 50 }]);
  const ended = await as("ana", "POST", "/v1/guilds/g1/gifts/guild:g/end");
  expect(ended.body).toMatchObject({ taken: 1, back: 10 });
});

// A window that ends before it begins was taken as it is, and the item was never on sale without a word why; a guild's limit of
// what players buy for themselves limited nothing.
test("[RW23] an item that nobody could ever buy, or with a limit that limits nothing, is refused with what is wrong", async () => {
  const put = (more: object) =>
    api.send({
      ...{ method: "PUT", path: "/v1/rewards/odd", body: { ...chest, ...more } },
      headers: { "x-api-key": api.apiKeys[0] },
    });
  for (const [more, field] of [
    [{ from: 5_000, until: 5_000 }, "until"],
    [{ perGuild: 1 }, "perGuild"],
    [{ price: 1.5 }, "price"],
    [{ price: -1 }, "price"],
    [{ contents: [{ item: "gold", amount: 0 }] }, "amount"],
  ] as const) {
    const answer = await put(more);
    expect([answer.status, codeOf(answer)]).toEqual([400, "bad-request"]);
    expect(detailsOf(answer).join()).toContain(field);
  }
  expect((await put({ from: 5_000, until: 5_001 })).status).toBe(200);
  expect((await put({ book: "guild", perGuild: 1 })).status).toBe(200);
});
