import { expect, test } from "vitest";
import { aClient } from "./a-client.ts";
import { urlOf } from "./a-home.ts";
import { nonce } from "./a-room.ts";
import { aStudio } from "./a-studio.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";

test("[PA8] [PA5] [PA6] a listener is refused, his raised hand is seen by the host at once, he is let speak and muted; the host leaves, another is host and writes; whoever is kicked from the guild is out", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  for (const player of ["ana", "beto", "caro"]) await studio.players.putProfile(player, { name: player });
  await studio.guild("g1", ["caro", "ana", "beto"]);
  const as = async (player: string) => ({ authorization: `Bearer ${await studio.token(player)}` });
  const [ana, beto, caro] = await Promise.all(["ana", "beto", "caro"].map(as));
  if (!ana || !beto || !caro) throw new Error("nobody");
  const ask = async (who: Record<string, string>, ...[name, body]: [Parameters<typeof askOverHttp>[2], object]) => {
    const answer = await askOverHttp(chat.port, who, name, body);
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    return Object(answer.body);
  };
  const { team } = await ask(ana, "createParty", {
    nonce: nonce("party"),
    player: "me",
    open: { guild: "g1" },
    topic: "Copa",
  });
  expect(await ask(beto, "listParties", { player: "me" })).toMatchObject({
    parties: [{ team, topic: "Copa", host: { player: "ana", name: "ana" }, count: 1, in: false }],
  });
  expect(await ask(beto, "enterParty", { team, player: "me" })).toMatchObject({ newly: true, role: "listener" });
  await ask(caro, "enterParty", { team, player: "me" });
  await expect(askOverHttp(chat.port, beto, "getVoiceToken", { team, player: "me" })).resolves.toMatchObject({
    status: 409,
    body: { error: { code: "voice-off" } },
  });

  const channel = `team:${team}`;
  const [atAna, atBeto] = [
    aClient(urlOf(chat.port), "ana", { channel }),
    aClient(urlOf(chat.port), "beto", { channel }),
  ];
  await Promise.all([atAna.live(), atBeto.live()]);
  const seenBy = (client: typeof atAna, player: string) => client.channel.team?.members.get(player);
  await waitFor(() => atAna.channel.team?.onlineCount === 2, "both there");
  expect(atAna.channel.team).toMatchObject({ party: true, everyoneSpeaks: false, open: "guild:g1", topic: "Copa" });
  expect([...(atAna.channel.team?.members ?? [])].map(([player, { speaks }]) => [player, speaks])).toEqual([
    ["ana", "host"],
    ["beto", "listener"],
    ["caro", "listener"],
  ]);
  expect(await atBeto.channel.send("hola").settled).toMatchObject({ ok: false, refusal: { code: "listener" } });

  const from = performance.now();
  await atBeto.ask("askToSpeak", { team, player: "me" });
  await waitFor(() => (seenBy(atAna, "beto")?.hand ?? 0) > 0, "the raised hand");
  console.info(`raised hand from ask to the host's state: ${(performance.now() - from).toFixed(1)} ms`);
  await atAna.ask("setPartyRole", { team, player: "beto", role: "speaker" });
  await waitFor(() => seenBy(atBeto, "beto")?.speaks === "speaker", "to be let speak");
  expect(seenBy(atBeto, "beto")?.hand).toBe(0);
  await atBeto.channel.send("ahora si").settled;
  await waitFor(() => atAna.channel.entries.some(({ body }) => body === "ahora si"), "what he says");
  await atAna.ask("setPartyRole", { team, player: "beto", role: "listener" });
  expect(await atBeto.channel.send("otra").settled).toMatchObject({ refusal: { code: "listener" } });
  await ask(ana, "leaveTeam", { team, player: "me" });
  await waitFor(() => seenBy(atBeto, "beto")?.speaks === "host", "another host");
  await atBeto.channel.send("sigo yo").settled;
  await waitFor(() => atBeto.channel.entries.some(({ body }) => body === "sigo yo"), "the new host");

  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  await ask(key, "removeMember", { guild: "g1", player: "beto", reason: "spam" });
  expect(await atBeto.channel.send("y yo").settled).toMatchObject({ refusal: { code: "not-member" } });
  // He was its host, and leads nothing on any way in, whether he has been put out yet or not.
  const led = await askOverHttp(chat.port, beto, "changeTeam", { team, topic: "Mia" });
  expect(led.body).toMatchObject({ error: { code: "not-member" } });
  await waitFor(() => atBeto.phase.phase === "closed", "to be put out");
  await waitFor(
    async () => JSON.stringify(await ask(caro, "listParties", { player: "me" })).includes('"player":"caro"'),
    "the list to name the new host",
  );
  expect(await ask(caro, "listParties", { player: "me" })).toMatchObject({
    parties: [{ team, host: { player: "caro" }, count: 1, in: true }],
  });
});
