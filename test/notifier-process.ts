import { z } from "zod";
import { loadConfig } from "../server/config.ts";
import { runNotifier } from "../server/notifier/service.ts";
import { FAST } from "./fast-pace.ts";

const gapsSchema = z.array(z.number());
const paceSchema = z.object({ gapsMs: z.object({ important: gapsSchema, urgent: gapsSchema }).default(FAST.gapsMs) });

/** The notifier as a process of its own, beating fast. */
const { TEST_PACE = "{}", ...environment } = process.env;
await runNotifier(loadConfig(environment, "notifier"), { ...FAST, ...paceSchema.parse(JSON.parse(TEST_PACE)) });
console.log("ready");
