/** `npm run replay -- FILE …`: a chat trace through the whole of Gremio; see `--help`. */
import { HELP, readOptions, WrongOptions } from "./options.ts";
import { makeProgressBar } from "./progress-bar.ts";
import { replay } from "./replay.ts";
import { isGood, resultTable } from "./result.ts";
import { readTrace } from "./trace.ts";

const BAD_LINES_SHOWN = 5;
const END_DEADLINE_MS = 10_000;
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) process.on(signal, () => ending.abort());

const run = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const trace = await readTrace(options.file);
  for (const { line, why } of trace.bad.slice(0, BAD_LINES_SHOWN)) console.error(`line ${line} is left out: ${why}`);
  if (trace.bad.length > BAD_LINES_SHOWN) console.error(`${trace.bad.length} lines in all are left out`);
  if (trace.lines.length === 0) throw new WrongOptions("there is no message in FILE");
  const bar = makeProgressBar(process.stderr);
  const outcome = await replay(trace, options, ending.signal, bar, (line) => console.error(line));
  console.log(resultTable(outcome));
  return isGood(outcome) ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (ending.signal.aborted) process.exitCode = 130;
  else {
    const expected = error instanceof WrongOptions || (error instanceof Error && "syscall" in error);
    console.error(expected ? `${error.message}\n\n${HELP}` : error);
    process.exitCode = 2;
  }
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
// All that was started has been closed. What is open all the same is a fault, and must neither hide nor hold up whoever waits.
setTimeout(() => {
  console.error(`still open: ${process.getActiveResourcesInfo().join(", ")}`);
  process.exit(3);
}, END_DEADLINE_MS).unref();
