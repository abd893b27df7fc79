// @ts-check
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.mjs";

/** Since 22.18 Node runs TypeScript without a flag. */
const LEAST_RUNTIME = [22, 18];

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }} Locked
 * @param {string} file
 * @returns {Record<string, Locked>}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return {};
  const { packages = {} } = JSON.parse(readFileSync(file, "utf8"));
  delete packages[""];
  return packages;
}

/**
 * Whether node_modules holds what package-lock.json asks for, by the list npm itself leaves there: so an `npm ci` or
 * `npm install` by hand counts too. Packages for other systems may be missing; those of development too in production.
 * @param {string} root
 * @param {boolean} production
 */
export function packagesAreCurrent(root, production) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  const same = (/** @type {string} */ path) =>
    wanted[path]?.version === installed[path]?.version && wanted[path]?.integrity === installed[path]?.integrity;
  const mayMiss = (/** @type {Locked} */ { optional, dev, devOptional }) =>
    optional || devOptional || (production && dev);
  return (
    Object.keys(installed).every(same) &&
    Object.entries(wanted).every(([path, locked]) => same(path) || (!(path in installed) && mayMiss(locked)))
  );
}

/**
 * Runs `npm ci` when it is needed, saying what is going on while it lasts.
 * @param {{ root: string, production: boolean, install: boolean, say: (text: string) => void }} options
 */
export async function preparePackages({ root, production, install, say }) {
  if (packagesAreCurrent(root, production)) return;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", production ? "--omit=dev" : "--include=dev"];
  if (!install) throw new SetupError(`The npm packages are not those of package-lock.json. Run: npm ${args.join(" ")}`);
  const locked = Object.values(lockedPackages(join(root, "package-lock.json")));
  const count = locked.filter(({ optional }) => !optional).length;
  say(`Installing about ${count} npm packages (some 500 MB on disk, Node 26 among them); once, then only on changes.`);
  const began = Date.now();
  const progress = setInterval(() => {
    say(`  … ${Math.round((Date.now() - began) / 1000)} s, ${unpacked(root)} packages unpacked`);
  }, 5000);
  const code = await runNpm(root, args);
  clearInterval(progress);
  if (code !== 0)
    throw new SetupError(`npm ci failed (${code}); its own words are above. Try again: npm ${args.join(" ")}`);
  say(`The npm packages are there (${Math.round((Date.now() - began) / 1000)} s).`);
}

/**
 * npm makes all folders first and fills them as the packages come.
 * @param {string} root
 */
function unpacked(root) {
  const modules = join(root, "node_modules");
  const list = (/** @type {string} */ folder) => (existsSync(folder) ? readdirSync(folder) : []);
  const names = list(modules).flatMap((name) =>
    name.startsWith("@") ? list(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return names.filter((name) => existsSync(join(modules, name, "package.json"))).length;
}

/**
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runNpm(root, args) {
  const cli = process.env.npm_execpath;
  const windows = process.platform === "win32";
  // All the set-up says goes to standard error: standard output is the script's.
  /** @type {import("node:child_process").StdioOptions} */
  const stdio = ["inherit", 2, 2];
  const npm = cli?.endsWith("npm-cli.js")
    ? spawn(process.execPath, [cli, ...args], { cwd: root, stdio })
    : spawn(windows ? "npm.cmd" : "npm", args, { cwd: root, stdio, shell: windows });
  return new Promise((resolve) => {
    npm.on("error", () => resolve(127));
    npm.on("exit", (code) => resolve(code ?? 1));
  });
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_RUNTIME;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/**
 * The Node that runs Gremio: the npm package `node`, or this very one where that has no binary for the system.
 * @param {string} root
 * @param {string} own version and path of the Node that runs this
 * @returns {string}
 */
export function findRuntime(root, own = process.version) {
  const packaged = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  const said = spawnSync(packaged, ["--version"], { encoding: "utf8", timeout: 20_000 });
  if (said.status === 0 && isNewEnough(said.stdout.trim())) return packaged;
  if (isNewEnough(own)) return process.execPath;
  throw new SetupError(
    `The npm package \`node\` does not run here (${said.error?.message ?? `it said ${said.stdout.trim()}`}), and this Node is ${own}.\n` +
      `Its binary comes with an install script. Run: npm rebuild node --ignore-scripts=false\n` +
      `Or install Node ${LEAST_RUNTIME.join(".")} or later for the whole machine: https://nodejs.org/`,
  );
}
