/** The notifier as its own process, its settings from the environment. Its rate of sending is at its limit from the start, and nothing waits for what it follows: what is measured is what it can do. */
import { loadConfig } from "../../server/config.ts";
import { runNotifier } from "../../server/notifier/service.ts";

const { port, close } = await runNotifier(loadConfig(process.env, "notifier"), {
  rampMs: 0,
  gapsMs: { urgent: [], important: [] },
});
process.once("SIGTERM", () => void close().then(() => process.exit()));
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "notifier", port }));
