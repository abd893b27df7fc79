import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { TAP_BURST, TAPS_PER_SECOND } from "../server/rooms/tap-budget.ts";
import { BURST, PER_SECOND } from "../server/rooms/turns.ts";
import { type SettingName, settings } from "../server/settings.ts";
import { LIMITS } from "../shared/limits.ts";
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
}, 60_000);

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
}, 60_000);

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
