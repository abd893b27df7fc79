/**
 * `node bench/flood/traces.ts FILE…`: how many messages of recorded conversations between honest people the default pace of a guild would have refused.
 *
 * Every message goes through the real function, with the default setting, at the time it was said: the Redis used has a clock that is set to it. All people of a
 * trace are ordinary members of one channel, so nobody is spared as a leader would be. One thing is not as it was: who is refused here says what he said next
 * all the same, as if he had not been told; where that is too early it counts as another refusal, so the figure is rather too high than too low.
 */
import { basename } from "node:path";
import { makeLog } from "../../server/channel/log.ts";
import { paceSetting } from "../../server/settings/pace-setting.ts";
import { settings } from "../../server/settings.ts";
import { GremioError } from "../../shared/errors.ts";
import { cleanText } from "../../shared/text.ts";
import { readTrace, type TraceLine } from "../replay/trace.ts";
import { type ClockedRedis, startClockedRedis } from "./clocked-redis.ts";

export type Touched = {
  messages: number;
  people: number;
  refused: Readonly<Record<string, number>>;
  examples: string[];
};

/** Traces one after the other in one Redis, each in a channel of its own. */
export const touchedIn = async (clocked: ClockedRedis, name: string, lines: readonly TraceLine[]): Promise<Touched> => {
  const { redis, keys } = clocked;
  const fallback = settings.find((setting) => setting.name === "GREMIO_GUILD_PACE")?.default ?? "";
  const log = makeLog(redis, keys, { historyLength: 100, pace: { guild: paceSetting(fallback).parse(fallback) } });
  const channel = `guild:${name}`;
  const numbers = new Map<string, number>();
  const refused: Record<string, number> = {};
  const examples: string[] = [];
  let messages = 0;
  for (const [index, { atMs, from, text }] of lines.entries()) {
    const body = writable(text);
    if (body === undefined) continue;
    messages += 1;
    await clocked.setClock(atMs);
    const [members, given] = [keys.of(channel, "members"), keys.of(channel, "numbers")];
    if (!numbers.has(from)) {
      const n = numbers.size + 1;
      numbers.set(from, n);
      await redis.run(given, ["HSET", given, from, String(n)]);
      await redis.run(members, ["HSET", members, from, JSON.stringify({ n, rank: "member", at: atMs })]);
    }
    try {
      await log.append({ channel, author: from, nonce: `trace-${index}`, kind: "text", body });
    } catch (error) {
      if (!(error instanceof GremioError)) throw error;
      refused[error.code] = (refused[error.code] ?? 0) + 1;
      examples.push(`${error.code} ${new Date(atMs).toISOString()} ${from}: ${body.slice(0, 80)}`);
    }
  }
  return { messages, people: numbers.size, refused, examples };
};

/** What no client would send (empty) is no message; what is too long is cut. */
const writable = (text: string): string | undefined => {
  try {
    return cleanText([...text].slice(0, 400).join(""));
  } catch {
    return undefined;
  }
};

if (import.meta.main) {
  const files = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  if (files.length === 0) {
    console.error("node bench/flood/traces.ts FILE… [--examples]");
    process.exit(2);
  }
  const clocked = await startClockedRedis(0);
  console.log("| trace | messages | people | touched | of which |\n|---|---|---|---|---|");
  try {
    for (const file of files) {
      const name = basename(file).split(".")[0] ?? "trace";
      const { messages, people, refused, examples } = await touchedIn(clocked, name, (await readTrace(file)).lines);
      const count = Object.values(refused).reduce((sum, each) => sum + each, 0);
      const reasons = Object.entries(refused).map(([code, each]) => `${code} ${each}`);
      console.log(
        `| ${name} | ${messages} | ${people} | ${((100 * count) / messages).toFixed(2)} % | ${reasons.join(", ") || "–"} |`,
      );
      if (process.argv.includes("--examples")) for (const example of examples) console.log(`    ${example}`);
    }
  } finally {
    await clocked.stop();
  }
}
