import type { Estimate } from "./estimate.ts";
import type { Figure } from "./figures.ts";

const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

const plain = (value: number, unit: Figure["unit"]): string => {
  if (!Number.isFinite(value)) return "–";
  if (unit === "share") return (100 * value).toFixed(2);
  return unit === "pushes" || unit === "s" ? String(Math.round(value)) : digits(value);
};

const UNITS: Readonly<Record<Figure["unit"], string>> = { "a day": "", share: " %", s: " s", pushes: "" };

/** A figure as it stands in a table: `4.80 (4.10–5.55)`; of a largest value, or one without spread, the value alone. */
export const written = (
  { value, low, high }: Estimate,
  { unit, isLargest }: Pick<Figure, "unit" | "isLargest">,
): string => {
  const [middle, least, most] = [value, low, high].map((one) => plain(one, unit));
  return isLargest || least === most ? `${middle}${UNITS[unit]}` : `${middle}${UNITS[unit]} (${least}–${most})`;
};
