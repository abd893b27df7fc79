import { z } from "zod";

/** The parts of a pace, with what each is. All are whole numbers except the tokens per second. */
const parts = {
  sender: { fields: ["burst", "perSecond"], most: [10_000, 1_000] },
  channel: { fields: ["burst", "perSecond"], most: [100_000, 10_000] },
  reserve: { fields: ["percent"], most: [90] },
  slow: { fields: ["ms"], most: [3_600_000] },
  similar: { fields: ["count", "window in s"], most: [1_000, 3_600] },
  short: { fields: ["count", "window in s"], most: [1_000, 3_600] },
  raid: { fields: ["members", "window in s"], most: [100, 3_600] },
  timeout: { fields: ["first in s", "longest in s"], most: [86_400, 86_400] },
} as const satisfies Record<string, { fields: readonly string[]; most: readonly number[] }>;
type Part = keyof typeof parts;
type Numbers = Record<Part, readonly number[]>;

const isPart = (name: string): name is Part => Object.hasOwn(parts, name);
export const PACE_EXPECTED = `off, or parts ${Object.entries(parts)
  .map(([name, { fields }]) => `${name}=${fields.join("/")}`)
  .join(", ")}, separated by commas`;

/** What a part says, or undefined when it is wrong. A first number of 0 turns the part off, and then the second may be left out. */
const numbersOf = (name: Part, value: string): readonly number[] | undefined => {
  const { most } = parts[name];
  const texts = value.split("/");
  if (texts.length === 1 && most.length === 2 && texts[0] === "0") return [0, 1];
  const numbers = texts.map((text, index) => {
    const isRate = parts[name].fields[index] === "perSecond";
    return (isRate ? /^\d{1,6}(\.\d{1,3})?$/ : /^\d{1,9}$/).test(text) ? Number(text) : Number.NaN;
  });
  const fits = numbers.length === most.length && numbers.every((number, index) => number <= (most[index] ?? 0));
  if (!fits || (numbers[1] === 0 && numbers[0] !== 0)) return undefined;
  return name === "timeout" && (numbers[0] ?? 0) > (numbers[1] ?? 0) ? undefined : [numbers[0] ?? 0, numbers[1] || 1];
};

const read = (value: string, context: { fail(message: string): void }, numbers: Numbers): Numbers | undefined => {
  const said: Partial<Numbers> = {};
  for (const pair of value.split(",").filter((part) => part.trim() !== "")) {
    const [name = "", number = ""] = pair.split("=").map((side) => side.trim());
    const read = isPart(name) ? numbersOf(name, number) : undefined;
    if (!isPart(name) || read === undefined || name in said) {
      context.fail(`"${pair.trim()}" is not a part of a pace`);
      return undefined;
    }
    said[name] = read;
  }
  return { ...numbers, ...said };
};

const defaults = (fallback: string): Numbers => {
  const none: Numbers = {
    ...{ sender: [0, 1], channel: [0, 1], reserve: [0], slow: [0], similar: [0, 1], short: [0, 1], raid: [0, 1] },
    timeout: [0, 1],
  };
  const fail = (message: string): never => {
    throw new Error(message);
  };
  return read(fallback, { fail }, none) ?? none;
};

const toPace = (numbers: Numbers) => {
  const second = (name: Part) => (numbers[name][1] ?? 1) * 1000;
  const first = (name: Part) => numbers[name][0] ?? 0;
  const bucket = (name: "sender" | "channel") => ({ burst: first(name), perSecond: numbers[name][1] ?? 1 });
  const repeats = (name: "similar" | "short" | "raid") => ({ most: first(name), windowMs: second(name) });
  return {
    ...{
      sender: bucket("sender"),
      channel: bucket("channel"),
      reservePercent: first("reserve"),
      slowMs: first("slow"),
    },
    ...{ similar: repeats("similar"), short: repeats("short"), raid: repeats("raid") },
    timeout: { firstMs: first("timeout") * 1000, longestMs: second("timeout") },
  };
};
export type PaceConfig = ReturnType<typeof toPace>;

/** A pace as it is written in a setting, like `sender=20/2,slow=1000`; parts left out have those of `fallback`, and `off` is undefined. */
export const paceSetting = (fallback: string) => {
  const numbers = defaults(fallback);
  return z.string().transform((value, context): PaceConfig | undefined => {
    if (value.trim() === "off") return undefined;
    const fail = (message: string) => context.addIssue({ code: "custom", message });
    const said = read(value, { fail }, numbers);
    return said === undefined ? z.NEVER : toPace(said);
  });
};
