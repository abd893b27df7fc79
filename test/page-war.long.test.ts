import type { Page } from "playwright-core";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Corner, openPage } from "./a-page.ts";
import { aStage } from "./a-stage.ts";
import { waitFor } from "./wait-for.ts";

vi.setConfig({ testTimeout: 180_000 });
const stage = aStage();

/** Long enough to be called off. */
const SLOW = {
  name: { "es-419": "Guerra de la paciencia", "pt-BR": "Guerra da paciência", en: "War of patience" },
  roster: { least: 1, most: 4 },
  ...{ start: "soon", preparationMinutes: 60, lockMinutes: 30 },
  rematch: { wars: 100, days: 1 },
};
const NOW = { ...SLOW, preparationMinutes: 0, lockMinutes: 0, minutes: 1, graceMinutes: 0, attempts: 5, battles: 3 };

const openLaunch = async (corner: Corner, mode: string): Promise<void> => {
  await corner.find(".war-tab[data-panel=launch][aria-expanded=false]").click();
  await corner.find(".war-mode-choice").selectOption(mode);
};

const callOff = async (one: Corner, other: Corner): Promise<void> => {
  await one.find(".call-off").click();
  await one.find(".call-off[aria-pressed=true]").waitFor();
  await other.find(".war-banner .war-note").waitFor();
  await other.find(".call-off").click();
  await Promise.all([one, other].map((corner) => corner.find(".war-banner.preparing").waitFor({ state: "hidden" })));
};

/** What reaches beyond its player's part of the page, to either side. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll(".player")].flatMap((player) => {
      const { left, right } = player.getBoundingClientRect();
      return [...player.querySelectorAll(".war *, .war-card, .war-card *")]
        .filter((part) => {
          const box = part.getBoundingClientRect();
          return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
        })
        .map((part) => part.getAttribute("class") ?? part.tagName);
    }),
  );

test("[PW4] both guilds look for an opponent and have a war; both leaders call it off", async () => {
  await stage.living.api("PUT", "war-modes/slow", SLOW);
  const { ana, dario } = await stage.open();
  await openLaunch(ana, "slow");
  await ana.find(".seek").click();
  await ana.find(".war-seeking").filter({ hasText: "Guerra de la paciencia" }).waitFor();
  await ana.find(".stop-seeking").click();
  await ana.find(".war-seeking").waitFor({ state: "hidden" });
  for (const leader of [ana, dario]) {
    await openLaunch(leader, "slow");
    await leader.find(".seek").click();
  }
  for (const leader of [ana, dario]) await leader.find(".war-banner.preparing").waitFor({ timeout: 120_000 });
  expect(await ana.find(".war-countdown").textContent()).toMatch(/La alineación se cierra en\s+(30:00|[12]\d:\d\d)/);
  expect(await ana.find(".war-seeking").count()).toBe(0);
  await callOff(ana, dario);
  await ana.sees("se canceló");
});

test("[PW8] on a machine whose clock is ten minutes slow the time left is the same", async () => {
  await stage.living.api("PUT", "war-modes/slow", SLOW);
  const right = await stage.open();
  const context = await stage.browser.newContext({ locale: "es-419" });
  onTestFinished(() => context.close());
  await context.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() - 600_000;
  });
  const wrong = await openPage(context, stage.living.url);
  await openLaunch(right.ana, "slow");
  await right.ana.find("[data-guild=jaguares] .challenge").click();
  await right.dario.find(".accept").click();
  for (const { ana } of [wrong, right]) {
    const left = ana.find(".war-banner.preparing .war-countdown b");
    await left.waitFor({ timeout: 120_000 });
    await waitFor(async () => /^(30:00|29:[2-5]\d)$/.test((await left.textContent()) ?? ""), "half an hour to be left");
  }
  await callOff(right.ana, right.dario);
});

test("[PW6] a war is launched and accepted with the keyboard alone", async () => {
  await stage.living.api("PUT", "war-modes/slow", SLOW);
  const { page, ana, dario } = await stage.open();
  const press = async (key: string, times = 1): Promise<void> => {
    for (let pressed = 0; pressed < times; pressed++) await page.keyboard.press(key);
  };
  /** Goes on with Tab until the focus is there. */
  const reach = async (corner: Corner, selector: string): Promise<void> => {
    const isThere = () =>
      corner
        .find(selector)
        .first()
        .evaluate((part) => part === document.activeElement);
    for (let pressed = 0; pressed < 60 && !(await isThere()); pressed++) await press("Tab");
    expect(await isThere()).toBe(true);
  };
  await ana.find(".language").focus();
  await reach(ana, ".war-ready input");
  await reach(ana, ".war-tab[data-panel=launch]");
  await press("Enter");
  await ana.find(".war-found li").first().waitFor();
  await reach(ana, ".war-mode-choice");
  await page.keyboard.type("Guerra de la");
  await reach(ana, ".war-search");
  await page.keyboard.type("jaguares");
  await reach(ana, "[data-guild=jaguares] .challenge");
  await press("Enter");
  await dario.find(".war-challenge.incoming").waitFor();
  await dario.find(".language").focus();
  await reach(dario, ".accept");
  await press("Enter");
  for (const leader of [ana, dario]) await leader.find(".war-banner.preparing").waitFor({ timeout: 120_000 });
  await callOff(dario, ana);
});

test("[PW5] what is shown of wars stays within its place, on a desktop and on a phone", async () => {
  await stage.living.api("PUT", "war-modes/now", NOW);
  await stage.living.api("PATCH", "guilds/jaguares", { name: "Donaudampfschifffahrtskapitäne X", tag: "WWWWW" });
  await stage.living.api("PATCH", "players/ana", { name: "W".repeat(32) });
  const { page, ana, beto, dario } = await stage.open();
  const fits = async (): Promise<void> => {
    for (const width of [360, 390, 1000, 1400, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await outside(page)]).toEqual([width, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  };
  await openLaunch(ana, "now");
  await dario.find(".war-tab[data-panel=line-up]").click();
  await dario.find(".war-line-up li").first().waitFor();
  await ana.find("[data-guild=jaguares] .challenge").waitFor();
  await fits();
  await ana.find("[data-guild=jaguares] .challenge").click();
  await dario.find(".accept").waitFor();
  await fits();
  await dario.find(".accept").click();
  await ana.find(".war-banner.active").waitFor({ timeout: 120_000 });
  for (const corner of [ana, dario, beto]) await corner.find(".battle").click();
  await dario.find(".war-best li").filter({ hasText: "WWWW" }).waitFor();
  await fits();
  await ana.find(".war-banner.settled").waitFor({ timeout: 120_000 });
  await ana.find(".war-tab[data-panel=past]").click();
  await ana.find(".war-past li").first().waitFor();
  await ana.find(".war-card").waitFor();
  await fits();
});

test("[PW9] the chat service is killed in the middle of a war: scores stand, it goes on, and ends once", async () => {
  await stage.living.api("PUT", "war-modes/now", NOW);
  const { page, ana, caro, dario } = await stage.open();
  await openLaunch(ana, "now");
  await ana.find("[data-guild=jaguares] .challenge").click();
  await dario.find(".accept").click();
  await caro.find(".war-banner.active").waitFor({ timeout: 120_000 });
  const war = await caro.find(".war-banner").getAttribute("data-war");
  await caro.find(".battle").click();
  await caro.find(".war-attacks[data-left='4']").waitFor();
  const scoreOf = async (corner: Corner, whose: string): Promise<number> =>
    Number(await corner.find(`[data-score=${whose}]`).textContent());
  const before = await waitFor(async () => (await scoreOf(dario, "theirs")) || undefined, "a score");
  await page.locator(".kill").click();
  await page.locator(".kill-state.back").waitFor({ timeout: 120_000 });
  expect(await scoreOf(dario, "theirs")).toBeGreaterThanOrEqual(before);
  await caro.find(".battle").click();
  await caro.find(".war-attacks[data-left='3']").waitFor();
  await waitFor(async () => (await scoreOf(dario, "theirs")) > before, "the score to move");
  const cards = [ana, dario].map((leader) => leader.find(".war-card"));
  const counts = await Promise.all(cards.map((card) => card.count()));
  for (const leader of [ana, dario])
    await leader.find(`.war-banner.settled[data-war="${war}"]`).waitFor({ timeout: 120_000 });
  await Promise.all(
    cards.map((card, index) =>
      waitFor(async () => (await card.count()) === (counts[index] ?? 0) + 1, "one result in the chat"),
    ),
  );
  expect(await scoreOf(ana, "ours")).toBe(await scoreOf(dario, "theirs"));
});
