/** The head of the OpenAPI document. */
export const DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Gremio",
    version: "1",
    description:
      'The HTTP part of Gremio. The game\'s backend calls with an API key, players with their token. Every failure is `{"error": …}` with a stable code; a request ' +
      "that was refused has changed nothing. Points and messages carry an id of the caller's own: after `outcome-unknown` ask again under the same one.",
    license: { name: "MIT", identifier: "MIT" },
  },
} as const;
