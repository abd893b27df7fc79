import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { makeAskStudio } from "../server/webhook/ask-studio.ts";
import { type CardAction, cardActionSchema } from "../shared/card.ts";
import { GremioError } from "../shared/errors.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { refusal } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { type Answering, aStudioWebhook, verdict } from "./a-studio-webhook.ts";
import { waitFor } from "./wait-for.ts";

const channel = "guild:g1";
const historyLength = 1_000;
const fallback = { "es-419": "Un regalo", "pt-BR": "Um presente", en: "A gift" };
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const codeOf = (error: unknown) => (error instanceof GremioError ? error.code : error);

let scenes = 0;
/** A card whose action `take` the studio decides, two at most, and as many processes as wanted that ask it. */
const scene = async (
  answer: Answering,
  { deadlineMs = 5_000, atOnce = 100, action = {} as Partial<CardAction>, more = [] as CardAction[] } = {},
) => {
  scenes += 1;
  const keys = makeKeys(`t-webhook-${process.pid}-${scenes}`);
  await aGuild(redis, keys, "g1", ["ana", "beto", "caro", "dino"]);
  const webhook = await aStudioWebhook(answer);
  const warnings: unknown[] = [];
  const log = makeLog(redis, keys, { historyLength });
  const worker = () => {
    const askStudio = makeAskStudio(
      { ...webhook, deadlineMs, atOnce },
      { warn: (line: unknown) => warnings.push(line) },
    );
    return makeCards({ redis, keys, log }, { historyLength, askStudio });
  };
  const cards = worker();
  const actions = [cardActionSchema.parse({ id: "take", cap: 2, webhook: true, ...action }), ...more];
  const body = { card: "gift", data: { item: 7 }, fallback, actions };
  const { seq } = await cards.post({ channel, nonce: "nonce-of-the-gift", body });
  const take = (player: string, nonce: string | undefined = `nonce-of-${player}`, by = cards) =>
    by.act({ channel, player, seq, action: "take", on: true, nonce });
  /** Again and again while it is only too early. */
  const takeOnceMay = (player: string, nonce?: string) =>
    waitFor(
      () =>
        take(player, nonce).catch((error: unknown) => {
          if (error instanceof GremioError && error.retryAtMs !== undefined) return undefined;
          throw error;
        }),
      "the next try",
    );
  return { ...webhook, keys, warnings, cards, worker, seq, take, takeOnceMay };
};

describe("the studio decides", () => {
  test("[CA13] by its answer to a signed request; what it accepts is counted, with its message and result", async () => {
    const message = { "es-419": "¡Tuyo!", "pt-BR": "É seu!", en: "Yours!" };
    const { take, questions, wrong, seq } = await scene(verdict({ accept: true, message, result: { left: 1 } }));
    const acted = await take("beto");
    expect(acted).toMatchObject({
      accepted: true,
      own: ["take"],
      message,
      state: { counts: { take: 1 }, result: { left: 1 } },
    });
    expect(wrong).toEqual([]);
    expect(questions).toMatchObject([
      {
        channel,
        epoch: expect.any(Number),
        seq,
        card: "gift",
        data: { item: 7 },
        action: "take",
        player: "beto",
        number: 2,
        nonce: "nonce-of-beto",
      },
    ]);
    await take("beto", "nonce-other-of-beto");
    expect(questions).toHaveLength(1);
  });

  test("[CA13] what it refuses is not counted, and is asked again only a second later", async () => {
    const message = { "es-419": "Falta oro", "pt-BR": "Falta ouro", en: "Not enough gold" };
    const { take, takeOnceMay, studio, questions } = await scene(verdict({ accept: false, message }));
    expect(await take("beto", "nonce-one-of-beto")).toMatchObject({
      accepted: false,
      own: [],
      message,
      state: { counts: {} },
    });
    await expect(take("beto", "nonce-two-of-beto")).rejects.toEqual(byCode("rate-limited"));
    studio.answer = verdict({ accept: true });
    expect(await takeOnceMay("beto", "nonce-two-of-beto")).toMatchObject({ accepted: true, own: ["take"] });
    expect(questions.map(({ nonce }) => nonce)).toEqual(["nonce-one-of-beto", "nonce-two-of-beto"]);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(2);
  });

  test("[CA13] a nonce is needed, and what was accepted is neither moved nor taken back", async () => {
    const { cards, take, seq } = await scene(verdict({ accept: true }), { action: { group: "one" } });
    const act = (on: boolean) => cards.act({ channel, player: "beto", seq, action: "take", on });
    await expect(act(true)).rejects.toEqual(byCode("bad-request"));
    await take("beto");
    await expect(act(false)).rejects.toEqual(byCode("already-acted"));
  });

  test("[CA2] [CA15] a yes that comes after the kept place has gone to somebody else counts no more than the cap", async () => {
    const open: ServerResponse[] = [];
    const { cards, seq, keys, take, studio, questions } = await scene((_, response) => open.push(response), {
      action: { cap: 1 },
    });
    const late = take("beto");
    await waitFor(() => open.length === 1, "the question");
    // As if the time a place is kept for were over.
    const held = keys.of(channel, `held:${seq}:take`);
    expect(await redis.run(held, ["DEL", held])).toBe(1);
    studio.answer = verdict({ accept: true });
    expect(await take("dino")).toMatchObject({ accepted: true, own: ["take"] });
    const outcome = expect(late).rejects.toEqual(byCode("card-full"));
    for (const response of open) verdict({ accept: true })(questions[0] ?? never(), response);
    await outcome;
    expect((await cards.read(channel, seq)).state.counts).toEqual({ take: 1 });
  });

  test("[CA13] of a group it is asked about one action at a time, and accepts one", async () => {
    const open: ServerResponse[] = [];
    const { cards, seq, questions } = await scene((_, response) => open.push(response), {
      more: [cardActionSchema.parse({ id: "leave", group: "one", webhook: true })],
      action: { group: "one" },
    });
    const act = (action: string) =>
      cards.act({ channel, player: "beto", seq, action, on: true, nonce: `nonce-of-${action}` });
    const first = act("take");
    await waitFor(() => open.length === 1, "the question");
    await expect(act("leave")).rejects.toEqual(byCode("unavailable"));
    for (const response of open) verdict({ accept: true })(questions[0] ?? never(), response);
    expect(await first).toMatchObject({ own: ["take"] });
    await expect(act("leave")).rejects.toEqual(byCode("already-acted"));
    expect(questions).toHaveLength(1);
  });

  const hang: Answering = () => undefined;
  const redirect: Answering = (_, response) => {
    response.writeHead(307, { location: "/elsewhere" });
    response.end();
  };
  const huge: Answering = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(4_096)));
    };
    response.on("drain", more);
    more();
  };
  const drip: Answering = (_, response) => {
    response.writeHead(200);
    response.write('{"accept":');
  };
  test.each<[string, Answering, RegExp]>([
    ["says nothing", hang, /no answer in time/],
    ["stops in the middle", drip, /no answer in time/],
    ["fails", verdict({ accept: true }, 500), /status 500/],
    ["sends elsewhere", redirect, /status 307/],
    ["answers without end", huge, /more than 16384 bytes/],
    ["answers no JSON", verdict("yes"), /no JSON/],
    ["answers no verdict", verdict({ accept: "yes" }), /no verdict/],
    ["answers with half a character", verdict({ accept: true, result: { of: [{ a: "\ud800" }] } }), /no verdict/],
    ["ends the connection", (_, response) => response.destroy(), /socket hang up|aborted/],
  ])("[CA14] when it %s, nothing is counted, and the same tap asks the same again", async (_, answer, why) => {
    const { take, takeOnceMay, studio, questions, warnings, secret } = await scene(answer, { deadlineMs: 1_500 });
    await expect(take("beto")).rejects.toEqual(byCode("unavailable"));
    await expect(take("beto")).rejects.toMatchObject({ code: "unavailable", retryAtMs: expect.any(Number) });
    studio.answer = verdict({ accept: true });
    // Another nonce too: nobody knows what the studio has done under the first.
    expect(await takeOnceMay("beto", "nonce-other-of-beto")).toMatchObject({
      own: ["take"],
      state: { counts: { take: 1 } },
    });
    expect(questions).toHaveLength(2);
    expect(questions[1]).toEqual(questions[0]);
    expect(JSON.stringify(warnings)).toMatch(why);
    expect(JSON.stringify(warnings)).not.toContain(secret);
  });

  test("[CA14] when it cannot be reached, or too many questions are under way, it is unavailable at once", async () => {
    const away = await scene(verdict({ accept: true }));
    away.server.close();
    away.server.closeAllConnections();
    await expect(away.take("beto")).rejects.toEqual(byCode("unavailable"));
    const busy = await scene(hang, { atOnce: 1, deadlineMs: 2_000 });
    const first = busy.take("beto");
    await waitFor(() => busy.questions.length === 1, "the first question");
    await expect(busy.take("caro")).rejects.toEqual(byCode("unavailable"));
    await expect(first).rejects.toEqual(byCode("unavailable"));
    expect(busy.questions).toHaveLength(1);
  });

  test("[CA15] two processes do not ask the same at the same time, and count one answer once", async () => {
    const open: ServerResponse[] = [];
    const { take, worker, questions } = await scene((_, response) => open.push(response));
    const first = take("beto");
    await waitFor(() => open.length === 1, "the question");
    const others = await Promise.all(
      Array.from({ length: 10 }, () => take("beto", "nonce-of-beto", worker()).catch(codeOf)),
    );
    expect(new Set(others)).toEqual(new Set(["unavailable"]));
    for (const response of open) verdict({ accept: true })(questions[0] ?? never(), response);
    expect(await first).toMatchObject({ accepted: true });
    expect(await take("beto", "nonce-of-beto", worker())).toMatchObject({
      own: ["take"],
      state: { counts: { take: 1 } },
    });
    expect(questions).toHaveLength(1);
  });

  test("[CA15] while it decides, places are kept: it is never asked for more than the cap", async () => {
    const open: ServerResponse[] = [];
    const { take, questions } = await scene((_, response) => open.push(response));
    const [ana, beto] = [take("ana"), take("beto")];
    await waitFor(() => open.length === 2, "two questions");
    await expect(take("caro")).rejects.toEqual(byCode("card-full"));
    // One is refused: his place is free again.
    for (const [index, response] of open.splice(0).entries())
      verdict({ accept: questions[index]?.player === "ana" })(questions[index] ?? never(), response);
    expect([(await ana).accepted, (await beto).accepted]).toEqual([true, false]);
    const caro = take("caro");
    await waitFor(() => open.length === 1, "the third question");
    for (const response of open) verdict({ accept: true })(questions[2] ?? never(), response);
    expect((await caro).state.counts).toEqual({ take: 2 });
    await expect(take("dino")).rejects.toEqual(byCode("card-full"));
    expect(questions).toHaveLength(3);
  });
});

const never = (): never => {
  throw new Error("no such question");
};

test("[CA13] [CA15] through the service: the backend's card, a tap on a seat, and a process that dies while the studio decides", async () => {
  const open: ServerResponse[] = [];
  const webhook = await aStudioWebhook((_, response) => open.push(response));
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto"]);
  const env = { GREMIO_WEBHOOK_URL: webhook.url, GREMIO_WEBHOOK_SECRET: webhook.secret };
  const [doomed, chat] = await Promise.all([studio.chat(env), studio.chat(env)]);
  const card = { card: "gift", data: {}, fallback, actions: [{ id: "take", cap: 1, webhook: true, closes: true }] };
  const posted = await fetch(`http://127.0.0.1:${chat.port}/v1/channels/guild:g1/cards`, {
    method: "POST",
    headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
    body: JSON.stringify({ nonce: "nonce-of-the-gift", card }),
  });
  expect(posted.status).toBe(200);
  const early = await aSeat(doomed.port, await studio.token("beto"));
  await early.resume();
  const seq = early.entries.find(({ kind }) => kind === "card")?.seq ?? 0;
  const tap = { seq, action: "take", nonce: "nonce-of-the-tap" };
  const lost = early.ask("act", tap).catch(() => "lost");
  await waitFor(() => webhook.questions.length === 1, "the question");
  await doomed.kill();
  expect(await lost).toBe("lost");

  webhook.studio.answer = verdict({ accept: true });
  const seat = await aSeat(chat.port, await studio.token("beto"));
  await seat.resume();
  expect(await refusal(seat.ask("act", tap))).toMatchObject({ code: "unavailable", retryAtMs: expect.any(Number) });
  const acted = await waitFor(() => seat.ask("act", tap).catch(() => undefined), "the dead process's claim to end");
  expect(acted).toMatchObject({ accepted: true, own: ["take"], state: { counts: { take: 1 }, closed: true } });
  expect(webhook.questions).toHaveLength(2);
  expect(webhook.questions[1]).toEqual(webhook.questions[0]);
  expect(webhook.wrong).toEqual([]);
  expect(chat.log.join()).not.toContain(webhook.secret);
});
