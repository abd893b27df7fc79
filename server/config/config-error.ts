import type { SettingName } from "../settings.ts";

export type Problem = Readonly<{ name: SettingName; found: string; expected: string }>;

/** Some settings are wrong; the message names each with what was found and what is expected, secrets masked. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, found, expected }) => `  ${name}: found ${found}; expected ${expected}`);
    super(`${problems.length === 1 ? "a setting is" : `${problems.length} settings are`} wrong:\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}
