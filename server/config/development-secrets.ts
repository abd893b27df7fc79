/** Default secrets of development. Production refuses every secret that begins with `dev-`. */
export const DEV_TOKEN_SECRET = "dev-token-secret-for-this-machine-only";
export const DEV_API_KEY = "dev-api-key-for-this-machine-only";
export const DEV_TOKEN_ISSUER = "gremio-development";
export const DEV_TOKEN_AUDIENCE = "gremio-development";
