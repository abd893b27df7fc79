// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** @typedef {"redis" | "chromium"} Tool */
/**
 * What decides how something is installed here.
 * @typedef {{ platform: string, osRelease: string, root: boolean, sudo: boolean, apt: boolean }} System
 */
/**
 * `command` is what a person would type; `aptPackage` is set where the set-up can do it itself.
 * @typedef {{ command: string, aptPackage?: string }} Way
 */

/** @type {Record<string, Record<Tool, string>>} */
const packageManagers = {
  dnf: { redis: "dnf install -y valkey", chromium: "dnf install -y chromium" },
  apk: { redis: "apk add redis", chromium: "apk add chromium" },
  pacman: { redis: "pacman -S --noconfirm valkey", chromium: "pacman -S --noconfirm chromium" },
  zypper: { redis: "zypper install -y valkey", chromium: "zypper install -y chromium" },
};

/** @type {Record<string, string>} */
const managerOf = {
  fedora: "dnf",
  rhel: "dnf",
  centos: "dnf",
  rocky: "dnf",
  almalinux: "dnf",
  amzn: "dnf",
  alpine: "apk",
  arch: "pacman",
  manjaro: "pacman",
  suse: "zypper",
  opensuse: "zypper",
};

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {System}
 */
export function thisSystem(env = process.env) {
  const osRelease = env.GREMIO_OS_RELEASE ?? "/etc/os-release";
  const runs = (/** @type {string} */ command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
  return {
    platform: process.platform,
    osRelease: existsSync(osRelease) ? readFileSync(osRelease, "utf8") : "",
    root: process.getuid?.() === 0,
    sudo: process.platform !== "win32" && runs("sudo"),
    apt: process.platform === "linux" && runs("apt-get"),
  };
}

/**
 * ID first, then those it is like.
 * @param {string} osRelease the text of /etc/os-release
 */
function distributions(osRelease) {
  const value = (/** @type {string} */ key) =>
    new RegExp(`^${key}=["']?([^"'\n]*)`, "m").exec(osRelease)?.[1]?.toLowerCase() ?? "";
  return `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/).filter((name) => name !== "");
}

/**
 * How a tool is installed on a system.
 * @param {System} system
 * @param {Tool} tool
 * @returns {Way}
 */
export function wayToInstall(system, tool) {
  const redis = tool === "redis";
  if (system.platform === "darwin")
    return { command: redis ? "brew install redis" : "brew install --cask google-chrome" };
  if (system.platform === "win32") {
    return {
      command: redis
        ? "wsl --install -d Debian   (there is no Redis for Windows itself: run Gremio inside WSL)"
        : "winget install --exact --id Google.Chrome",
    };
  }
  const asRoot = system.root ? "" : "sudo ";
  const names = distributions(system.osRelease);
  if (names.some((name) => name === "debian" || name === "ubuntu")) {
    // Ubuntu's chromium package is only a pointer to the snap.
    if (!redis && names.includes("ubuntu")) return { command: `${asRoot}snap install chromium` };
    const aptPackage = redis ? "redis-server" : "chromium";
    const command = `${asRoot}apt-get update && ${asRoot}apt-get install -y --no-install-recommends ${aptPackage}`;
    return system.apt && (system.root || system.sudo) ? { command, aptPackage } : { command };
  }
  const manager = names.map((name) => managerOf[name.replace(/-.*/, "")]).find((name) => name !== undefined);
  const command = manager && packageManagers[manager]?.[tool];
  if (command) return { command: `${asRoot}${command}` };
  return {
    command: redis
      ? "your system's package manager, for redis-server or valkey-server 7 or later (https://redis.io/docs/latest/operate/oss_and_stack/install/)"
      : "your system's package manager, for chromium; or set CHROMIUM_PATH to a Chrome",
  };
}
