import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { freePort } from "../deploy/free-port.ts";
import { findChromium } from "../deploy/setup/chromium-binary.mjs";
import { isSuiteCluster } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const root = join(import.meta.dirname, "..");

export type Living = {
  readonly url: string;
  readonly apiKey: string;
  /** What the game's backend would ask for. Throws when it is refused. */
  api(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
};

/** All parts as `npm start` runs them, in a namespace of their own on the suite's Redis. */
export const aLivingGuild = async (env: NodeJS.ProcessEnv = {}): Promise<Living> => {
  const dir = await mkdtemp(join(tmpdir(), "gremio-page-"));
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, "deploy/start.ts")], {
    cwd: root,
    env: {
      ...process.env,
      GREMIO_DATA_DIR: dir,
      PORT: String(port),
      HOST: "127.0.0.1",
      REDIS_URL: process.env.GREMIO_TEST_REDIS_URL,
      GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
      GREMIO_NAMESPACE: `page-${randomUUID().slice(0, 8)}`,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr]) output?.setEncoding("utf8").on("data", (text) => said.push(text));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await waitFor(() => said.join("").includes("Ctrl-C ends it"), "all parts to be ready", 120_000).catch((error) => {
    child.kill("SIGKILL");
    throw new Error(`${error}\n${said.join("")}`);
  });
  const secrets: unknown = JSON.parse(await readFile(join(dir, "dev-secrets.json"), "utf8"));
  const apiKey = typeof secrets === "object" && secrets !== null && "apiKey" in secrets ? String(secrets.apiKey) : "";
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    apiKey,
    api: async (method, path, body) => {
      const headers = { "x-api-key": apiKey, "content-type": "application/json" };
      const options = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${url}/v1/${path}`, { method, headers, ...options });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return answer.status === 204 ? undefined : answer.json();
    },
    stop: async () => {
      child.kill("SIGINT");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

export const aBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium() ?? "chromium", args: FLAGS });

/** Words that nobody else says. */
export const aText = (words: string): string => `${words} ${randomUUID().slice(0, 8)}`;

/** One player's part of the page. */
export class Corner {
  readonly #page: Page;
  readonly player: string;

  constructor(page: Page, player: string) {
    this.#page = page;
    this.player = player;
  }

  find(selector: string) {
    return this.#page.locator(`[data-player="${this.player}"] ${selector}`);
  }

  async say(text: string, button = ".send"): Promise<void> {
    await this.find(".composer input").fill(text);
    await this.find(`.composer ${button}`).click();
  }

  /** Waits until a line of the chat holds this text; gives how many do. */
  async sees(text: string, deadlineMs = 30_000): Promise<number> {
    const lines = this.find(".entries > :not(.waiting)").filter({ hasText: text });
    await lines.first().waitFor({ timeout: deadlineMs });
    return lines.count();
  }

  async isLive(): Promise<void> {
    await this.find(".status.live").waitFor({ timeout: 120_000 });
  }

  get pushes() {
    return this.find(".push");
  }

  async buzzes(): Promise<number> {
    return Number(await this.find(".phone").getAttribute("data-buzzes"));
  }
}

export type OpenPage = {
  page: Page;
  ana: Corner;
  beto: Corner;
  caro: Corner;
  /** The leader of the other guild. */
  dario: Corner;
  counters(): Promise<string[]>;
};

/** The page, opened; all four players are there. `browser`: also a context of one, in which pages are tabs of the same person. */
export const openPage = async (
  browser: { newPage(options?: Parameters<Browser["newPage"]>[0]): Promise<Page> },
  url: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<OpenPage> => {
  const page = await browser.newPage({ locale: "es-419", ...options });
  await page.goto(url);
  const [ana, beto, caro] = [new Corner(page, "ana"), new Corner(page, "beto"), new Corner(page, "caro")];
  const dario = new Corner(page, "dario");
  await Promise.all([ana, beto, caro, dario].map((corner) => corner.isLive()));
  const counters = () => page.locator(".counters .must dd").allTextContents();
  return { page, ana, beto, caro, dario, counters };
};
