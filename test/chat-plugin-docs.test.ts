import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../deploy/free-port.ts";
import { aFolder } from "./a-folder.ts";
import { aStudio } from "./a-studio.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { waitFor } from "./wait-for.ts";

const root = join(import.meta.dirname, "..");
/** Of these a studio may have copies of its own. */
const OWN = ["@colyseus/core", "@colyseus/schema", "@colyseus/ws-transport", "ws"];

/** What a studio has: the examples of the page, and packages, ours as a link to a checkout. */
const aStudioFolder = async (copies: readonly string[]): Promise<string> => {
  const page = await readFile(join(root, "docs/chat-plugin.md"), "utf8");
  const examples = [...page.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)```/gs)].map(([, name = "", code = ""]) => [
    name,
    code,
  ]);
  const folder = await aFolder({
    "package.json": '{ "type": "module" }\n',
    ...Object.fromEntries(examples),
  });
  const packages = join(root, "node_modules");
  for (const name of await readdir(packages)) {
    if (name.startsWith(".") || OWN.includes(name)) continue;
    if (name !== "@colyseus") await mkdir(join(folder, "node_modules"), { recursive: true });
    if (name !== "@colyseus") await symlink(join(packages, name), join(folder, "node_modules", name));
  }
  await mkdir(join(folder, "node_modules/@colyseus"));
  const colyseus = (await readdir(join(packages, "@colyseus"))).map((name) => `@colyseus/${name}`);
  for (const name of [...colyseus, "ws"])
    if (copies.includes(name)) await cp(join(packages, name), join(folder, "node_modules", name), { recursive: true });
    else await symlink(join(packages, name), join(folder, "node_modules", name));
  await symlink(root, join(folder, "node_modules/gremio"));
  return folder;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

test.each([
  ["with one copy of Colyseus", []],
  ["with copies of Colyseus, its schema and ws of the studio's own", OWN],
])("[CP12] the page's examples run as they are, %s", async (_, copies) => {
  const folder = await aStudioFolder(copies);
  const lines = (await readFile(join(folder, "match.ts"), "utf8")).split("\n").filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThanOrEqual(15);
  const { env: settings } = await aStudio();
  const port = await freePort();
  const env = { ...bareEnvironment(), ...settings, GREMIO_DEVELOPMENT: "0", GREMIO_API_KEYS: "", LOG_LEVEL: "warn" };
  const server = spawn(process.execPath, ["match.ts"], { cwd: folder, env: { ...env, PORT: String(port) } });
  onTestFinished(async () => {
    if (server.exitCode === null) server.kill("SIGKILL");
  });
  const said: string[] = [];
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", (text) => said.push(text));
  await waitFor(async () => (await answers(port)) || server.exitCode !== null, "the server");
  expect(server.exitCode, said.join("")).toBe(null);
  const player = spawn(process.execPath, ["player.ts"], {
    ...{ cwd: folder, env: { ...env, URL: `http://127.0.0.1:${port}`, PLAYER: "ana" } },
  });
  onTestFinished(() => void player.kill("SIGKILL"));
  const heard: string[] = [];
  for (const stream of [player.stdout, player.stderr])
    stream.setEncoding("utf8").on("data", (text) => heard.push(text));
  await waitFor(() => heard.join("").includes("hello") || player.exitCode !== null, "the message");
  expect(heard.join("")).toContain("Captain ana hello");
  player.kill("SIGTERM");
  server.kill("SIGTERM");
  await once(server, "exit");
  expect(said.join("")).not.toContain("not answer");
});

test("[CP13] a chat is opened with settings of Redis alone; what is wrong is refused by its name before anything is begun", async () => {
  const { openChat } = await import("../server/plugin.ts");
  await expect(openChat({ env: {} })).rejects.toThrow(/REDIS_URL/);
  await expect(openChat({ env: { REDIS_URL: "redis://127.0.0.1:1", GREMIO_TEAM_PACE: "fast" } })).rejects.toThrow(
    /GREMIO_TEAM_PACE/,
  );
  const { env } = await aStudio();
  const { REDIS_URL, GREMIO_REDIS_CLUSTER, GREMIO_NAMESPACE } = env;
  const chat = await openChat({ env: { REDIS_URL, GREMIO_REDIS_CLUSTER, GREMIO_NAMESPACE, LOG_LEVEL: "silent" } });
  await chat.close();
});
