import type { Draw } from "./draw.ts";
import { encodePairs, Raw } from "./msgpack.ts";
import { LOADED_NAMES, oddValue } from "./odd-values.ts";

/** The value with one thing wrong in it, somewhere: another type, a name too many, too few or twice. */
export const spoil = (value: unknown, draw: Draw): unknown => {
  if (Array.isArray(value) && value.length > 0 && draw.chance(0.8)) {
    const at = draw.below(value.length);
    return value.map((part, index) => (index === at ? spoil(part, draw) : part));
  }
  if (!isRecord(value) || draw.chance(0.06)) return oddValue(draw);
  const names = Object.keys(value);
  const name = names[draw.below(names.length)];
  switch (draw.below(8)) {
    case 0:
      return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
    case 1:
      return new Raw(encodePairs([...Object.entries(value), [draw.pick(LOADED_NAMES), oddValue(draw)]]));
    case 2:
      return { ...value, [draw.pick(["channel", "channels", "nonce", "extra", "at", "from", "code"])]: oddValue(draw) };
    case 3:
      return name === undefined ? {} : new Raw(encodePairs([...Object.entries(value), [name, oddValue(draw)]]));
    default:
      return name === undefined ? oddValue(draw) : { ...value, [name]: spoil(value[name], draw) };
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Raw);
