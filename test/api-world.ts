import { LIMITS } from "../shared/limits.ts";
import type { Api } from "./an-api.ts";
import { deadLetters } from "./api-cases/events.ts";

export const aCard = {
  ...{ card: "gift", data: { item: 7 }, actions: [{ id: "take", cap: 5 }] },
  fallback: { "es-419": "Un regalo", "pt-BR": "Um presente", en: "A gift" },
};

export const inAll = (text: string) => ({ "es-419": text, "pt-BR": text, en: text });

/** The world in which `allCases` come true: see there. */
export const prepare = async (api: Api): Promise<void> => {
  await api.guild("g1", ["ana", "beto", "dino"]);
  // After the entries that tell of the three.
  await api.backend("POST", "/v1/channels/guild:g1/cards", { nonce: "nonce-of-the-card", card: aCard });
  await api.guild(
    "g100",
    Array.from({ length: 100 }, (_, index) => `m${index}`),
  );
  for (const name of ["busy", "caro", "elsa", "gil"]) await api.backend("PATCH", `/v1/players/${name}`, { name });
  // Somebody links him to another account, longer than these tests take.
  const linking = api.keys.of("player:busy", "linking");
  await api.redis.run(linking, ["SET", linking, `somebody ${Date.now() + 3_600_000}`]);
  // Earned, and spent since.
  for (const book of ["guilds/g1", "players/ana"])
    for (const [key, amount] of Object.entries({ "spent-1": 10, "spent-2": -10 }))
      await api.backend("POST", `/v1/${book}/points`, { key, amount, reason: "quest" });
  await deadLetters(api, 2);
  const phrases = api.keys.of("studio", "phrases");
  const rows = Array.from({ length: LIMITS.studioPhrases }, (_, n) => [
    `p${n}`,
    JSON.stringify({ texts: inAll(`${n}`) }),
  ]);
  await api.redis.run(phrases, ["HSET", phrases, ":used", String(rows.length), ...rows.flat()]);
  const spoil = (owner: string, part: string) => {
    const record = api.keys.of(owner, part);
    return api.redis.run(record, ["RPUSH", record, "spoilt"]);
  };
  for (const part of ["info", "members", "book"]) await spoil("guild:broken", part);
  for (const part of ["info", "members"]) await spoil("team:broken", part);
  const listed = api.keys.of("player:dino", "channels");
  const full = Array.from({ length: LIMITS.channels }, (_, index) => [`circle:c${index}`, "1"]).flat();
  await api.redis.run(listed, ["HSET", listed, ...full]);
  for (const part of ["profile", "devices", "preferences", "book", "decision-list", "pushes"])
    await spoil("player:broken", part);
};
