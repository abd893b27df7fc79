import fc from "fast-check";

/** `npm test` tries the same examples each time, so that a red run means a change; `npm run test:long` looks for new ones. */
if (process.env.GREMIO_TEST_LONG !== "1") fc.configureGlobal({ seed: 20_261_121 });
