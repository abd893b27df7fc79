// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { SetupError } from "./setup-error.mjs";

const LISTS = "/var/lib/apt/lists";

/**
 * Installs a package of Debian or Ubuntu, as root or through sudo, after saying what and how big.
 * @param {{ name: string, what: string, root: boolean, leastMajor?: number, command: string, otherwise: string, say: (text: string) => void }} options
 */
export function aptInstall({ name, what, root, leastMajor, command, otherwise, say }) {
  if (!root && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    if (!process.stdin.isTTY)
      throw new SetupError(`${what} is missing, and sudo would ask for a password. Run: ${command}`);
    say(`sudo will ask for your password, to install ${name}.`);
  }
  const apt = (/** @type {string[]} */ ...args) => {
    const [file, ...rest] = root ? ["apt-get", ...args] : ["sudo", "apt-get", ...args];
    const ended = spawnSync(file ?? "", rest, {
      stdio: ["inherit", 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (ended.status !== 0) throw new SetupError(`apt-get ${args[0]} failed; its own words are above. Try: ${command}`);
  };
  let candidate = candidateVersion(name);
  if (!hasLists() || candidate === undefined) {
    say(`Reading the package lists (apt-get update; some 10 MB), to install ${name} for ${what} …`);
    apt("-q", "update");
    candidate = candidateVersion(name);
  }
  if (leastMajor !== undefined && (candidate ?? 0) < leastMajor) {
    throw new SetupError(
      `${what} must be ${leastMajor} or later, and this system's ${name} is ${candidate ?? "missing"}.\n` +
        `Take it from https://redis.io/docs/latest/operate/oss_and_stack/install/ ${otherwise}`.trimEnd(),
    );
  }
  say(`Installing ${name}, for ${what}, with apt-get: ${sizeOf(name)}.`);
  apt("-q", "install", "-y", "--no-install-recommends", name);
}

/**
 * Major version that would be installed; undefined when the lists do not know the package.
 * @param {string} name
 */
function candidateVersion(name) {
  const said = spawnSync("apt-cache", ["policy", name], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  const version = /Candidate: (?:\d+:)?(\d+)/.exec(said.stdout ?? "")?.[1];
  return version === undefined ? undefined : Number(version);
}

function hasLists() {
  return existsSync(LISTS) && readdirSync(LISTS).some((file) => file.includes("Packages"));
}

/**
 * From the sizes of the files apt would fetch; asking changes nothing and needs no rights.
 * @param {string} name
 */
function sizeOf(name) {
  const said = spawnSync("apt-get", ["--print-uris", "-qq", "-y", "install", "--no-install-recommends", name], {
    encoding: "utf8",
  });
  const sizes = [...(said.stdout ?? "").matchAll(/^'\S+' \S+ (\d+)/gm)].map((match) => Number(match[1]));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.length === 0
    ? "nothing to download"
    : `${sizes.length} packages, ${(bytes / 1e6).toFixed(1)} MB to download`;
}
