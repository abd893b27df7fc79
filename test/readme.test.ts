import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { makeGroups } from "../server/channel/groups.ts";
import { TAP_BURST, TAPS_PER_SECOND } from "../server/rooms/tap-budget.ts";
import { BURST, PER_SECOND } from "../server/rooms/turns.ts";
import { type SettingName, settings } from "../server/settings.ts";
import { LIMITS } from "../shared/limits.ts";
import { aFolder } from "./a-folder.ts";
import { aStudio } from "./a-studio.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..");
const readme = await readFile(join(root, "README.md"), "utf8");
const block = (language: string, holding: string): string => {
  const found = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].find(
    ([, kind, text]) => kind === language && text?.includes(holding),
  );
  if (found?.[2] === undefined) throw new Error(`README has no ${language} block with ${holding}`);
  return found[2];
};

/** What a program that runs in the project's folder prints, as JSON. */
const printed = async (code: string): Promise<unknown> => {
  const ended = await run(process.execPath, ["--input-type=module-typescript", "-e", code], {
    cwd: root,
    env: process.env,
  });
  expect(ended.err).toBe("");
  return JSON.parse(ended.out);
};

test("[HO8] the README's curl lines and its fifteen lines work as they stand", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.players.putProfile("ana", { name: "Ana" });
  const key = studio.env.GREMIO_API_KEYS ?? "";
  for (const line of block("sh", "curl -X POST").trim().split("\n")) {
    const curl = line
      .replace("curl ", "curl -s -o /dev/null -w '%{http_code}' ")
      .replace("localhost:2567", `127.0.0.1:${chat.port}`);
    expect((await run("bash", ["-c", curl], { env: { PATH: process.env.PATH, KEY: key } })).out).toMatch(/^20[01]$/);
  }

  const snippet = block("ts", "connect(");
  expect(
    snippet
      .trim()
      .split("\n")
      .filter((line) => line !== "").length,
  ).toBeLessThanOrEqual(15);
  const around = `
    const backend = { chatToken: () => ${JSON.stringify(await studio.token("ana", { claims: { name: "Ana" } }))} };
    const said = {};
    const show = (name, text) => { said.shown = [name, text]; };
    const showGuild = (name, points, roster) => { said.guild = [name, points, roster.size]; };
    const showBadge = () => {};
    const showLine = (phase) => { said.phase = phase; };
    ${snippet.replace("http://localhost:2567", `http://127.0.0.1:${chat.port}`)}
    const timer = setInterval(() => {
      if (said.shown === undefined || said.guild === undefined) return;
      clearInterval(timer);
      console.log(JSON.stringify(said));
      gremio.close();
    }, 10);`;
  expect(await printed(around)).toMatchObject({
    shown: ["Ana", "¡Hola, gremio!"],
    guild: ["Los Cóndores", 0, 1],
    phase: "live",
  });
});

test("[HO8] the README's lines for a client at home work as they stand", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana"]);
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 100 });
  await groups.found("circle:trade", { name: "Comercio", capacity: 10 });
  await groups.admit("circle:trade", "ana", "member");
  const around = `
    import { connect } from "./client/gremio.ts";
    const [url, getToken] = ["http://127.0.0.1:${chat.port}", () => ${JSON.stringify(await studio.token("ana"))}];
    const showBadges = () => {};
    ${block("ts", "home: true")}
    home.follow("circle:trade").on("status", ({ phase }) => {
      if (phase !== "live") return;
      console.log(JSON.stringify(phase));
      home.close();
    });`;
  expect(await printed(around)).toBe("live");
});

test("[HO8] the README's lines for what guilds offer a player work as they stand", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("condores", ["ana"]);
  await studio.guild("lobos", ["beto"]);
  const backend = async (method: string, path: string, body: object): Promise<void> => {
    const headers = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" };
    const url = `http://127.0.0.1:${chat.port}/v1${path}`;
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    expect(answer.status, await answer.text()).toBe(200);
  };
  await backend("POST", "/players/ana/points", { key: "k1", amount: 300, reason: "match" });
  const name = { "es-419": "Cofre", "pt-BR": "Baú", en: "Chest" };
  await backend("PUT", "/rewards/chest", { name, price: 250, book: "own", contents: [{ item: "gold", amount: 500 }] });
  const [join = "", ...rest] = block("ts", "joinGuild").trim().split("\n");
  const client = async (player: string): Promise<string> =>
    `connect({ url: "http://127.0.0.1:${chat.port}", getToken: () => ${JSON.stringify(await studio.token(player))}, home: true })`;
  const around = `
    import { connect } from "./client/gremio.ts";
    const newcomer = ${await client("caro")};
    const officer = ${await client("ana")};
    await Promise.all([newcomer.live(), officer.live()]);
    ${join.replace("gremio.", "newcomer.")}
    ${rest.join("\n").replaceAll("gremio.", "officer.")}
    console.log(JSON.stringify([joined.state, requests.length, order.price]));
    newcomer.close();
    officer.close();`;
  expect(await printed(around)).toEqual(["member", 0, 250]);
});

test("[HO8] [CP12] the TypeScript of README, docs/protocol.md and docs/chat-plugin.md is right by its types", async () => {
  const protocol = await readFile(join(root, "docs/protocol.md"), "utf8");
  const plugin = await readFile(join(root, "docs/chat-plugin.md"), "utf8");
  const blocks = [readme, protocol, plugin].flatMap((text) =>
    [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code),
  );
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  const given = `
    declare const backend: { chatToken(): Promise<string> };
    declare const url: string;
    declare function getToken(): Promise<string>;
    declare function show(name: string, text: string): void;
    declare function showGuild(name: string, points: number, roster: ReadonlyMap<string, unknown>): void;
    declare function showBadge(count: number): void;
    declare function showBadges(count: number): void;
    declare function showLine(phase: string, waiting: number): void;
    declare function showAnswer(guild: string, accepted: boolean): void;
    declare function showRefusal(code: string): void;
  `;
  const needed = `import { connect } from "./client/gremio.ts";\n`;
  const withPaths = (code: string): string =>
    code
      .replaceAll('"./client/', `"${root}/client/`)
      .replace('"gremio/plugin"', `"${root}/server/plugin.ts"`)
      .replace('"gremio/room-chat"', `"${root}/client/attach-chat.ts"`);
  const files = blocks.map((code, index): [string, string] => {
    const whole = code.includes("import ") ? code : needed + code;
    const client = /const gremio\b/.test(whole)
      ? ""
      : `declare const gremio: import("${root}/client/gremio.ts").GremioClient;\n`;
    return [`block-${index}.ts`, `${withPaths(whole)}\n${client}${given}export {};\n`];
  });
  const folder = await aFolder(Object.fromEntries([...files, ["package.json", '{ "type": "module" }']]));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const config = join(folder, "tsconfig.json");
  const { compilerOptions } = z
    .object({ compilerOptions: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(join(root, "tsconfig.json"), "utf8")));
  const own = { noUnusedLocals: false, typeRoots: [join(root, "node_modules/@types")] };
  await writeFile(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...own }, include: ["*.ts"] }));
  const checked = await run(join(root, "node_modules/.bin/tsc"), ["-p", config], { env: process.env });
  expect(checked.out + checked.err).toBe("");
}, 180_000);

test("[HO9] the README's limits are those of the code", () => {
  const rows = new Map(
    [...readme.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].map(([, what, limit]) => [what?.trim(), limit?.trim()]),
  );
  const fallback = (name: SettingName) => settings.find((setting) => setting.name === name)?.default;
  expect(rows.get("text of a message")).toBe(`${LIMITS.textLength} characters`);
  expect(rows.get("members of a guild")).toBe(
    `${fallback("GREMIO_GUILD_CAPACITY")}, up to ${LIMITS.guildCapacity} (setting)`,
  );
  expect(rows.get("frame a client may send")).toBe(`${LIMITS.frameBytes / 1024} KB`);
  expect(rows.get("body of an HTTP request")).toBe(`${LIMITS.bodyBytes / 1024} KB`);
  expect(rows.get("devices of a player")).toBe(String(LIMITS.devices));
  expect(rows.get("members of a team or circle")).toBe(String(LIMITS.groupMembers));
  expect(rows.get("teams and circles of a player")).toBe(String(LIMITS.channels));
  expect(rows.get("a message may be edited")).toBe(`${LIMITS.editMs / 60_000} min`);
  expect(rows.get("members a message calls by name")).toBe(String(LIMITS.mentions));
  expect(rows.get("pins of a channel")).toBe(String(LIMITS.pins));
  expect(rows.get("commands of one connection")).toBe(`${BURST} at once, ${PER_SECOND} a second after that`);
  expect(rows.get("connections of one player to one process")).toBe(`${fallback("GREMIO_PLAYER_SOCKETS")} (setting)`);
  expect(rows.get("reactions and taps on cards of one player, in one process")).toBe(
    `${TAP_BURST} at once, ${TAPS_PER_SECOND} a second after that`,
  );
  const pace = new Map(
    [...(fallback("GREMIO_GUILD_PACE") ?? "").matchAll(/(\w+)=([\d/]+)/g)].map(([, name, value]) => [name, value]),
  );
  const [burst, perSecond] = pace.get("sender")?.split("/") ?? [];
  expect(rows.get("messages of one member to a channel")).toBe(
    `${burst} at once, ${perSecond} a second after that (setting)`,
  );
  const [most, perSecondOfAll] = pace.get("channel")?.split("/") ?? [];
  expect(rows.get("messages of all members to a guild's channel")).toBe(
    `${most} at once, ${perSecondOfAll} a second after that, ${pace.get("reserve")} % of them for leaders and officers (setting)`,
  );
  expect(rows.get("entries kept per channel")?.replace(",", "")).toBe(`${fallback("GREMIO_HISTORY_LENGTH")} (setting)`);
  expect(rows.get("profile fields of the studio")).toBe(
    `${LIMITS.profileFields}, together ${LIMITS.profileFieldBytes} bytes`,
  );
  expect(rows.get("a nonce is remembered")).toBe(`${LIMITS.nonceKeptMs / 3_600_000} h`);
  expect(rows.get("an idempotency key of points is remembered")).toBe(`${LIMITS.movementKeyKeptMs / 86_400_000} days`);
});
