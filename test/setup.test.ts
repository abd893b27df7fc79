import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findChromium } from "../deploy/setup/chromium-binary.mjs";
import { findRuntime } from "../deploy/setup/packages.mjs";
import { wayToInstall } from "../deploy/setup/system.mjs";
import { aFolder, putFiles } from "./a-folder.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..");
const debian = 'ID=debian\nVERSION_ID="12"\n';

const server = (name: string, version: string) => ({
  [name]: `#!/bin/sh\necho "Server v=${version} sha=0:0 bits=64"\n`,
});

/** The set-up on a machine that has only these programs. */
async function setUp(args: readonly string[], programs: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const path = await aFolder({ "os-release": debian, ...programs });
  const osRelease = join(path, "os-release");
  const ended = await run(process.execPath, [join(root, "deploy/setup.mjs"), ...args], {
    env: { PATH: path, GREMIO_OS_RELEASE: osRelease, HOME: path, ...env },
  });
  return { ...ended, path };
}

/** An apt-get that notes how it was called and, when told to install, puts a Redis there. */
const aptGet = `#!/bin/sh
here=\${0%/*}
echo "apt-get $*" >> "$here/calls"
case "$*" in
  *--print-uris*) echo "'http://host/redis-tools.deb' redis-tools.deb 1500000 SHA256:0"; echo "'http://host/redis.deb' redis.deb 70000 SHA256:0" ;;
  *install*) printf '#!/bin/sh\\necho "Redis server v=7.0.15 sha=0"\\n' > "$here/redis-server"; /bin/chmod +x "$here/redis-server" ;;
esac
`;
const aptCache = (version: string) => `#!/bin/sh\nprintf 'redis-server:\\n  Candidate: 5:${version}\\n'\n`;
const sudo = `#!/bin/sh\n[ "$1" = -n ] && exit 0\n[ "$1" = --version ] && exit 0\nexec "$@"\n`;

async function aProject(): Promise<string> {
  const project = await aFolder({
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", dependencies: { part: "file:part" } }),
    "part/package.json": JSON.stringify({ name: "part", version: "1.0.0" }),
    "package-lock.json": JSON.stringify(lockFile("1.0.0")),
  });
  await cp(join(root, "deploy"), join(project, "deploy"), { recursive: true });
  return project;
}

const lockFile = (version: string) => ({
  name: "p",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { name: "p", version: "1.0.0", dependencies: { part: "file:part" } },
    "node_modules/part": { resolved: "part", link: true },
    part: { version },
  },
});

test("[SU1] the npm packages are installed once, and again only when the lock file changed", async () => {
  const project = await aProject();
  const prepare = (...args: string[]) =>
    run(process.execPath, [join(project, "deploy/setup.mjs"), "packages", ...args]);

  const refused = await prepare("--no-install");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("npm ci --no-audit --no-fund --loglevel=error --include=dev");

  const first = await prepare();
  expect(first.code, first.err).toBe(0);
  expect(first.err).toContain("Installing about 2 npm packages");
  expect(await readFile(join(project, "node_modules/part/package.json"), "utf8")).toContain("1.0.0");

  const second = await prepare();
  expect(second).toMatchObject({ code: 0, err: "" });

  await putFiles(project, {
    "part/package.json": JSON.stringify({ name: "part", version: "1.0.1" }),
    "package-lock.json": JSON.stringify(lockFile("1.0.1")),
  });
  expect((await prepare()).err).toContain("Installing about 2 npm packages");
  expect(await prepare()).toMatchObject({ code: 0, err: "" });
});

test("[SU1] a script runs after the set-up, with its arguments and its exit code", async () => {
  const project = await aProject();
  await putFiles(project, { "say.mjs": "console.log(process.argv.slice(2).join()); process.exit(7);" });
  const setup = join(project, "deploy/setup.mjs");
  const ended = await run(process.execPath, [setup, "packages", "say.mjs", "a", "--b=c"]);
  expect(ended).toMatchObject({ code: 7, out: "a,--b=c\n" });
  expect(await run(process.execPath, [setup, "packages", "say.mjs", "a", "--no-install"])).toMatchObject({
    out: "a\n",
  });
});

test("[SU2] scripts run on the packaged Node", async () => {
  const runtime = findRuntime(root, "v20.0.0");
  const ended = await run(runtime, ["--version"]);
  expect(Number(/^v(\d+)/.exec(ended.out)?.[1])).toBeGreaterThanOrEqual(22);
});

test("[SU2] without the package's binary a new enough Node does; an old one stops with what to do", async () => {
  const empty = await aFolder();
  expect(findRuntime(empty, "v22.18.0")).toBe(process.execPath);
  expect(() => findRuntime(empty, "v20.20.2")).toThrow(
    /Run: npm rebuild node --ignore-scripts=false\nOr install Node 22\.18/,
  );

  const broken = await aFolder({ "node_modules/node/bin/node": "#!/bin/sh\necho v18.0.0\n" });
  expect(() => findRuntime(broken, "v20.20.2")).toThrow(/it said v18\.0\.0/);
});

test.each([
  ["redis-server 7", server("redis-server", "7.0.15"), 0],
  ["valkey-server", server("valkey-server", "8.1.1"), 0],
  [
    "valkey-server beside an old redis-server",
    { ...server("redis-server", "6.0.16"), ...server("valkey-server", "8.0.0") },
    0,
  ],
  ["redis-server 6", server("redis-server", "6.0.16"), 1],
  ["a redis-server that does not run", { "redis-server": "#!/bin/sh\nexit 1\n" }, 1],
])("[SU3] %s on PATH", async (_, programs, code) => {
  const ended = await setUp(["start", "--no-install"], programs);
  expect(ended.code, ended.err).toBe(code);
});

test("[SU3] an old redis-server is named, and not replaced", async () => {
  const ended = await setUp(["start"], { ...server("redis-server", "6.0.16"), "apt-get": aptGet, sudo });
  expect(ended.code).toBe(1);
  expect(ended.err).toContain("Redis 7 or later is needed, and on PATH is redis-server 6.0.16");
});

test("[SU4] a missing Redis comes by apt-get, after its name and size were said", async () => {
  const ended = await setUp(["start"], { "apt-get": aptGet, "apt-cache": aptCache("7.0.15-1"), sudo });
  expect(ended.code, ended.err).toBe(0);
  expect(ended.err).toContain(
    "Installing redis-server, for Redis 7 or later, with apt-get: 2 packages, 1.6 MB to download.",
  );
  expect(await readFile(join(ended.path, "calls"), "utf8")).toContain(
    "apt-get -q install -y --no-install-recommends redis-server",
  );
});

test("[SU4] a system that offers only an old Redis is not given it", async () => {
  const ended = await setUp(["start"], { "apt-get": aptGet, "apt-cache": aptCache("6.0.16-1"), sudo });
  expect(ended.code).toBe(1);
  expect(ended.err).toContain("must be 7 or later, and this system's redis-server is 6");
  expect(await readFile(join(ended.path, "calls"), "utf8")).not.toContain(
    "install -y --no-install-recommends redis-server\n",
  );
});

test.each([
  ["--no-install", ["start", "deploy/none.mjs", "--no-install"], {}],
  ["GREMIO_NO_INSTALL=1", ["start"], { GREMIO_NO_INSTALL: "1" }],
])("[SU5] with %s nothing is installed, and the exact command is said", async (_, args, env) => {
  const ended = await setUp(args, { "apt-get": aptGet, "apt-cache": aptCache("7.0.15-1"), sudo }, env);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain("Redis 7 or later is missing");
  expect(ended.err).toMatch(
    /Install it with: (sudo )?apt-get update && (sudo )?apt-get install -y --no-install-recommends redis-server/,
  );
  await expect(readFile(join(ended.path, "redis-server"))).rejects.toThrow("ENOENT");
});

test.each([
  ["start", true],
  ["bench", false],
  ["test", false],
])("[SU3] without a Redis, npm run %s speaks of REDIS_URL: %s", async (task, spoken) => {
  const { chromium, ...old } = { chromium: "#!/bin/sh\n", "apt-get": aptGet, "apt-cache": aptCache("6.0.16-1"), sudo };
  for (const ended of [await setUp([task, "--no-install"], { chromium }), await setUp([task], { chromium, ...old })]) {
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/Redis 7 or later (is missing|must be)/);
    expect(ended.err.includes("Or set REDIS_URL to one that runs elsewhere."), ended.err).toBe(spoken);
    expect(ended.err.includes("REDIS_URL"), ended.err).toBe(spoken);
  }
});

test.each(["test", "bench"])("[SU7] npm run %s needs a Redis here even with REDIS_URL", async (task) => {
  const chromium = { chromium: "#!/bin/sh\n" };
  const ended = await setUp([task, "--no-install"], chromium, { REDIS_URL: "redis://elsewhere" });
  expect(ended.code).toBe(1);
  expect(ended.err).toContain("Redis 7 or later is missing");
});

const linux = (osRelease: string) => ({ platform: "linux", osRelease, root: false, sudo: true, apt: false });

test.each([
  [{ ...linux(""), platform: "darwin" }, "brew install redis", "brew install --cask google-chrome"],
  [{ ...linux(""), platform: "win32" }, /^wsl --install -d Debian/, "winget install --exact --id Google.Chrome"],
  [linux("ID=fedora\n"), "sudo dnf install -y valkey", "sudo dnf install -y chromium"],
  [linux('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), "sudo dnf install -y valkey", "sudo dnf install -y chromium"],
  [{ ...linux("ID=alpine\n"), root: true }, "apk add redis", "apk add chromium"],
  [linux("ID=arch\n"), "sudo pacman -S --noconfirm valkey", "sudo pacman -S --noconfirm chromium"],
  [linux('ID="opensuse-leap"\nID_LIKE="suse"\n'), "sudo zypper install -y valkey", "sudo zypper install -y chromium"],
  [
    linux("ID=linuxmint\nID_LIKE=ubuntu\n"),
    /^sudo apt-get update && sudo apt-get install .*redis-server$/,
    "sudo snap install chromium",
  ],
  [linux("ID=unheard-of\n"), /redis-server or valkey-server 7 or later/, /CHROMIUM_PATH/],
])("[SU6] how to install on %o", (system, redis, chromium) => {
  const ways = { redis: wayToInstall(system, "redis"), chromium: wayToInstall(system, "chromium") };
  expect(ways.redis.command).toMatch(redis);
  expect(ways.chromium.command).toMatch(chromium);
  expect(ways.redis.aptPackage).toBeUndefined();
});

test("[SU7] an own Redis, and production, need none here", async () => {
  expect(await setUp(["start", "--no-install"], {}, { REDIS_URL: "redis://elsewhere" })).toMatchObject({ code: 0 });
  expect(await setUp(["serve", "--no-install"], {})).toMatchObject({ code: 0 });
});

test("[SU7] only the tests need Chromium", async () => {
  const redis = server("redis-server", "7.2.4");
  expect(await setUp(["start", "--no-install"], redis)).toMatchObject({ code: 0 });
  const chromium = { chromium: "#!/bin/sh\n" };
  expect(await setUp(["test", "--no-install"], { ...redis, ...chromium })).toMatchObject({ code: 0 });

  // A Chrome where the system's own installer puts it is found without PATH.
  const refused = findChromium({ PATH: "" }) === undefined;
  const ended = await setUp(["test", "--no-install"], redis);
  expect(ended.code).toBe(refused ? 1 : 0);
  if (refused) expect(ended.err).toContain("Chromium, for the page's tests, is missing");
});

test("[SU7] CHROMIUM_PATH goes before what is on PATH", async () => {
  const path = await aFolder({ chromium: "", mine: "" });
  expect(findChromium({ PATH: path })).toBe(join(path, "chromium"));
  expect(findChromium({ PATH: path, CHROMIUM_PATH: join(path, "mine") })).toBe(join(path, "mine"));
});
