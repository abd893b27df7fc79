import type { Lineage } from "../../shared/cursor.ts";

/** Reads the stored lineage (`1:105,2:1048600,`: past epochs with their last seq) together with the current epoch and head. */
export const parseLineage = (stored: string, epoch: number, head: number): Lineage => ({
  past: stored
    .split(",")
    .filter((row) => row !== "")
    .map((row) => {
      const [past, last] = row.split(":").map(Number);
      return { epoch: past ?? 0, last: last ?? 0 };
    }),
  epoch,
  head,
});
