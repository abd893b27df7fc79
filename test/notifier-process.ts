import { loadConfig } from "../server/config.ts";
import { runNotifier } from "../server/notifier/service.ts";
import { FAST } from "./fast-pace.ts";

/** The notifier as a process of its own, beating fast. */
await runNotifier(loadConfig(process.env, "notifier"), FAST);
console.log("ready");
