/** Asks the directory as its own process, one question after the other, as the game's backend does for players who have no guild. */
import { z } from "zod";
import { quickJoinAnswerSchema, searchAnswerSchema, suggestAnswerSchema } from "../../shared/api/directory.ts";

const orderSchema = z.object({
  port: z.int(),
  apiKey: z.string(),
  /** Queries of searches, and what kind of search each is. */
  searches: z.array(z.object({ kind: z.string(), query: z.string() })),
  /** Each asks for suggestions, then joins. */
  players: z.array(z.string()),
});
export type ProbeOrder = z.input<typeof orderSchema>;

export const probedSchema = z.object({
  searchMs: z.array(z.number()),
  /** The same by kind. */
  kindMs: z.record(z.string(), z.array(z.number())),
  suggestMs: z.array(z.number()),
  joinMs: z.array(z.number()),
  /** Guilds that were found, suggested and joined. */
  found: z.int(),
  suggested: z.int(),
  joined: z.int(),
});

const SUGGESTIONS = 5;

const probe = async ({ port, apiKey, searches, players }: z.infer<typeof orderSchema>) => {
  const ask = async (method: string, path: string, body?: unknown): Promise<{ answer: unknown; ms: number }> => {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
      method,
      headers: { "x-api-key": apiKey, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    const ms = performance.now() - began;
    if (!response.ok)
      throw new Error(`${method} /v1/${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
    return { answer, ms };
  };
  const told: z.infer<typeof probedSchema> = {
    ...{ searchMs: [], kindMs: {}, suggestMs: [], joinMs: [] },
    ...{ found: 0, suggested: 0, joined: 0 },
  };
  for (const { kind, query } of searches) {
    const { answer, ms } = await ask("GET", `directory?${query}`);
    told.searchMs.push(ms);
    told.kindMs[kind] = [...(told.kindMs[kind] ?? []), ms];
    told.found += searchAnswerSchema.parse(answer).results.length;
  }
  for (const [index, player] of players.entries()) {
    const profile = { name: player, level: (index * 7) % 60, locale: index % 3 === 0 ? "pt-BR" : "es-419" };
    await ask("PATCH", `players/${player}`, profile);
    const suggested = await ask("GET", `players/${player}/suggestions?limit=${SUGGESTIONS}`);
    told.suggestMs.push(suggested.ms);
    told.suggested += suggestAnswerSchema.parse(suggested.answer).suggestions.length;
    const joined = await ask("POST", `players/${player}/quick-join`, { nonce: `nonce-of-${player}` });
    told.joinMs.push(joined.ms);
    quickJoinAnswerSchema.parse(joined.answer);
    told.joined += 1;
  }
  return told;
};

if (import.meta.main) {
  process.on("message", (message) => {
    void probe(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "probe" }));
}
