/**
 * `node test/record-conversation.ts`: records what a chat service of this checkout says to a client of this checkout, in a few scenes, into
 * test/fixtures/{conversations,dialogues}/protocol-N. A scene that has been recorded is left as it is.
 */
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { makeBackend } from "../bench/studio/backend.ts";
import { startChild } from "../bench/studio/child.ts";
import { until } from "../bench/studio/until.ts";
import { connect, type GremioClient } from "../client/gremio.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { DEV_API_KEY } from "../server/config/development-secrets.ts";
import type { Entry } from "../shared/entry.ts";
import { PROTOCOL } from "../shared/protocol.ts";
import { aChatStage, joinAt } from "./a-chat-stage.ts";
import type { Conversation } from "./conversation.ts";
import { type Dialogue, dialogueSchema } from "./dialogue.ts";
import { SCENES, type Scene } from "./dialogue-scenes.ts";
import { perform, playerOf } from "./perform-dialogue.ts";
import { aRecordingProxy } from "./recording-proxy.ts";

const root = join(import.meta.dirname, "..");
const GUILD = "lobos";

const shortOf = ({ epoch, seq, at, from, kind, body }: Entry): Conversation["shown"][number] => [
  ...([epoch, seq, at, from, kind, body] as const),
];

const must = async (condition: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  if (!(await until(condition, 15_000))) throw new Error(`waited for ${what}`);
};

/** A guild of its own, a chat service that shows it, and Ana's client, whose conversation is recorded. */
const scene = async (
  about: string,
  says: readonly string[],
  play: (stage: {
    ana: GremioClient;
    beto: GremioClient;
    cut(): void;
    restartRedis(): Promise<void>;
    remove(): Promise<void>;
    /** The system says them all at once. */
    tell(texts: readonly string[]): Promise<void>;
    has(count: number): Promise<void>;
  }) => Promise<void>,
): Promise<Conversation> => {
  const dir = await mkdtemp(join(tmpdir(), "gremio-recording-"));
  let redis = await startEmbeddedRedis({ dir, appendfsync: "always" });
  const env = { GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", REDIS_URL: redis.url, LOG_LEVEL: "error" };
  const chat = await startChild(join(root, "server/main.ts"), ["chat"], env);
  const backend = makeBackend(() => chat.port, DEV_API_KEY);
  for (const name of ["ana", "beto"]) await backend.player(name, name === "ana" ? "Ana" : "Beto");
  await backend.guild(GUILD, "beto");
  await backend.member(GUILD, "ana");
  const recorder = await aRecordingProxy(chat.port);
  const clients: GremioClient[] = [];
  const client = (player: string, url: string): GremioClient => {
    const made = connect({ url, getToken: () => backend.token(player) });
    clients.push(made);
    return made;
  };
  try {
    const ana = client("ana", recorder.url);
    const shown: Entry[] = [];
    const resets: string[] = [];
    ana.channel.on("entry", (entry) => shown.push(entry));
    ana.channel.on("reset", (reason) => {
      resets.push(reason);
      shown.length = 0;
    });
    for (const text of says) ana.channel.send(text);
    const beto = client("beto", `http://127.0.0.1:${chat.port}`);
    await Promise.all([ana.live(), beto.live()]);
    const countOf = (): number =>
      shown.filter(({ kind }) => kind === "text" || kind === "announcement" || kind === "news").length;
    await play({
      ana,
      beto,
      cut: recorder.cut,
      restartRedis: async () => {
        await redis.kill();
        redis = await startEmbeddedRedis({ dir, port: redis.port, appendfsync: "always" });
      },
      remove: async () => {
        await fetch(`http://127.0.0.1:${chat.port}/v1/guilds/${GUILD}/members/ana?how=kicked&reason=spam`, {
          method: "DELETE",
          headers: { "x-api-key": DEV_API_KEY },
        });
      },
      tell: async (texts) => {
        const headers = { "x-api-key": DEV_API_KEY, "content-type": "application/json" };
        const say = (text: string, n: number) =>
          fetch(`http://127.0.0.1:${chat.port}/v1/channels/guild:${GUILD}/messages`, {
            ...{ method: "POST", headers, body: JSON.stringify({ nonce: `recorded-news-${n}`, text }) },
          });
        const answers = await Promise.all(texts.map(say));
        if (!answers.every(({ ok }) => ok)) throw new Error("the system was not heard");
      },
      has: (count) => must(() => countOf() === count, `${count} messages, has ${countOf()}`),
    });
    const { entries } = await backend.history(GUILD);
    const whole = entries.filter(({ seq }) => seq >= (shown[0]?.seq ?? 0)).map(shortOf);
    const left = whole.findIndex(([, , , , kind]) => kind === "kicked");
    if (left >= 0) whole.length = left + 1;
    if (JSON.stringify(whole) !== JSON.stringify(shown.map(shortOf)))
      throw new Error(`${about}: not what the log says`);
    const { status, state } = ana.channel;
    return {
      ...{ about, recorded: await versionOf(), player: "ana", says: [...says] },
      lines: recorder.lines.map(({ join: answer, events }) => ({ join: answer, events: [...events] })),
      ...{ shown: shown.map(shortOf), resets, closed: status.phase === "closed" ? status.reason : null },
      guild: state?.name ?? "",
      roster: [...(state?.roster.values() ?? [])].map(({ name }) => name).toSorted(),
    };
  } finally {
    for (const each of clients) each.close();
    recorder.close();
    await chat.stop();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

const packageSchema = z.object({ version: z.string() });
const versionOf = async (): Promise<string> =>
  packageSchema.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8"))).version;

const numbered = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `mensaje ${from + n}`);

const scenes: Readonly<Record<string, () => Promise<Conversation>>> = {
  talk: () =>
    scene(
      "Two members talk; Ana's own words come back to her.",
      ["¡Hola! 👋", "¿Quién viene a la guerra?"],
      async ({ beto, has }) => {
        await has(2);
        await beto.channel.announce("Empezamos a las 20:00").settled;
        await beto.channel.send("Yo voy, e a Caro também vem").settled;
        await has(4);
      },
    ),
  "frames-of-many": () =>
    scene("Forty pieces of news at once, so that they share frames.", ["a ver"], async ({ has, tell }) => {
      await has(1);
      await tell(Array.from({ length: 40 }, (_, n) => `noticia ${n + 1}`));
      await has(41);
    }),
  "resume-after-a-gap": () =>
    scene("Ana's line is cut, much is said meanwhile, and she comes back.", [], async ({ ana, beto, cut, has }) => {
      for (const text of numbered(1, 3)) await beto.channel.send(text).settled;
      await has(3);
      cut();
      for (const text of numbered(4, 5)) await beto.channel.send(text).settled;
      await must(() => ana.channel.status.phase === "live", "Ana to be back");
      await has(8);
      await beto.channel.send("último").settled;
      await has(9);
    }),
  "change-of-epoch": () =>
    scene("Redis is restarted without a loss: the epoch changes.", ["antes"], async ({ beto, has, restartRedis }) => {
      await has(1);
      await restartRedis();
      await beto.channel.send("después").settled;
      await has(2);
      await beto.channel.send("y sigue").settled;
      await has(3);
    }),
  removal: () =>
    scene(
      "Ana is removed: the last she gets is the entry that says so.",
      ["hola"],
      async ({ ana, beto, has, remove }) => {
        await has(1);
        await remove();
        await must(() => ana.channel.status.phase === "closed", "Ana to be put out");
        await beto.channel.send("sin ella").settled;
      },
    ),
};

/** A dialogue in which every line of who is watched is written down. */
const record = async ({ about, watched, steps }: Scene): Promise<Dialogue> => {
  const stage = await aChatStage();
  const proxy = await aRecordingProxy(stage.port);
  const lines: Dialogue["lines"] = Object.fromEntries(watched.map((who) => [who, []]));
  try {
    const performed = await perform(steps, {
      ...stage,
      url: (who) => (who in lines ? proxy.url : stage.url(who)),
      join: async (who, body) => {
        if (!(who in lines)) return stage.join(who, body);
        const answer = await joinAt(proxy.url, await stage.token(playerOf(who)), body);
        const line = proxy.lines.at(-1);
        if (answer.status === 200 && line !== undefined) lines[who]?.push(line);
        return answer;
      },
    });
    return dialogueSchema.parse({
      ...{ about, recorded: await versionOf(), ...performed },
      lines: Object.fromEntries(
        Object.entries(lines).map(([who, own]) => [
          who,
          own.map(({ join: answer, events }) => ({ join: answer, events })),
        ]),
      ),
    });
  } finally {
    proxy.close();
    await stage.close();
  }
};

/** Plays what has not been recorded yet. */
const recordAll = async (kind: string, plays: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> => {
  const folder = join(root, `test/fixtures/${kind}/protocol-${PROTOCOL}`);
  await mkdir(folder, { recursive: true });
  for (const [name, play] of Object.entries(plays)) {
    const path = join(folder, `${name}.json`);
    const known = await access(path).then(
      () => true,
      () => false,
    );
    if (!known) await writeFile(path, `${JSON.stringify(await play(), undefined, 1)}\n`);
    console.log(`${name}: recorded${known ? " before" : ""}`);
  }
};

await recordAll("conversations", scenes);
await recordAll(
  "dialogues",
  Object.fromEntries(Object.entries(SCENES).map(([name, one]) => [name, () => record(one)])),
);
