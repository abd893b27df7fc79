import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { guildSchema } from "../shared/api/guild.ts";
import { LOCALES } from "../shared/locale.ts";
import { aBrowser, aLivingGuild, type Corner, type Living, type OpenPage, openPage } from "./a-page.ts";
import { aService } from "./a-service.ts";
import { waitFor } from "./wait-for.ts";

/** All parts and a browser on a machine that may be busy. */
const TEST_MS = 90_000;
const NOTHING_WRONG = ["0", "0", "0"];

describe("the page on all parts", { timeout: TEST_MS }, () => {
  let living: Living;
  let browser: Browser;
  beforeAll(async () => {
    [living, browser] = await Promise.all([aLivingGuild({ GREMIO_DIGEST_WINDOW_MS: "2000" }), aBrowser()]);
  }, TEST_MS);
  afterAll(async () => {
    await browser?.close();
    await living?.stop();
  });

  const open = async (options?: Parameters<typeof openPage>[2]): Promise<OpenPage> => {
    const opened = await openPage(browser, living.url, options);
    onTestFinished(() => opened.page.close());
    return opened;
  };
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
      30_000,
    );
  const aText = (words: string): string => `${words} ${randomUUID().slice(0, 8)}`;

  test("[PG1] it opens on a living guild: three players are there, and bots talk in Spanish and Portuguese", async () => {
    const { page, ana } = await open();
    expect(await page.locator(".player h2 bdi").allTextContents()).toEqual(["Ana", "Beto", "Caro"]);
    await ana.find(".entries .author").nth(2).waitFor({ timeout: 30_000 });
    expect(await ana.find(".guild-name").textContent()).toBe("Los Cóndores");
    expect(await ana.find(".tag").textContent()).toBe("CDR");
    expect(await ana.find(".rank").first().textContent()).toBe("líder");
    await waitFor(async () => (await ana.find(".roster .dot.online").count()) === 9, "all nine to be online");
    expect(await ana.find(".online-count").textContent()).toContain("9");
  });

  test("[CA18] a card shows what can be done with it and how many have; one tap does it, another takes it back", async () => {
    const { ana, beto } = await open();
    const label = aText("Sumarse");
    const fallback = { "es-419": "¿Quién viene?", "pt-BR": "Quem vem?", en: "Who comes?" };
    const actions = [{ id: "join", label, cap: 5, undo: true }];
    const posted = await living.api("POST", "channels/guild:condores/cards", {
      nonce: randomUUID(),
      card: { card: "call", data: {}, fallback, actions },
    });
    const [mine, other] = [ana, beto].map((corner) => corner.find(".card-actions button").filter({ hasText: label }));
    await mine?.click();
    await other?.filter({ hasText: "1 / 5" }).waitFor();
    expect([await mine?.getAttribute("aria-pressed"), await other?.getAttribute("aria-pressed")]).toEqual([
      "true",
      "false",
    ]);
    await other?.click();
    await mine?.filter({ hasText: "2 / 5" }).click();
    await other?.filter({ hasText: "1 / 5" }).waitFor();
    const { seq } = z.object({ seq: z.int() }).parse(posted);
    await living.api("PATCH", `channels/guild:condores/cards/${seq}`, { closed: true });
    await waitFor(async () => (await mine?.isDisabled()) && (await other?.isDisabled()), "both to be closed");
  });

  test("[PG2] nothing comes from elsewhere, and the page forbids it", async () => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const hosts = new Set<string>();
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) hosts.add(new URL(request.url()).host);
    });
    const answer = await page.goto(living.url);
    await page.locator("[data-player=ana] .status.live").waitFor();
    expect([...hosts]).toEqual([new URL(living.url).host]);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  test("[PG3] what one player writes the others see once; his own stands on his side", async () => {
    const { ana, beto, caro, counters } = await open();
    const text = aText("olá, pessoal");
    await beto.say(text);
    expect(await Promise.all([ana, beto, caro].map((corner) => corner.sees(text)))).toEqual([1, 1, 1]);
    expect(await beto.find(".line.own").filter({ hasText: text }).count()).toBe(1);
    expect(await ana.find(".line.own").filter({ hasText: text }).count()).toBe(0);
    expect(await counters()).toEqual(NOTHING_WRONG);
  });

  test("[PG4] what players write is text, never HTML", async () => {
    const { page, ana, beto } = await open();
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
    await living.api("PATCH", "players/bot-profe", { name: "<i>El Profe</i>" });
    await ana.find(".roster bdi").filter({ hasText: "<i>El Profe</i>" }).waitFor();
    await living.api("PATCH", "players/bot-profe", { name: "El Profe" });
    expect(errors).toEqual([]);
  });

  test("[PG5] an announcement is highlighted, and buzzes the phone of who is away within 2 s, and no other", async () => {
    const { page, ana, beto, caro } = await open();
    await sendAway(caro, ana);
    const text = aText("¡Guerra a las 20!");
    const began = Date.now();
    await ana.say(text, ".announce");
    await caro.pushes.filter({ hasText: text }).waitFor();
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(await caro.pushes.filter({ hasText: text }).textContent()).toContain("Anuncio en Los Cóndores");
    // A digest of what bots say may come on top.
    expect(await caro.buzzes()).toBeGreaterThanOrEqual(1);
    expect(await caro.find(".count").textContent()).toMatch(/^[12]$/);
    await beto.sees(text);
    expect(await beto.find(".announcement").filter({ hasText: text }).count()).toBe(1);
    expect(await page.locator("[data-player=ana] .push, [data-player=beto] .push").count()).toBe(0);
    expect(await beto.buzzes()).toBe(0);
    expect(await beto.find(".composer .announce").count()).toBe(0);
    await caro.pushes.filter({ hasText: text }).click();
    await waitFor(async () => (await caro.pushes.filter({ hasText: text }).count()) === 0, "the push to be dismissed");
  });

  test("[PG6] plain chat comes to the phone of who is away as one digest; back again, she misses nothing", async () => {
    const { ana, beto, caro, counters } = await open();
    // While the page was opening she was away, and a digest of what bots said may have come.
    await waitFor(async () => (await caro.pushes.count()) === 0, "what came before she opened the game to be cleared");
    const buzzesBefore = await caro.buzzes();
    await sendAway(caro, ana);
    const texts = [aText("uno"), aText("dos"), aText("tres")];
    for (const text of texts) await beto.say(text);
    await ana.sees(texts[2] ?? "");
    const digest = caro.pushes.filter({ hasText: /mensajes? nuevo/ });
    await digest.waitFor({ timeout: 30_000 });
    const more = aText("cuatro");
    await beto.say(more);
    await ana.sees(more);
    // Bots write no faster than a line in 1.2 s: after these another window has passed, and she is not told again.
    const newest = Number(await ana.find(".entries [data-seq]").last().getAttribute("data-seq"));
    const isLater = (seq: string | null) => Number(seq) > newest;
    await waitFor(
      async () => {
        const lines = await ana.find(".line[data-seq]").all();
        const seqs = await Promise.all(lines.map((line) => line.getAttribute("data-seq")));
        return seqs.filter(isLater).length >= 3;
      },
      "bots to go on talking",
      60_000,
    );
    expect(await caro.pushes.count()).toBe(1);
    expect(await caro.buzzes()).toBe(buzzesBefore + 1);

    await caro.find(".come-back").click();
    for (const text of [...texts, more]) expect(await caro.sees(text)).toBe(1);
    await caro.find(".divider").waitFor();
    await waitFor(async () => (await caro.pushes.count()) === 0, "the game to clear its notifications");
    expect(await counters()).toEqual(NOTHING_WRONG);
  });

  test("[PG7] the chat service is killed and comes back, and so do all three: nothing lost, doubled, disordered", async () => {
    const { page, ana, beto, caro, counters } = await open();
    const before = aText("antes");
    await beto.say(before);
    await ana.sees(before);
    await page.locator(".kill").click();
    await page.locator(".kill-state.killed").waitFor();
    const during = aText("durante");
    await beto.say(during);
    await page.locator(".kill-state.back").waitFor({ timeout: 60_000 });
    const after = aText("después");
    await caro.say(after);
    for (const corner of [ana, beto, caro])
      for (const text of [before, during, after]) expect(await corner.sees(text, 20_000)).toBe(1);
    // Bots are clients too: they are back as well.
    await waitFor(async () => (await ana.find(".roster .dot.online").count()) === 9, "all nine to be back", 30_000);
    await waitingIs(page, "0");
    expect(await page.locator("[data-counter=acknowledged] dd").textContent()).toBe("3");
    expect(await counters()).toEqual(NOTHING_WRONG);
  });

  test("[PG8] points move, in the guild and beside the member who brought them", async () => {
    const { ana, beto } = await open();
    const pointsOf = async () => {
      const text = await ana.find(".roster li").filter({ hasText: "Caro" }).locator("b").textContent();
      return Number(text?.replaceAll(/\D/g, ""));
    };
    const before = await waitFor(pointsOf, "Caro's points");
    const guild = guildSchema.parse(await living.api("GET", "guilds/condores")).points;
    await beto.find(".grant").click();
    await living.api("POST", "guilds/condores/points", {
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
    const { page, ana, beto, caro } = await open();
    await caro.find(".language").selectOption("pt-BR");
    await caro.find(".leave").filter({ hasText: "Sair" }).waitFor();
    await beto.find(".language").selectOption("en");
    const nonce = randomUUID();
    const news = { nonce, template: "event-starts", params: { event: nonce, minutes: "5" } };
    await living.api("POST", "channels/guild:condores/messages", news);
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

  test("[PG10] who has scrolled up is told how much is unread, and reads it with one click", async () => {
    const { ana, beto, caro } = await open();
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

  test.each([1400, 1000, 390])(
    "[PG11] long names, long words, emoji and right-to-left text stay within their place, %i pixels wide",
    async (width) => {
      await living.api("PATCH", "players/bot-duda", { name: "W".repeat(32) });
      await living.api("PATCH", "players/bot-kaique", { name: "محمد بن عبد الله الطويل جدا" });
      await living.api("PATCH", "guilds/condores", { name: "Los Cóndores de la Cordillera" });
      const { page, ana, beto } = await open({ viewport: { width, height: 844 } });
      await ana.say("Donaudampfschifffahrtsgesellschaftskapitän".repeat(8));
      await beto.say("مرحبا يا أصدقاء ".repeat(10));
      await beto.say("👩‍👩‍👧‍👦".repeat(40));
      await ana.say(`${"W".repeat(150)} fin-${width}`, ".announce");
      await beto.sees(`fin-${width}`);
      await ana.find(".roster bdi").filter({ hasText: "WWWW" }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll(".player")].flatMap((player) => {
          const { left, right } = player.getBoundingClientRect();
          return [
            ...player.querySelectorAll("header, .guild, .chat, .line, .bubble, p, li, .phone, button, select, input"),
          ]
            .filter((part) => {
              const box = part.getBoundingClientRect();
              return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
            })
            .map((part) => part.className || part.tagName);
        }),
      );
      expect(outside).toEqual([]);
      await living.api("PATCH", "players/bot-duda", { name: "Duda" });
      await living.api("PATCH", "players/bot-kaique", { name: "Kaíque" });
      await living.api("PATCH", "guilds/condores", { name: "Los Cóndores" });
    },
  );

  test("[PG12] what hands out tokens answers no page of elsewhere", async () => {
    const token = `${living.url}/dev/players/ana/token`;
    expect((await fetch(token, { method: "POST" })).status).toBe(200);
    const foreign = await fetch(token, { method: "POST", headers: { origin: "https://elsewhere.example" } });
    expect(foreign.status).toBe(403);
    expect((await fetch(`${living.url}/dev/kill-chat`, { method: "POST", headers: { origin: "null" } })).status).toBe(
      403,
    );
    expect((await fetch(`${living.url}/dev/players/mallory/token`, { method: "POST" })).status).toBe(404);
  });

  test("[PG16] the same words, said before a reload and after it, in one tab and another, are not doubled", async () => {
    const context = await browser.newContext({ locale: "es-419" });
    onTestFinished(() => context.close());
    const { page, ana, beto, caro, counters } = await openPage(context, living.url);
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
    const other = await openPage(context, living.url);
    await Promise.all([ana.say(text), other.ana.say(text)]);
    for (const seen of [beto, caro, other.beto])
      await waitFor(async () => (await seen.sees(text)) === 4, "the words to stand four times");
    expect(await counters()).toEqual(NOTHING_WRONG);
    expect(await other.counters()).toEqual(NOTHING_WRONG);
  });

  test("[PG17] while one is away, nothing stays on the way", async () => {
    const { page, ana, beto, caro } = await open();
    await sendAway(caro, ana);
    const text = aText("te lo pierdes");
    await ana.say(text);
    await beto.sees(text);
    await waitingIs(page, "0");
    await caro.find(".come-back").click();
    await caro.sees(text);
    await waitingIs(page, "0");
  });

  test("[PG18] a chat at its newest line stays there when the window changes", async () => {
    const { page, ana, beto } = await open({ viewport: { width: 1400, height: 1200 } });
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
    const { beto, caro } = await open();
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
    const { ana, beto, caro } = await open({ viewport: { width: 390, height: 844 } });
    for (const corner of [ana, beto, caro]) {
      await corner.find(".online-count").filter({ hasText: "9" }).waitFor();
      for (const part of [".guild-name", ".points", ".online-count"]) {
        const box = await corner.find(part).boundingBox();
        expect([part, (box?.width ?? 0) > 60]).toEqual([part, true]);
      }
    }
  });

  test("[PG22] it says that it is for development, and that whoever opens it can play the three", async () => {
    const { page } = await open();
    const said: string[] = [];
    for (const locale of LOCALES) {
      await page.locator(".top .language").selectOption(locale);
      await page.locator(`.top[lang="${locale}"]`).waitFor();
      said.push((await page.locator(".for-development").textContent()) ?? "");
    }
    expect(said.toSorted()).toEqual([
      "Development page: whoever opens it can play these three.",
      "Página de desarrollo: quien la abre puede jugar como estos tres.",
      "Página de desenvolvimento: quem a abre pode jogar como estes três.",
    ]);
  });

  test("[PG21] where tokens are signed elsewhere it says that nobody can come in", async () => {
    const { port } = await aService("chat", {
      REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
      GREMIO_NAMESPACE: `page-${randomUUID().slice(0, 8)}`,
      GREMIO_DEV_CONTROL: "1",
      GREMIO_TOKEN_JWKS_URL: "http://127.0.0.1:1/keys",
    });
    const page = await browser.newPage({ locale: "es-419" });
    onTestFinished(() => page.close());
    await page.goto(`http://127.0.0.1:${port}`);
    const says = (text: string) => page.locator(".no-tokens").filter({ hasText: text }).waitFor();
    await says("Nadie puede entrar");
    await page.locator(".top .language").selectOption("pt-BR");
    await says("Ninguém pode entrar");
    await page.locator(".top .language").selectOption("en");
    await says("Nobody can come in");
  });
});
