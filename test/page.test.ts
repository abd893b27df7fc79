import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { LOCALES } from "../shared/locale.ts";
import { aText } from "./a-page.ts";
import { isSuiteCluster } from "./a-redis.ts";
import { aService } from "./a-service.ts";
import { aStage, STAGE_TEST_MS } from "./a-stage.ts";
import { waitFor } from "./wait-for.ts";

vi.setConfig({ testTimeout: STAGE_TEST_MS });
const stage = aStage();
const NOTHING_WRONG = ["0", "0", "0"];

test("[PG1] it opens on a living guild: its players are there, and bots talk in Spanish and Portuguese", async () => {
  const { page, ana } = await stage.open();
  expect(await page.locator(".player h2 bdi").allTextContents()).toEqual(["Ana", "Beto", "Caro", "Darío"]);
  await ana.find(".entries .author").nth(2).waitFor({ timeout: 120_000 });
  expect(await ana.find(".guild-name").textContent()).toBe("Los Cóndores");
  expect(await ana.find(".tag").textContent()).toBe("CDR");
  expect(await ana.find(".rank").first().textContent()).toBe("líder");
  await waitFor(async () => (await ana.find(".roster .dot.online").count()) === 9, "all nine to be online");
  expect(await ana.find(".online-count").textContent()).toContain("9");
});

test("[PG2] nothing comes from elsewhere, and the page forbids it", async () => {
  const page = await stage.browser.newPage();
  onTestFinished(() => page.close());
  const hosts = new Set<string>();
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) hosts.add(new URL(request.url()).host);
  });
  const answer = await page.goto(stage.living.url);
  await page.locator("[data-player=ana] .status.live").waitFor();
  expect([...hosts]).toEqual([new URL(stage.living.url).host]);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/unsafe|\*/);
});

test("[PG3] what one player writes the others see once; his own stands on his side", async () => {
  const { ana, beto, caro, counters } = await stage.open();
  const text = aText("olá, pessoal");
  await beto.say(text);
  expect(await Promise.all([ana, beto, caro].map((corner) => corner.sees(text)))).toEqual([1, 1, 1]);
  expect(await beto.find(".line.own").filter({ hasText: text }).count()).toBe(1);
  expect(await ana.find(".line.own").filter({ hasText: text }).count()).toBe(0);
  expect(await counters()).toEqual(NOTHING_WRONG);
});

test("[PG4] what players write is text, never HTML", async () => {
  const { page, ana, beto } = await stage.open();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) errors.push(message.text());
  });
  const mark = randomUUID().slice(0, 8);
  await beto.say(`<img src=x onerror="document.title='${mark}'"><b>${mark}</b>`);
  await ana.sees(`<b>${mark}</b>`);
  expect(await page.locator("main img, main .entries b:not(.author)").count()).toBe(0);
  expect(await page.title()).toBe("Gremio");
  await stage.living.api("PATCH", "players/bot-profe", { name: "<i>El Profe</i>" });
  await ana.find(".roster bdi").filter({ hasText: "<i>El Profe</i>" }).waitFor();
  await stage.living.api("PATCH", "players/bot-profe", { name: "El Profe" });
  expect(errors).toEqual([]);
});

test("[PG10] who has scrolled up is told how much is unread, and reads it with one click", async () => {
  const { ana, beto, caro } = await stage.open();
  for (let line = 0; line < 14; line++) await caro.say(aText("relleno"));
  await beto.sees("relleno");
  await waitFor(() => ana.find(".entries").evaluate((list) => list.scrollHeight > list.clientHeight + 200), "lines");
  await ana.find(".entries").evaluate((list) => {
    list.scrollTop = 0;
  });
  await ana.find(".newest").waitFor();
  await beto.say(aText("¿me lees?"));
  await ana.find(".newest").filter({ hasText: "sin leer" }).waitFor();
  expect(await ana.find(".unread").isVisible()).toBe(true);
  await ana.find(".newest").click();
  await ana.find(".unread").waitFor({ state: "hidden" });
});

test("[PG11] long names, long words, emoji and right-to-left text stay within their place, on a desktop and on a phone", async () => {
  await stage.living.api("PATCH", "players/bot-duda", { name: "W".repeat(32) });
  await stage.living.api("PATCH", "players/bot-kaique", { name: "محمد بن عبد الله الطويل جدا" });
  await stage.living.api("PATCH", "guilds/condores", { name: "Los Cóndores de la Cordillera" });
  const { page, ana, beto } = await stage.open({ viewport: { width: 390, height: 844 } });
  await ana.say("Donaudampfschifffahrtsgesellschaftskapitän".repeat(8));
  await beto.say("مرحبا يا أصدقاء ".repeat(10));
  await beto.say("👩‍👩‍👧‍👦".repeat(40));
  const last = aText("fin");
  await ana.say(`${"W".repeat(150)} ${last}`, ".announce");
  await beto.sees(last);
  await ana.find(".roster bdi").filter({ hasText: "WWWW" }).waitFor();
  const outside = () =>
    [...document.querySelectorAll(".player")].flatMap((player) => {
      const { left, right } = player.getBoundingClientRect();
      return [...player.querySelectorAll("header, .guild, .chat, .line, .bubble, p, li, .phone, button, select, input")]
        .filter((part) => {
          const box = part.getBoundingClientRect();
          return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
        })
        .map((part) => part.className || part.tagName);
    });
  for (const width of [390, 1000, 1400]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect([width, await page.evaluate(outside)]).toEqual([width, []]);
  }
  await stage.living.api("PATCH", "players/bot-duda", { name: "Duda" });
  await stage.living.api("PATCH", "players/bot-kaique", { name: "Kaíque" });
  await stage.living.api("PATCH", "guilds/condores", { name: "Los Cóndores" });
});

test("[DE11] why each of them was told, or not, is on the page: in words, with all it came from, what went out and came back", async () => {
  const { ana, caro } = await stage.open();
  await caro.find(".leave").click();
  await caro.find(".why-toggle").click();
  await caro.find(".why-toggle[aria-expanded=true]").waitFor();
  await ana.say(aText("atención"), ".announce");
  // She has just left, and gets time to come back first.
  await caro.find(".why-card.later[data-reason=recent]").first().waitFor();
  const card = caro.find(".why-card.now[data-reason=unread-after-grace]").first();
  await card.waitFor({ timeout: 120_000 });
  expect(await card.locator(".why-words").textContent()).toBe(
    "Tuviste un momento para leerlo en el juego y seguía sin leer.",
  );
  expect(await card.locator(".why-sent").textContent()).toMatch(/: sent projects\//);
  const reports = async () => (await card.locator(".why-reports").textContent()) ?? "";
  await waitFor(async () => /recibido: \d.+ · abierto: aún no/.test(await reports()), "the phone's report");
  expect(await card.locator("dl").isVisible()).toBe(false);
  await card.locator("summary").click();
  expect(await card.locator("dl").textContent()).toMatch(/member\s*true/);
  expect(await card.locator(".why-again.yes").textContent()).toBe("De nuevo lo mismo: sí");
  await caro.find(".come-back").click();
  await caro.isLive();
  await waitFor(async () => /abierto: \d/.test(await reports()), "that she came by it");
});

test("[PG12] what hands out tokens answers no page of elsewhere", async () => {
  const token = `${stage.living.url}/dev/players/ana/token`;
  expect((await fetch(token, { method: "POST" })).status).toBe(200);
  const foreign = await fetch(token, { method: "POST", headers: { origin: "https://elsewhere.example" } });
  expect(foreign.status).toBe(403);
  expect(
    (await fetch(`${stage.living.url}/dev/kill-chat`, { method: "POST", headers: { origin: "null" } })).status,
  ).toBe(403);
  expect((await fetch(`${stage.living.url}/dev/players/mallory/token`, { method: "POST" })).status).toBe(404);
});

test("[PG18] a chat at its newest line stays there when the window changes", async () => {
  const { page, ana, beto } = await stage.open({ viewport: { width: 1400, height: 1200 } });
  const words = ["torre", "dragón", "escudo", "bosque", "llave", "oro", "puente", "palabras"];
  for (const word of words) await beto.say(aText(`${word} `.repeat(20)));
  await ana.sees("palabras");
  const isAtNewest = () =>
    ana
      .find(".entries")
      .evaluate(
        (list) => list.scrollHeight > list.clientHeight && list.scrollHeight - list.scrollTop - list.clientHeight < 2,
      );
  const sizes = [
    [390, 844],
    [390, 420],
    [1400, 500],
    [1000, 1200],
  ] as const;
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    // The size the list was last seen with is drawn by then, and its scrolling told.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect([width, height, await isAtNewest()]).toEqual([width, height, true]);
  }
  expect(await ana.find(".newest").count()).toBe(0);
});

test("[PG19] a refused text is back in the empty field with the reason, and its length is shown", async () => {
  const { beto, caro } = await stage.open();
  const input = beto.find(".composer input");
  expect(await input.getAttribute("maxlength")).toBeNull();
  await input.fill("😀".repeat(399));
  expect(await beto.find(".length").count()).toBe(0);
  await input.fill("😀".repeat(500));
  await beto.find(".length:not(.over)").filter({ hasText: "500 / 500" }).waitFor();
  const long = `${"😀".repeat(500)}${aText("!")}`;
  await input.fill(long);
  await beto.find(".length.over").waitFor();
  await input.press("Enter");
  await beto.find(".refused").filter({ hasText: "Não enviada: o texto é longo demais" }).waitFor();
  expect(await input.inputValue()).toBe(long);
  const text = aText("curto");
  await beto.say(text);
  await caro.sees(text);
  expect(await input.inputValue()).toBe("");
  expect(await beto.find(".length").count()).toBe(0);
});

test("[PG20] on a phone the guild's name, points and online count are in sight", async () => {
  const { ana, beto, caro } = await stage.open({ viewport: { width: 390, height: 844 } });
  for (const corner of [ana, beto, caro]) {
    await corner.find(".online-count").filter({ hasText: "9" }).waitFor();
    for (const part of [".guild-name", ".points", ".online-count"]) {
      const box = await corner.find(part).boundingBox();
      expect([part, (box?.width ?? 0) > 60]).toEqual([part, true]);
    }
  }
});

test("[PG22] it says that it is for development, and that whoever opens it can play the four", async () => {
  const { page } = await stage.open();
  const said: string[] = [];
  for (const locale of LOCALES) {
    await page.locator(".top .language").selectOption(locale);
    await page.locator(`.top[lang="${locale}"]`).waitFor();
    said.push((await page.locator(".for-development").textContent()) ?? "");
  }
  expect(said.toSorted()).toEqual([
    "Development page: whoever opens it can play these four.",
    "Página de desarrollo: quien la abre puede jugar como estos cuatro.",
    "Página de desenvolvimento: quem a abre pode jogar como estes quatro.",
  ]);
});

test("[PG21] where tokens are signed elsewhere it says that nobody can come in", async () => {
  const { port } = await aService("chat", {
    REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
    GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
    GREMIO_NAMESPACE: `page-${randomUUID().slice(0, 8)}`,
    GREMIO_DEV_CONTROL: "1",
    GREMIO_TOKEN_JWKS_URL: "http://127.0.0.1:1/keys",
  });
  const page = await stage.browser.newPage({ locale: "es-419" });
  onTestFinished(() => page.close());
  await page.goto(`http://127.0.0.1:${port}`);
  const says = (text: string) => page.locator(".no-tokens").filter({ hasText: text }).waitFor();
  await says("Nadie puede entrar");
  await page.locator(".top .language").selectOption("pt-BR");
  await says("Ninguém pode entrar");
  await page.locator(".top .language").selectOption("en");
  await says("Nobody can come in");
});
