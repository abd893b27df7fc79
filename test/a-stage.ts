import type { Browser } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { aBrowser, aLivingGuild, type Living, type OpenPage, openPage } from "./a-page.ts";

/** All parts and a browser on a machine that may be busy. */
export const STAGE_TEST_MS = 240_000;

/** A living guild and a browser, started once for the tests of a file and ended after them. */
export const aStage = (env: NodeJS.ProcessEnv = {}) => {
  let [living, browser]: [Living | undefined, Browser | undefined] = [undefined, undefined];
  beforeAll(async () => {
    [living, browser] = await Promise.all([aLivingGuild(env), aBrowser()]);
  }, STAGE_TEST_MS);
  afterAll(async () => {
    await browser?.close();
    await living?.stop();
  });
  const stage = {
    get living(): Living {
      if (living === undefined) throw new Error("the guild does not live yet");
      return living;
    },
    get browser(): Browser {
      if (browser === undefined) throw new Error("there is no browser yet");
      return browser;
    },
    /** The page with all three players live; closed with the test. */
    open: async (options?: Parameters<typeof openPage>[2]): Promise<OpenPage> => {
      const opened = await openPage(stage.browser, stage.living.url, options);
      onTestFinished(() => opened.page.close());
      return opened;
    },
  };
  return stage;
};
