import { z } from "zod";
import { flag, inRange, port, setting } from "./setting.ts";

/** What `npm start` sets; production refuses it or does not look at it. */
export const developmentSettings = {
  FCM_SANDBOX_FILE: setting(z.string().min(1).optional(), {
    what: "Development only: the FCM sandbox's connection file, which the sandbox writes and the notifier uses instead of the real FCM.",
    expected: "unset in production",
  }),
  FCM_SANDBOX_PORT: port("Development only: port of the FCM sandbox's control side, on loopback.", "0"),
  GREMIO_DEV_CONTROL: setting(inRange(1, 65_535).optional(), {
    what: "Development only: port of the control server of `npm start`. Set by it.",
    expected: "unset in production",
  }),
  GREMIO_DATA_DIR: setting(z.string().min(1), {
    what: "Development only: where `npm start` keeps its Redis' data and its secrets.",
    expected: "a folder",
    default: ".data",
  }),
  GREMIO_DEVELOPMENT: flag("Development only: page, sandbox and default secrets. Set by `npm start` and by tests."),
};
