import type { Progress } from "./import-file.ts";

const TERMINAL_MS = 500;
const LINE_MS = 10_000;

/** How far an import is, on a terminal in one line that changes, else in a line now and then. */
export const toldProgress = (out: { isTTY?: boolean; write(text: string): unknown }) => {
  const everyMs = out.isTTY === true ? TERMINAL_MS : LINE_MS;
  let pass = "";
  let began = performance.now();
  let told = began;
  return {
    onProgress: ({ pass: now, number, of, lines, share }: Progress): void => {
      const at = performance.now();
      if (now !== pass) [pass, began] = [now, at];
      if (at - told < everyMs) return;
      told = at;
      const seconds = (at - began) / 1_000;
      const left = share > 0 ? Math.ceil((seconds * (1 - share)) / share) : 0;
      const rate = Math.round(lines / Math.max(seconds, 0.001)).toLocaleString("en");
      const text = `${pass} (${number} of ${of}): ${Math.floor(100 * share)} %, ${rate} lines/s, ${left} s left of this part`;
      out.write(out.isTTY === true ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end: (): void => {
      if (out.isTTY === true) out.write("\r\u001b[K");
    },
  };
};
