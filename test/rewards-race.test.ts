import { expect, onTestFinished, test } from "vitest";
import { makeLedger } from "../server/points/ledger.ts";
import { orderAnswerSchema, ordersSchema, rewardsSchema } from "../shared/api/reward.ts";
import { allEntries } from "./a-ledger.ts";
import { aService } from "./a-service.ts";
import { aToken } from "./a-studio.ts";
import { type Answer, anApi, codeOf } from "./an-api.ts";
import { inAll } from "./api-world.ts";

const PLAYERS = 200;
const STOCK = 10;
const PRICE = 30;

test("[RW2] of 200 players who ask two chat services over HTTP for the last 10 at the same moment exactly 10 get one, and asked again all hear the same", async () => {
  const api = await anApi();
  onTestFinished(() => api.close());
  const other = await aService("chat", api.chatEnv);
  const urls = [api.url, `http://127.0.0.1:${other.port}`];
  const people = Array.from({ length: PLAYERS }, (_, n) => `p${n}`);
  await Promise.all(people.map((player) => api.players.putProfile(player, { name: player })));
  const ledger = makeLedger(api.redis, api.keys);
  const start = { key: "start", amount: PRICE, reason: "quest" };
  await Promise.all(people.map((player) => ledger.move({ book: { player }, ...start })));
  const chest = { name: inAll("Cofre"), price: PRICE, stock: STOCK, contents: [{ item: "gold", amount: 5 }] };
  await api.backend("PUT", "/v1/rewards/chest", chest);

  const tokens = await Promise.all(people.map((player) => aToken(player)));
  /** Half of them by their own token, half by the game's backend; of both half at each service. */
  const ask = async (n: number, service: number): Promise<Answer> => {
    const isOwn = n % 4 < 2;
    const response = await fetch(`${urls[service % 2]}/v1/rewards/chest/orders`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(isOwn ? { authorization: `Bearer ${tokens[n]}` } : { "x-api-key": api.apiKeys[0] }),
      },
      body: JSON.stringify({ key: "last", ...(!isOwn && { player: people[n] }) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), headers: response.headers, text };
  };
  const told = (answer: Answer): unknown =>
    answer.status === 200 ? { ...orderAnswerSchema.parse(answer.body), repeated: undefined } : codeOf(answer);
  // Everybody asks both at once under one key, as a client does that heard nothing.
  const both = await Promise.all(people.map((_, n) => Promise.all([ask(n, n), ask(n, n + 1)])));
  const got = both.map((answers) => answers.find(({ status }) => status === 200) ?? answers[0]);
  const winners = people.filter((_, n) => got[n]?.status === 200);
  expect(winners).toHaveLength(STOCK);
  for (const answer of both.flat().filter(({ status }) => status !== 200))
    expect(codeOf(answer)).toBe("reward-sold-out");
  const fresh = both.flat().filter(({ status, body }) => status === 200 && !orderAnswerSchema.parse(body).repeated);
  expect(fresh).toHaveLength(STOCK);

  const again = await Promise.all(people.map((_, n) => ask(n, n)));
  expect(again.map(told)).toEqual(got.map((answer) => answer && told(answer)));
  for (const answer of again.filter(({ status }) => status === 200))
    expect(orderAnswerSchema.parse(answer.body).repeated).toBe(true);

  const offered = rewardsSchema.parse(await api.backend("GET", "/v1/rewards")).rewards;
  expect(offered.map(({ id, left }) => [id, left])).toEqual([["chest", 0]]);
  const entries = await Promise.all(people.map((player) => allEntries(ledger, { player })));
  expect(entries.map((mine) => mine.map(({ amount }) => amount))).toEqual(
    people.map((player) => (winners.includes(player) ? [PRICE, -PRICE] : [PRICE])),
  );
  for (const player of winners) {
    const { orders } = ordersSchema.parse(await api.backend("GET", `/v1/players/${player}/orders`));
    expect(orders.map(({ entry }) => entry)).toEqual([entries[people.indexOf(player)]?.[1]?.entry]);
  }
});
