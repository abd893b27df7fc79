import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";
import { inAll } from "../api-world.ts";

type Headers = Record<string, string>;

/** Of the catalogue, its orders and gifts, in a world where ana leads g1, beto is its member and caro has no guild. */
export const rewardCases = (
  api: Api,
  {
    ana,
    beto,
    caro,
    key,
    backend,
  }: Record<"ana" | "beto" | "caro" | "key", Headers> & {
    backend: ReturnType<typeof makeBackendCases>;
  },
): Case[] => {
  const chest = { name: inAll("Cofre"), price: 10, stock: 50, contents: [{ item: "gold", amount: 5 }] };
  const buy = { key: "buy-1", player: "ana", price: 10 };
  const gift = { key: "gift-1", points: 20, shares: 2, player: "ana" };
  const own = { key: "old", points: 2, shares: 2, player: "ana", book: "own" };
  const gifts = "/v1/guilds/g1/gifts";

  const items: Record<string, object> = {
    old: chest,
    closed: { ...chest, enabled: false },
    none: { ...chest, stock: 0 },
    dear: { ...chest, price: 1_000_000 },
    high: { ...chest, level: 1_000_000 },
    once: { ...chest, perPlayer: 1 },
    banner: { ...chest, book: "guild" },
  };
  const stocked = async (): Promise<void> => {
    for (const [id, item] of Object.entries(items)) await api.backend("PUT", `/v1/rewards/${id}`, item);
    for (const book of ["guilds/g1", "players/ana"])
      await api.backend("POST", `/v1/${book}/points`, { key: "to-spend", amount: 500, reason: "quest" });
    await api.backend("POST", "/v1/rewards/once/orders", { key: "once", player: "ana" });
    await api.backend("POST", "/v1/rewards/banner/orders", { key: "flag", guild: "g1" });
  };
  const catalogue = api.keys.of("catalogue", "items");
  const many = Array.from({ length: 500 }, (_, index) => `many-${index}`);
  const full = async (): Promise<void> => {
    await api.redis.run(catalogue, ["HSET", catalogue, ...many.flatMap((id) => [id, `1 ${JSON.stringify(chest)}`])]);
  };
  const free = async (): Promise<void> => {
    await api.redis.run(catalogue, ["HDEL", catalogue, ...many]);
  };
  const spoil = (owner: string, part: string) => async (): Promise<void> => {
    const record = api.keys.of(owner, part);
    await api.redis.run(record, ["DEL", record]);
    await api.redis.run(record, ["RPUSH", record, "spoilt"]);
  };
  const forgotten = async (): Promise<void> => {
    await api.backend("POST", gifts, own);
    const row = api.keys.of("guild:g1", "gift:player:ana:old");
    await api.redis.run(row, ["DEL", row]);
  };
  /** An order of a guild that has ended. */
  const left = async (): Promise<void> => {
    const orders = api.keys.of("guild:ended", "orders");
    const row = {
      n: "1",
      reward: "banner",
      by: "",
      price: "10",
      contents: chest.contents,
      at: "1",
      entry: "1-1",
      unit: "",
    };
    await api.redis.run(orders, ["HSET", orders, "k", JSON.stringify(row)]);
  };
  const mute = (method: "PUT" | "DELETE") => async (): Promise<void> => {
    const minute = Date.now() + 60_000;
    await api.backend(
      method,
      "/v1/channels/guild:g1/mutes/beto",
      method === "PUT" ? { until: minute, reason: "noise" } : undefined,
    );
  };
  const one = (operation: string, outcome: string, method: string, path: string, more: Partial<Case>): Case => ({
    ...{ operation, outcome, method, path, headers: key },
    ...more,
  });

  return [
    ...backend("putReward", "PUT", "/v1/rewards/chest", chest, [
      ["bad-request", "/v1/rewards/chest", { ...chest, contents: [] }],
    ]),
    one("putReward", "bad-request", "PUT", "/v1/rewards/a%20b", { body: chest, before: stocked }),
    one("putReward", "rewards-full", "PUT", "/v1/rewards/more", { body: chest, before: full }),
    one("putReward", "bad-request", "PUT", "/v1/rewards/a%20b", { body: chest, before: free }),
    ...backend("removeReward", "DELETE", "/v1/rewards/old", undefined, [
      ["reward-not-found", "/v1/rewards/old"],
      ["bad-request", "/v1/rewards/a%20b"],
    ]),
    ...backend("listRewards", "GET", "/v1/rewards", undefined, [
      ["success", "/v1/rewards", undefined, ana],
      ["bad-request", "/v1/rewards?player=a%20b"],
      ["success", "/v1/rewards?player=nadie"],
    ]),
    ...backend("purchase", "POST", "/v1/rewards/chest/orders", buy, [
      ["bad-request", "/v1/rewards/chest/orders", { player: "ana" }],
      ["reward-not-found", "/v1/rewards/nothing/orders", { ...buy, key: "b2" }],
      ["reward-closed", "/v1/rewards/closed/orders", { ...buy, key: "b2" }],
      ["reward-changed", "/v1/rewards/chest/orders", { ...buy, key: "b2", price: 11 }],
      ["reward-sold-out", "/v1/rewards/none/orders", { ...buy, key: "b2" }],
      ["reward-limit", "/v1/rewards/once/orders", { ...buy, key: "b2" }],
      ["points-insufficient", "/v1/rewards/dear/orders", { key: "b2", player: "ana" }],
      ["key-reused", "/v1/rewards/once/orders", buy],
      ["not-permitted", "/v1/rewards/chest/orders", buy, beto],
      ["level-too-low", "/v1/rewards/high/orders", { ...buy, key: "b2" }],
      ["not-member", "/v1/rewards/banner/orders", { key: "b2", guild: "g1" }, caro],
      ["member-not-found", "/v1/rewards/banner/orders", { key: "b2", guild: "g1", player: "caro" }],
      ["guild-not-found", "/v1/rewards/banner/orders", { key: "b2", guild: "g0" }],
      ["player-not-found", "/v1/rewards/chest/orders", { ...buy, key: "b2", player: "nadie" }],
      ["internal", "/v1/rewards/chest/orders", { ...buy, player: "broken" }],
    ]),
    ...backend("getOrder", "GET", "/v1/orders/player:ana:buy-1", undefined, [
      ["bad-request", "/v1/orders/buy-1"],
      ["order-not-found", "/v1/orders/player:ana:none"],
      ["not-member", "/v1/orders/guild:g1:flag", undefined, caro],
      ["not-permitted", "/v1/orders/player:ana:buy-1", undefined, beto],
    ]),
    one("getOrder", "internal", "GET", "/v1/orders/player:broken:k", { before: spoil("player:broken", "orders") }),
    ...backend("getPlayerOrders", "GET", "/v1/players/ana/orders?limit=5", undefined, [
      ["bad-request", "/v1/players/ana/orders?limit=101"],
      ["player-not-found", "/v1/players/nadie/orders"],
      ["not-permitted", "/v1/players/ana/orders", undefined, beto],
    ]),
    one("getPlayerOrders", "internal", "GET", "/v1/players/broken/orders", {
      before: spoil("player:broken", "orderlist"),
    }),
    ...backend("getGuildOrders", "GET", "/v1/guilds/g1/orders", undefined, [
      ["bad-request", "/v1/guilds/g1/orders?before=x"],
      ["guild-not-found", "/v1/guilds/g0/orders"],
      ["not-member", "/v1/guilds/g1/orders", undefined, caro],
    ]),
    one("getGuildOrders", "internal", "GET", "/v1/guilds/broken/orders", {
      before: spoil("guild:broken", "orderlist"),
    }),
    ...backend("orderDelivered", "POST", "/v1/orders/player:ana:buy-1/delivered", undefined, [
      ["bad-request", "/v1/orders/buy-1/delivered"],
      ["order-not-found", "/v1/orders/player:ana:none/delivered"],
      ["internal", "/v1/orders/player:broken:k/delivered"],
    ]),
    ...backend("refundOrder", "POST", "/v1/orders/player:ana:buy-1/refund", { reason: "sorry" }, [
      ["bad-request", "/v1/orders/player:ana:buy-1/refund", { reason: "" }],
      ["order-not-found", "/v1/orders/player:ana:none/refund"],
      ["internal", "/v1/orders/player:broken:k/refund"],
    ]),
    one("refundOrder", "guild-not-found", "POST", "/v1/orders/guild:ended:k/refund", {
      body: { reason: "sorry" },
      before: left,
    }),
    ...backend("dropGift", "POST", gifts, gift, [
      ["bad-request", gifts, { ...gift, shares: 0 }],
      ["guild-not-found", "/v1/guilds/g0/gifts"],
      ["player-not-found", gifts, { ...own, player: "nadie" }],
      ["not-member", gifts, { ...gift, key: "g2", player: undefined }, caro],
      ["not-permitted", gifts, { ...gift, key: "g2", player: undefined }, beto],
      ["points-insufficient", gifts, { ...gift, key: "g2", points: 1_000_000 }],
      ["key-reused", gifts, { ...gift, points: 40 }],
      ["internal", "/v1/guilds/broken/gifts"],
    ]),
    one("dropGift", "key-too-old", "POST", gifts, { body: own, before: forgotten }),
    one("dropGift", "muted", "POST", gifts, { body: { ...gift, key: "g3", player: "beto" }, before: mute("PUT") }),
    ...backend("getGift", "GET", `${gifts}/guild:gift-1`, undefined, [
      ["bad-request", `${gifts}/gift-1`],
      ["gift-not-found", `${gifts}/guild:none`],
      ["not-member", `${gifts}/guild:gift-1`, undefined, caro],
    ]),
    one("getGift", "internal", "GET", "/v1/guilds/broken/gifts/guild:k", {
      before: spoil("guild:broken", "gift:guild:k"),
    }),
    ...backend("endGift", "POST", `${gifts}/guild:gift-1/end`, undefined, [
      ["bad-request", `${gifts}/gift-1/end`],
      ["gift-not-found", `${gifts}/guild:none/end`],
      ["not-member", `${gifts}/guild:gift-1/end`, undefined, caro],
      ["not-permitted", `${gifts}/guild:gift-1/end`, undefined, beto],
      ["internal", "/v1/guilds/broken/gifts/guild:k/end"],
    ]),
    one("getGift", "gift-not-found", "GET", `${gifts}/guild:none`, { before: mute("DELETE") }),
    one("putReward", "internal", "PUT", "/v1/rewards/chest", { body: chest, before: spoil("catalogue", "items") }),
    one("removeReward", "internal", "DELETE", "/v1/rewards/chest", {}),
    one("listRewards", "internal", "GET", "/v1/rewards", {}),
  ];
};
