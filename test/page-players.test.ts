import { randomUUID } from "node:crypto";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { guildSchema } from "../shared/api/guild.ts";
import { aText, type Corner, type OpenPage, openPage } from "./a-page.ts";
import { aStage, STAGE_TEST_MS } from "./a-stage.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

vi.setConfig({ testTimeout: STAGE_TEST_MS });
const DIGEST_WINDOW_MS = 1_000;
const GRACE_MS = 1_000;
const stage = aStage({ GREMIO_DIGEST_WINDOW_MS: String(DIGEST_WINDOW_MS), GREMIO_GRACE_MS: String(GRACE_MS) });
// More than the tests here can use up: beyond what a day may have a digest waits until the day is over, also when more is allowed meanwhile.
beforeAll(async () => {
  await stage.living.api("PUT", "push-policy", { digestsPerDay: 24 });
});
const NOTHING_WRONG = ["0", "0", "0"];

/** Until the others see that she is away: then so does the server. */
const sendAway = async (who: Corner, seenBy: Corner): Promise<void> => {
  await who.find(".leave").click();
  await who.find(".status.away").waitFor();
  await seenBy.find(".roster li:has(.dot:not(.online))").filter({ hasText: "Caro" }).waitFor();
};
const waitingIs = (page: OpenPage["page"], count: string) =>
  waitFor(
    async () => (await page.locator("[data-counter=waiting] dd").textContent()) === count,
    `${count} messages to be on the way`,
  );

test("[CA18] a card shows what can be done with it and how many have; one tap does it, another takes it back", async () => {
  const { ana, beto } = await stage.open();
  const label = aText("Sumarse");
  const fallback = { "es-419": "¿Quién viene?", "pt-BR": "Quem vem?", en: "Who comes?" };
  const actions = [{ id: "join", label, cap: 5, undo: true }];
  const posted = await stage.living.api("POST", "channels/guild:condores/cards", {
    nonce: randomUUID(),
    card: { card: "call", data: {}, fallback, actions },
  });
  const [mine, other] = [ana, beto].map((corner) => corner.find(".card-actions button").filter({ hasText: label }));
  // Bots talk meanwhile, and a pointer may be let go when the button under it has moved on.
  const tap = (button = mine) => button?.dispatchEvent("click");
  await tap();
  await other?.filter({ hasText: "1 / 5" }).waitFor();
  expect([await mine?.getAttribute("aria-pressed"), await other?.getAttribute("aria-pressed")]).toEqual([
    "true",
    "false",
  ]);
  await tap(other);
  await tap(mine?.filter({ hasText: "2 / 5" }));
  await other?.filter({ hasText: "1 / 5" }).waitFor();
  const { seq } = z.object({ seq: z.int() }).parse(posted);
  await stage.living.api("PATCH", `channels/guild:condores/cards/${seq}`, { closed: true });
  await waitFor(async () => (await mine?.isDisabled()) && (await other?.isDisabled()), "both to be closed");
});

test("[PG5] an announcement is highlighted, and buzzes the phone of who has left, and of nobody else, once she had the grace", async () => {
  const { ana, beto, caro } = await stage.open();
  await sendAway(caro, ana);
  const text = aText("¡Guerra a las 20!");
  const pushesOf = (corner: Corner) =>
    corner.pushes.filter({ hasText: "Anuncio en Los Cóndores" }).filter({ hasText: text });
  const began = Date.now();
  await ana.say(text, ".announce");
  await pushesOf(caro).waitFor();
  expect(Date.now() - began).toBeLessThan(within(GRACE_MS + 2_000));
  // A digest of what bots say may come on top.
  expect(await caro.buzzes()).toBeGreaterThanOrEqual(1);
  expect(await caro.find(".count").textContent()).toMatch(/^[12]$/);
  await beto.sees(text);
  expect(await beto.find(".announcement").filter({ hasText: text }).count()).toBe(1);
  // Who is there and has no time to read within the grace is told, too, and it is taken off when he has.
  for (const corner of [ana, beto])
    await waitFor(async () => (await pushesOf(corner).count()) === 0, "no push to be left to who has read");
  expect(await beto.find(".composer .announce").count()).toBe(0);
  await pushesOf(caro).click();
  await waitFor(async () => (await pushesOf(caro).count()) === 0, "the push to be dismissed");
});

test("[PG6] plain chat comes to the phone of who is away as one digest; back again, she misses nothing", async () => {
  const { ana, beto, caro, counters } = await stage.open();
  // While the page was opening she was away, and a digest of what bots said may have come.
  await waitFor(async () => (await caro.pushes.count()) === 0, "what came before she opened the game to be cleared");
  // Who writes has read: only then does plain chat make another digest.
  const bye = aText("ya vuelvo");
  await caro.say(bye);
  await ana.sees(bye);
  const buzzesBefore = await caro.buzzes();
  await sendAway(caro, ana);
  const texts = [aText("uno"), aText("dos"), aText("tres")];
  for (const text of texts) await beto.say(text);
  await ana.sees(texts[2] ?? "");
  const digest = caro.pushes.filter({ hasText: /mensajes? nuevo/ });
  await digest.waitFor({ timeout: 60_000 });
  const more = aText("cuatro");
  await beto.say(more);
  await ana.sees(more);
  // She would be told of that when its window ends.
  const said = performance.now();
  await waitFor(() => performance.now() - said > 2 * DIGEST_WINDOW_MS, "another window to pass");
  expect(await caro.pushes.count()).toBe(1);
  expect(await caro.buzzes()).toBe(buzzesBefore + 1);

  await caro.find(".come-back").click();
  for (const text of [...texts, more]) expect(await caro.sees(text)).toBe(1);
  await caro.find(".divider").waitFor();
  await waitFor(async () => (await caro.pushes.count()) === 0, "the game to clear its notifications");
  expect(await counters()).toEqual(NOTHING_WRONG);
});

test("[PG7] the chat service is killed and comes back, and so do all three: nothing lost, doubled, disordered", async () => {
  const { page, ana, beto, caro, counters } = await stage.open();
  const before = aText("antes");
  await beto.say(before);
  await ana.sees(before);
  await page.locator(".kill").click();
  await page.locator(".kill-state.killed").waitFor();
  const during = aText("durante");
  await beto.say(during);
  await page.locator(".kill-state.back").waitFor({ timeout: 120_000 });
  const after = aText("después");
  await caro.say(after);
  for (const corner of [ana, beto, caro])
    for (const text of [before, during, after]) expect(await corner.sees(text)).toBe(1);
  // Bots are clients too: they are back as well.
  await waitFor(async () => (await ana.find(".roster .dot.online").count()) === 9, "all nine to be back");
  await waitingIs(page, "0");
  expect(await page.locator("[data-counter=acknowledged] dd").textContent()).toBe("3");
  expect(await counters()).toEqual(NOTHING_WRONG);
});

test("[PG8] points move, in the guild and beside the member who brought them", async () => {
  const { ana, beto } = await stage.open();
  const pointsOf = async () => {
    const text = await ana.find(".roster li").filter({ hasText: "Caro" }).locator("b").textContent();
    return Number(text?.replaceAll(/\D/g, ""));
  };
  const before = await waitFor(pointsOf, "Caro's points");
  const guild = guildSchema.parse(await stage.living.api("GET", "guilds/condores")).points;
  await beto.find(".grant").click();
  await stage.living.api("POST", "guilds/condores/points", {
    key: randomUUID(),
    amount: 7_000,
    reason: "test",
    member: "caro",
  });
  await waitFor(async () => (await pointsOf()) >= before + 7_000, "Caro's points to move");
  await waitFor(async () => {
    const shown = Number((await beto.find("[data-points]").textContent())?.replaceAll(/\D/g, ""));
    return shown >= guild + 7_010;
  }, "the guild's points to move");
});

test("[PG9] every text is in the player's language, and so are his pushes", async () => {
  const { page, ana, beto, caro } = await stage.open();
  await caro.find(".language").selectOption("pt-BR");
  await caro.find(".leave").filter({ hasText: "Sair" }).waitFor();
  await beto.find(".language").selectOption("en");
  const nonce = randomUUID();
  const news = { nonce, template: "event-starts", params: { event: nonce, minutes: "5" } };
  await stage.living.api("POST", "channels/guild:condores/messages", news);
  await ana.sees(`${nonce} empieza en 5 minutos.`);
  await beto.sees(`${nonce} starts in 5 minutes.`);
  await caro.sees(`${nonce} começa em 5 minutos.`);
  expect(await beto.find(".composer input").getAttribute("placeholder")).toBe("Write a message");
  expect(await beto.find(".rank").first().textContent()).toBe("member");
  await beto.say("x".repeat(501));
  await beto.find(".refused").filter({ hasText: "Not sent: the text is too long" }).waitFor();
  await page.locator(".top .language").selectOption("en");
  await page.locator(".kill").filter({ hasText: "Kill the chat service" }).waitFor();

  await sendAway(caro, ana);
  await ana.say(aText("hola"), ".announce");
  await caro.pushes.filter({ hasText: "Anúncio em Los Cóndores" }).waitFor();
  await caro.find(".language").selectOption("es-419");
  await beto.find(".language").selectOption("pt-BR");
});

test("[PG16] the same words, said before a reload and after it, in one tab and another, are not doubled", async () => {
  const context = await stage.browser.newContext({ locale: "es-419" });
  onTestFinished(() => context.close());
  const { page, ana, beto, caro, counters } = await openPage(context, stage.living.url);
  const text = aText("hola");
  await ana.say(text);
  await caro.sees(text);
  await page.reload();
  await caro.sees(text);
  await ana.isLive();
  await ana.say(text);
  await waitFor(async () => (await caro.sees(text)) === 2, "the words to stand twice");
  await sendAway(caro, ana);
  await caro.find(".come-back").click();
  await caro.isLive();
  const other = await openPage(context, stage.living.url);
  await Promise.all([ana.say(text), other.ana.say(text)]);
  for (const seen of [beto, caro, other.beto])
    await waitFor(async () => (await seen.sees(text)) === 4, "the words to stand four times");
  expect(await counters()).toEqual(NOTHING_WRONG);
  expect(await other.counters()).toEqual(NOTHING_WRONG);
});

test("[PG17] while one is away, nothing stays on the way", async () => {
  const { page, ana, beto, caro } = await stage.open();
  await sendAway(caro, ana);
  const text = aText("te lo pierdes");
  await ana.say(text);
  await beto.sees(text);
  await waitingIs(page, "0");
  await caro.find(".come-back").click();
  await caro.sees(text);
  await waitingIs(page, "0");
});
