import { expect, test, vi } from "vitest";
import { guildSchema } from "../shared/api/guild.ts";
import type { ErrorCode } from "../shared/errors.ts";
import { LOCALES } from "../shared/locale.ts";
import { OPERATIONS } from "../shared/operations.ts";
import { WAR_PHRASES } from "../web/war-phrases.ts";
import type { Corner } from "./a-page.ts";
import { aStage, STAGE_TEST_MS } from "./a-stage.ts";
import { waitFor } from "./wait-for.ts";

vi.setConfig({ testTimeout: STAGE_TEST_MS });
const stage = aStage();

/** One against one, at once, over when both have fought two battles. */
const DUEL = {
  name: { "es-419": "Duelo", "pt-BR": "Duelo", en: "Duel" },
  roster: { least: 1, most: 1 },
  ...{ attempts: 2, start: "soon", preparationMinutes: 0, lockMinutes: 0, minutes: 5, battles: 2, graceMinutes: 0 },
  rewards: { win: { guild: { points: 70 } }, draw: { guild: { points: 70 } }, loss: { guild: { points: 7 } } },
  rematch: { wars: 100, days: 1 },
};

const pointsOf = async (guild: string): Promise<number> =>
  guildSchema.parse(await stage.living.api("GET", `guilds/${guild}`)).points;

const scoresOf = async (corner: Corner): Promise<number[]> =>
  (await corner.find(".war-score").allTextContents()).map((text) => Number(text.replaceAll(/\D/g, "")));

test("[PW3] there are words for every refusal of what the page asks about wars", () => {
  const asked = [
    ...(["challengeGuild", "answerChallenge", "withdrawChallenge", "callOffWar", "seekWar", "stopSeeking"] as const),
    ...(["setWarReady", "pickLineUp", "startBattle"] as const),
  ];
  // What only a faulty page could be refused with.
  const ours: readonly ErrorCode[] = ["key-reused", "battle-token", "guild-not-found"];
  const codes = new Set<ErrorCode>(asked.flatMap((name) => [...OPERATIONS[name].errors]));
  for (const locale of LOCALES) {
    const { reasons } = WAR_PHRASES[locale];
    expect([...codes].filter((code) => !Object.hasOwn(reasons, code) && !ours.includes(code))).toEqual([]);
  }
});

test("[PW1] [PW2] [PW3] a leader launches a war, the other accepts, scores move on both sides, the result and its points appear", async () => {
  await stage.living.api("PUT", "war-modes/duel", DUEL);
  const { page, ana, beto, caro, dario } = await stage.open();
  const launch = async (): Promise<void> => {
    await ana.find(".war-tab[data-panel=launch]").click();
    await ana.find(".war-mode-choice").selectOption("duel");
    await ana.find(".war-search").fill("jag");
    await ana.find(".war-found li[data-guild=jaguares] .challenge").click();
  };
  // Who may not launch is not shown how.
  expect(await beto.find(".war-tab").allTextContents()).toEqual(["Histórico"]);

  // Turned down, then refused since one is open already; each is said in the reader's language.
  await launch();
  await dario.find(".war-challenge.incoming").filter({ hasText: "¡Los Cóndores los desafía!" }).waitFor();
  await beto.find(".war-challenge").filter({ hasText: "Esperando Jaguares de Hierro" }).waitFor();
  expect(await beto.find(".war-challenge button").count()).toBe(0);
  await launch();
  await ana.find(".war-refused").filter({ hasText: "Ya hay un desafío abierto con ese gremio." }).waitFor();
  await dario.find(".decline").click();
  await beto.sees("Jaguares de Hierro recusou a guerra.");
  await ana.find(".war-challenge").waitFor({ state: "hidden" });

  // Caro shall fight, and Beto does not want to.
  await beto.find(".war-ready input").uncheck();
  await ana.find(".war-tab[data-panel=line-up]").click();
  await ana.find("[data-candidate=beto].is-out").waitFor();
  expect(await ana.find("[data-candidate=beto] .pick").isDisabled()).toBe(true);
  await ana.find("[data-candidate=caro] .pick").click();
  await ana.find("[data-candidate=caro] .pick[aria-pressed=true]").waitFor();

  const before = { condores: await pointsOf("condores"), jaguares: await pointsOf("jaguares") };
  await launch();
  await dario.find(".accept").click();
  const everybody = [ana, beto, caro, dario];
  await Promise.all(everybody.map((corner) => corner.find(".war-banner.active").waitFor({ timeout: 120_000 })));
  await beto.sees("A guerra contra Jaguares de Hierro começou!");
  await beto.find(".war-banner").filter({ hasText: "Você não está na escalação." }).waitFor();
  expect(await beto.find(".war-countdown").textContent()).toMatch(/Termina em\s+[45]:\d\d/);
  await caro.find(".war-attacks").filter({ hasText: "Te quedan 2 de 2 ataques" }).waitFor();

  await caro.find(".battle").click();
  const first = await waitFor(async () => (await scoresOf(dario))[1] || undefined, "the other side's score to move");
  expect(await scoresOf(dario)).toEqual([0, first]);
  for (const corner of [ana, beto, caro])
    await waitFor(async () => (await scoresOf(corner)).join() === `${first},0`, "the score on its own side");
  await caro.find(".war-attacks[data-left='1']").waitFor();
  await dario.find(".war-best li").filter({ hasText: "Caro" }).waitFor();
  await ana
    .find(".war-events li")
    .filter({ hasText: `Caro ataca: +${first}` })
    .waitFor();
  await dario.find(".war-lead").filter({ hasText: "Los Cóndores va ganando" }).waitFor();
  await dario.find(".battle").click();
  await ana.find(".war-events li").filter({ hasText: "Darío ataca" }).waitFor();
  await caro.find(".battle").click();
  await caro.find(".war-attacks[data-left='0']").waitFor();
  expect(await caro.find(".battle").isDisabled()).toBe(true);
  await dario.find(".war-attacks[data-left='1']").waitFor();
  await dario.find(".battle").click();

  await Promise.all(everybody.map((corner) => corner.find(".war-banner.settled").waitFor({ timeout: 120_000 })));
  const [ours = 0, theirs = 0] = await scoresOf(ana);
  expect(await scoresOf(dario)).toEqual([theirs, ours]);
  const won = ours >= theirs;
  const isDraw = ours === theirs;
  const [mine, other] = isDraw ? ["Empate", "Empate"] : won ? ["¡Victoria!", "Derrota"] : ["Derrota", "¡Victoria!"];
  for (const [corner, words, points] of [
    [ana, mine, won || isDraw ? 70 : 7],
    [dario, other, won && !isDraw ? 7 : 70],
  ] as const) {
    const card = corner.find(".entries .war-card");
    await card
      .filter({ hasText: words })
      .filter({ hasText: `+${points} puntos para el gremio` })
      .waitFor();
    await corner
      .find(".war-result")
      .filter({ hasText: words })
      .filter({ hasText: `+${points}` })
      .waitFor();
  }
  await beto.find(".war-card").filter({ hasText: "pontos para a guilda" }).waitFor();
  const after = { condores: await pointsOf("condores"), jaguares: await pointsOf("jaguares") };
  // Bots bring points too.
  expect(after.condores - before.condores).toBeGreaterThanOrEqual(won || isDraw ? 70 : 7);
  expect(after.jaguares - before.jaguares).toBeGreaterThanOrEqual(won && !isDraw ? 7 : 70);
  await ana.find(".war-tab[data-panel=past]").click();
  await ana
    .find(".war-past li")
    .filter({ hasText: `${ours} : ${theirs}` })
    .waitFor();
  await page.locator("[data-player=ana] .language").selectOption("en");
  const inEnglish = isDraw ? "Draw" : won ? "Victory!" : "Defeat";
  await ana.find(".war-past li").filter({ hasText: inEnglish }).waitFor();
  await ana.find(".war-banner").filter({ hasText: "Over" }).waitFor();
  await page.locator("[data-player=ana] .language").selectOption("es-419");
  await beto.find(".war-ready input").check();
});
